-- Imports read rows straight into the households they belong to: what lay between them is gone.
drop table import_fragment;

-- Checking a reference costs a look at the job for every row. Purging deletes by import, and a job with staged rows is never deleted.
alter table import_household drop constraint import_household_import_id_fkey;
alter table import_error drop constraint import_error_import_id_fkey;
alter table import_refused_row drop constraint import_refused_row_import_id_fkey;

-- Households that nobody has registered yet, staged as the very rows that they become: the document is sealed for its place in household, so that
-- the commit moves rows and opens nothing. What household and its side tables hold is explained there. In the order of villages, so that a batch of the
-- commit touches few of them.
create table import_new (
    import_id        uuid not null,
    run              int not null,
    village          text collate "C" not null,
    code             text collate "C" not null,
    command_id       uuid not null,
    contribution     bytea not null,
    next_due         date,
    document         bytea not null,
    status           text,
    class            smallint not null,
    household_type   text,
    policy_status    text,
    monitor_category text,
    risk_eliminated  text,
    recognized_month int,
    eliminated_month int,
    risk_types       text[] not null,
    head_name        text collate "C",
    head_cert_index  bytea,
    phone_index      bytea,
    member_count     int,
    net_per_capita   numeric,
    members_digest   bytea not null,
    change           bytea not null,            -- of household_history
    persons          text[] not null,           -- of household_member: one entry for each member
    names            text[] not null,
    sexes            text[] not null,
    births           date[] not null,
    statuses         text[] not null,
    cert_indexes     bytea[] not null,
    last6_indexes    bytea[] not null,
    phone_indexes    bytea[] not null,
    primary key (import_id, run, village, code)
) with (toast_tuple_target = 8160);
alter table import_new alter column document set storage external, alter column change set storage external;

-- A load fills tables in seconds that the sessions' prepared plans know as empty, and a plan is made anew only when its tables are analysed. The running
-- system may not analyse; this does it for the tables that have grown by half, for one caller at a time.
create function analyze_grown() returns void language plpgsql security definer set search_path = public as $$
declare
    t text;
begin
    if not pg_try_advisory_xact_lock(6382177) then return; end if;
    for t in
        select relname from pg_stat_user_tables
        where relname in ('household', 'household_member', 'household_history', 'household_risk', 'owed', 'import_new', 'import_household')
          and n_mod_since_analyze > 2000 + n_live_tup / 2
    loop
        execute format('analyze %I', t);
    end loop;
end $$;
