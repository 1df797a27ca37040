-- Which activation of a region is the newest: a start commits epoch + 1 before it reads. The row of a region that ended stays, so that epochs never restart.
create table region_epoch (
    region text collate "C" primary key,
    parent text collate "C",
    level  smallint not null,
    epoch  bigint not null default 0,
    live   boolean not null default true
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
create index region_epoch_by_parent on region_epoch (parent) where live;

-- What a region still has to carry to the province; deleted only when the province has it.
create table owed (
    target  text collate "C" not null,
    subject text collate "C" not null,
    version bigint not null,
    at      timestamptz not null default now(),             -- of the oldest write that the row stands for
    primary key (target, subject)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
