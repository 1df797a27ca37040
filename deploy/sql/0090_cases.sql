-- Cases: procedures about households. One row holds the state and what lists and due shards ask for; what is personal stands sealed in the
-- document, or as keyed hashes (…_index).
create table case_file (
    id            text collate "C" primary key,
    version       bigint not null check (version > 0),
    write_id      uuid not null,
    document      bytea,                                    -- sealed
    kind          text not null,
    step          text not null,
    is_open       boolean not null,
    village       text collate "C" not null,
    household     text collate "C",
    subject       text collate "C",                         -- hh/… or id/…; of warnings null, because they are clues
    head_name     text collate "C",
    source        text not null,
    handler_level smallint,                                 -- of the step; null at an end
    due_on        date,
    check_at      timestamptz,                              -- when the due shards look at it next
    escalation    smallint not null default 0,
    opened_at     timestamptz not null,
    opened_by     text not null,
    step_since    timestamptz not null,
    closed_at     timestamptz,
    total_due_on  date,
    publicity_to  date,
    urged_on      date,
    query_index   bytea,
    cert_index    bytea,
    changed_version bigint not null,
    changed_at    timestamptz not null
) with (fillfactor = 80, toast_tuple_target = 8160);

alter table case_file alter column document set storage external;

-- 一户一流程.
create unique index case_one_open on case_file (subject) where is_open and subject is not null;
create index case_todo on case_file (village, handler_level, due_on) where is_open;
create index case_by_village on case_file (village, changed_at);
create index case_due on case_file (check_at) where check_at is not null;
create index case_by_household on case_file (household) where household is not null;
create index case_by_query on case_file (query_index) where query_index is not null;
create index case_by_cert on case_file (cert_index) where cert_index is not null;
create index case_changed on case_file (changed_at);
create index case_by_opener on case_file (opened_by, opened_at);
create index case_by_name on case_file (head_name) where head_name is not null;

create table case_history (
    id         text collate "C" not null,
    version    bigint not null,
    at         timestamptz not null,
    actor      text not null,
    action     text not null,
    kind       text not null,
    from_step  text,
    to_step    text not null,
    village    text collate "C" not null,
    level      smallint,                                    -- at which the step that was left had been handled
    since      timestamptz,                                 -- when the case had come to that step
    on_time    boolean,                                     -- of a step that was left
    late       boolean not null,                            -- made up for by the system after its moment
    command_id uuid not null,
    document   bytea not null,                              -- sealed: opinion, details, attachments
    primary key (id, version)
);
create index case_history_by_actor on case_history (actor, at);
create index case_history_moves on case_history (village, at) where on_time is not null;

-- Files that belong to cases, sealed. Uploaded before the action that names them; whatever nobody names is swept.
create table case_attachment (
    id          uuid primary key,
    case_id     text collate "C",
    name        text not null,
    type        text not null,
    bytes       int not null,
    owner       text not null,                              -- account, or a keyed hash of a phone
    uploaded_at timestamptz not null,
    box         bytea not null
);
alter table case_attachment alter column box set storage external;
create index case_attachment_of_case on case_attachment (case_id) where case_id is not null;
create index case_attachment_unused on case_attachment (owner, uploaded_at) where case_id is null;

-- Days of the steps, per county that has its own.
create table case_parameter (
    county     text collate "C" primary key,
    document   jsonb not null,
    changed_at timestamptz not null,
    changed_by text not null
);

-- Codes sent to phones; neither the phone nor the code can be read from here.
create table phone_code (
    phone_index bytea not null,
    sent_at     timestamptz not null,
    code_index  bytea not null,
    tries       int not null default 0,
    used        boolean not null default false,
    primary key (phone_index, sent_at)
);
create index phone_code_by_time on phone_code (sent_at);

-- Challenges that were answered once cannot be answered again.
create table challenge_spent (
    id         text primary key,
    expires_at timestamptz not null
);
