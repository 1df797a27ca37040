-- The weekly synchronisation with the national system. What an extract said about a household stands here as a keyed digest, so that a household
-- of which the next extract says the same costs neither parsing nor a write.
create table sync_batch (
    id         uuid primary key,
    started_at timestamptz not null,
    trigger    text not null,
    due_at     timestamptz,                                 -- the moment of the calendar that it is for; null when somebody started it
    stage      text not null,
    running    boolean not null,
    run        int not null default 1,                      -- grows with every runner that takes the batch over
    heartbeat  timestamptz not null default now(),          -- of that runner, by the database's clock
    batch      jsonb not null
);
-- Whatever several silos do at once: one batch at a time, and one per moment of the calendar.
create unique index sync_batch_one on sync_batch ((true)) where running;
create unique index sync_batch_due on sync_batch (due_at) where due_at is not null;
create index sync_batch_newest on sync_batch (started_at desc, id);

-- What one county (the province, for what belongs to no single county) has of a batch.
create table sync_share (
    batch_id  uuid not null references sync_batch on delete cascade,
    region    text collate "C" not null,
    stage     text not null,
    import_id uuid,
    share     jsonb not null,
    primary key (batch_id, region)
);
create index sync_share_of_region on sync_share (region, stage);

-- Households of a batch that are not simply as they were.
create table sync_line (
    batch_id uuid not null references sync_batch on delete cascade,
    share    text collate "C" not null,                     -- whose import it goes with
    code     text collate "C" not null,
    kind     smallint not null,                             -- grains/Domain/Sync/SyncLine.cs
    region   text collate "C" not null,                     -- county by the extract
    village  text collate "C",
    reason   text,
    digest   bytea,                                         -- null: not in the extract
    shows    boolean not null default false,                -- the extract has what an approved case decided
    primary key (batch_id, share, code)
);
create index sync_line_by_kind on sync_line (batch_id, share, kind, code) where kind <> 0;

-- What the newest settled extract said.
create table sync_household (
    code    text collate "C" primary key,
    region  text collate "C" not null,
    village text collate "C",
    digest  bytea not null,
    state   smallint not null default 0,                    -- 0 taken, 1 refused, 2 waits for a procedure or another household
    reason  text,
    batch_id uuid not null                                  -- that has last changed this row
);
create index sync_household_by_village on sync_household (village, code);
create index sync_household_open on sync_household (region, code) where state <> 0;

-- One digest over all households of a village: equal means that none of its rows need be read.
create table sync_village (
    village    text collate "C" primary key,
    region     text collate "C" not null,
    digest     bytea not null,
    households int not null
);
create index sync_village_of_region on sync_village (region);
create table sync_village_next (
    batch_id   uuid not null references sync_batch on delete cascade,
    share      text collate "C" not null,
    village    text collate "C" not null,
    digest     bytea,                                       -- null: the extract has nobody there any more
    households int not null,
    primary key (batch_id, share, village)
);

-- Households that the national system no longer names: marked, never deleted.
create table sync_missing (
    code     text collate "C" primary key,
    region   text collate "C" not null,
    village  text collate "C",
    since    timestamptz not null,
    batch_id uuid not null
);
create index sync_missing_of_region on sync_missing (region, code);

-- National values that wait for the end of a procedure; the differences sealed.
create table sync_pending (
    code     text collate "C" primary key,
    region   text collate "C" not null,
    case_id  text collate "C" not null,
    batch_id uuid not null,
    since    timestamptz not null,
    box      bytea not null
);
create index sync_pending_of_region on sync_pending (region, code);
