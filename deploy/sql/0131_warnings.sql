-- Warnings of departments that came as files. What a row says about a person stands sealed; a row that opened a case is told on there.
create table warning_batch (
    id         uuid primary key,
    region     text collate "C" not null,
    created_at timestamptz not null,
    running    boolean not null default true,               -- rows wait to be looked at
    run        int not null default 0,                      -- grows with every runner that takes the batch over
    heartbeat  timestamptz not null default '-infinity',    -- of that runner, by the database's clock
    batch      jsonb not null
);
create index warning_batch_newest on warning_batch (created_at desc, id);
create index warning_batch_open on warning_batch (created_at) where running;

create table warning_row (
    batch_id  uuid not null references warning_batch on delete cascade,
    row       int not null,
    outcome   smallint not null,                            -- grains/Domain/Warnings/WarningBatch.cs
    region    text collate "C" not null,                    -- who may see it
    household text collate "C",
    case_id   text collate "C",
    reason    text,
    box       bytea,                                        -- sealed: the warning; null when the row says nothing usable
    primary key (batch_id, row)
);
create index warning_row_waiting on warning_row (batch_id, row) where outcome = 0;
