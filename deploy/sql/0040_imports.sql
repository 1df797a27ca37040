-- Imports. What people uploaded and what was read from it stands here sealed (…box); codes stand plain, because rows are found by them.
-- Everything read belongs to a run: a runner that has lost its import to another may still be writing, and must not be mixed in.
create table import_job (
    id         uuid primary key,
    region     text collate "C" not null,
    created_at timestamptz not null,
    created_by text not null,
    stage      text not null,
    running    boolean not null default false,
    run        int not null default 0,                      -- grows with every runner that takes the import over
    heartbeat  timestamptz,                                 -- of that runner, by the database's clock
    cancel     boolean not null default false,              -- asked for
    job        jsonb not null
);
create index import_job_newest on import_job (created_at desc, id);
create index import_job_running on import_job (heartbeat) where running;

create table import_chunk (
    import_id uuid not null references import_job on delete cascade,
    file      int not null,
    chunk     int not null,
    box       bytea not null,
    primary key (import_id, file, chunk)
);
alter table import_chunk alter column box set storage external;

-- Only while an import is being read, which starts again after a crash: no log is written for it.
create unlogged table import_fragment (
    import_id uuid not null,
    run       int not null,
    code      text collate "C" not null,
    source    int not null,
    first_row int not null,
    persons   text[] not null,
    box       bytea not null
);
alter table import_fragment alter column box set storage external;
create index import_fragment_by_code on import_fragment (import_id, run, code);

create table import_household (
    import_id uuid not null references import_job on delete cascade,
    run       int not null,
    code      text collate "C" not null,
    kind      smallint not null,                            -- 1 new, 2 changed, 3 unchanged, 4 conflict, 5 refused
    outcome   smallint not null default 0,                  -- 1 written, 2 as it was, 3 refused, 4 taken back, 5 not taken back
    reason    text,                                         -- code of the error that stands in the way
    box       bytea,                                        -- the change; null when there is none to make
    primary key (import_id, run, code)
) with (fillfactor = 90);
alter table import_household alter column box set storage external;

create table import_error (
    import_id uuid not null references import_job on delete cascade,
    run       int not null,
    source    int not null,
    row       int not null,
    number    bigint not null,
    code      text not null,
    household text,
    box       bytea not null,
    primary key (import_id, run, source, row, number)
);

-- Rows that are good themselves and were refused with their household.
create table import_refused_row (
    import_id uuid not null references import_job on delete cascade,
    run       int not null,
    source    int not null,
    row       int not null,
    primary key (import_id, run, source, row)
);

-- The preview asks in which household a person stands.
create index household_member_by_person on household_member (person_code);
