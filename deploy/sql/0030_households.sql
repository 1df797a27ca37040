-- Households: one row holds the state, what lists search, and the contribution to the village's figures.
-- Certificate numbers, phones, accounts and addresses stand only inside sealed documents or as keyed hashes (…_index).
-- Keys compare bytewise, as the program sorts its batches.
create table household (
    code             text collate "C" primary key,
    version          bigint not null check (version > 0),  -- never restarts: a cleared household keeps its row
    write_id         uuid not null,                         -- tells a writer its own commit after a lost reply
    village          text collate "C",
    contribution     bytea not null default '',
    next_due         date,
    document         bytea,                                 -- sealed; null: cleared
    status           text,
    class            smallint not null default 0,           -- of the statistics, grains/Domain/Statistics/StatisticClass.cs
    household_type   text,
    policy_status    text,
    monitor_category text,
    risk_eliminated  text,
    recognized_month int,                                   -- yyyymm
    eliminated_month int,
    risk_types       text[] not null default '{}',
    head_name        text collate "C",
    head_cert_index  bytea,
    phone_index      bytea,
    member_count     int,                                   -- active members
    net_per_capita   numeric,                               -- of the newest year with an income record
    members_digest   bytea,                                 -- of the rows in household_member
    changed_version  bigint,                                -- of the newest change; later versions only moved figures with the date
    changed_at       timestamptz,
    changed_by       text
) with (fillfactor = 80, toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);

-- Encrypted bytes do not compress, and a document in the page costs one page write instead of three.
alter table household alter column document set storage external;

create index household_by_village on household (village, code);
create index household_due on household (next_due) where next_due is not null;
create index household_monitored on household (village, code) where monitor_category is not null;
create index household_by_head on household (head_name) where head_name is not null;
create index household_by_head_cert on household (head_cert_index) where head_cert_index is not null;
create index household_by_phone on household (phone_index) where phone_index is not null;

create table household_member (
    household_code text collate "C" not null,
    person_code    text collate "C" not null,
    name           text collate "C",
    sex            text,
    birth_date     date,
    status         text,
    cert_index     bytea,
    last6_index    bytea,
    phone_index    bytea,
    primary key (household_code, person_code)
) with (fillfactor = 90);

create index household_member_by_name on household_member (name) where name is not null;
create index household_member_by_cert on household_member (cert_index) where cert_index is not null;
create index household_member_by_last6 on household_member (last6_index) where last6_index is not null;
create index household_member_by_phone on household_member (phone_index) where phone_index is not null;

create table household_history (
    code       text collate "C" not null,
    version    bigint not null,
    at         timestamptz not null,
    actor      text not null,
    kind       text not null,
    command_id uuid not null,
    import_id  text,
    document   bytea not null,                              -- sealed: the fields, old and new
    primary key (code, version)
);
create index household_history_by_import on household_history (import_id, code) where import_id is not null;
