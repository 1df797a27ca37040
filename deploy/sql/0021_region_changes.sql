-- Who changed the tree when, and what: nothing here is ever altered. The number is that of the tree which the change made.
create table region_change (
    version bigint primary key,
    at      timestamptz not null default now(),
    actor   text not null,
    detail  jsonb not null
);

alter table region add merged_into text collate "C";
