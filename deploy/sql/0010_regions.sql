-- The region tree as data. A region that is renamed, moved or merged ends its row and begins another; one row per code is open.
create table region (
    code       text collate "C" not null,
    name       text not null,
    level      smallint not null check (level between 0 and 4),  -- 0 province … 4 village
    parent     text collate "C",
    valid_from date not null,
    valid_to   date,                                              -- last day; null: today's row
    primary key (code, valid_from)
);
create unique index region_open on region (code) where valid_to is null;
create index region_by_parent on region (parent) where valid_to is null;

-- Counts changes of the tree, so that every process notices that its copy is old.
create table region_tree (
    only_row boolean primary key default true check (only_row),
    version  bigint not null
);
insert into region_tree (version) values (0);
