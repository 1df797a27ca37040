-- The division list as data. A region's row ends (valid_to) when its name or parent changes or it is merged; past years read the tree of their day.
create table region (
    code        text collate "C" not null check (code ~ '^[1-9][0-9]{11}$'),
    name        text not null,
    level       smallint not null check (level between 0 and 4),
    parent      text collate "C",
    valid_from  date not null,
    valid_to    date,                                       -- the first day on which it no longer holds; null: current
    merged_into text collate "C",
    primary key (code, valid_from)
);
create unique index region_current on region (code) where valid_to is null;
create index region_by_parent on region (parent) where valid_to is null;

-- Every change of the tree, in order: its number tells a process whether the tree in its memory is the newest.
create table region_change (
    version bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    actor   text not null,
    kind    text not null,
    detail  jsonb not null
);
