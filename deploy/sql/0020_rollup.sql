-- The roll-up's two tables; rules and reasons in grains/Domain/Rollup.
-- One row per region: whoever raises the epoch is the activation that counts. A region that ended keeps its row, because epochs never restart.
create table region_epoch (
    region text collate "C" primary key,
    parent text collate "C",
    level  smallint not null,
    epoch  bigint not null default 0,
    live   boolean not null default true
) with (fillfactor = 70);
create index region_epoch_by_parent on region_epoch (parent) where live;

-- What the province has not yet seen. Deleted when it has, with version <= the version it has seen.
create table owed (
    target  text collate "C" not null,
    subject text collate "C" not null,                    -- household code, or 'structure'
    version bigint not null,
    at      timestamptz not null default clock_timestamp(),  -- of the oldest change that is still open
    primary key (target, subject)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
