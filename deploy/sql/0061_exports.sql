-- Exports: jobs that write a list into a file. The columns decide who may write, the document says the rest; what was asked for may hold numbers
-- of people and is sealed. The file itself lies in the data folder of the processes that serve HTTP.
create table export_job (
    id         uuid primary key,
    account    text not null,
    region     text collate "C" not null,
    created_at timestamptz not null,
    stage      text not null,
    running    boolean not null default false,
    run        int not null default 0,                      -- grows with every runner that takes the export over
    heartbeat  timestamptz,                                 -- of that runner, by the database's clock
    cancel     boolean not null default false,              -- asked for
    expires_at timestamptz,                                 -- of the file
    asked      bytea not null,                              -- sealed
    job        jsonb not null
);
create index export_job_of_account on export_job (account, created_at desc, id);
create index export_job_open on export_job (created_at) where running or stage = 'Waiting';
create index export_job_expiring on export_job (expires_at) where stage = 'Done';
