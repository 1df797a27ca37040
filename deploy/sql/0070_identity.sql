-- Accounts that can be trusted although they stand in a table: each row carries a keyed hash of what it grants (mac), so that a row changed
-- behind the program's back is found. Sessions end by the account's stamp, failures are counted for all processes together.
alter table accounts
    add column stamp               uuid        not null default gen_random_uuid(),
    add column password_changed_at timestamptz not null default now(),
    add column last_login_at       timestamptz,
    -- A phone number that serves as login name, as a keyed hash; one person, one account.
    add column phone_index         bytea       unique,
    -- Sealed with a key outside the database.
    add column totp_secret         bytea,
    add column totp_confirmed      boolean     not null default false,
    -- The newest step of a code that was used: codes do not come twice.
    add column totp_step           bigint      not null default 0,
    -- Hash of the one-time text that somebody else must hand over before a second factor is set up.
    add column enrol_hash          bytea,
    add column mac                 bytea;

-- A new account may stand without a role until the security administrator gives it one.
alter table accounts drop constraint accounts_roles_check;
alter table accounts
    add constraint accounts_roles_few check (cardinality(roles) <= 8),
    -- 三员分立: no account reaches two of them, whoever writes the row.
    add constraint accounts_roles_apart check (
        ('admin' = any (roles))::int + ('security-admin' = any (roles))::int + ('audit-admin' = any (roles))::int <= 1
        and (not roles && array['security-admin', 'audit-admin'] or cardinality(roles) = 1));
create index accounts_by_region on accounts (region, name);

create table password_history
(
    account text        not null references accounts (name) on delete cascade,
    at      timestamptz not null,
    hash    text        not null,
    primary key (account, at)
);

create table recovery_code
(
    account text  not null references accounts (name) on delete cascade,
    hash    bytea not null,
    used_at timestamptz,
    primary key (account, hash)
);

-- Failed logins of an account or an address, both as keyed hashes: what people type as a name is at times their password.
create table login_failure
(
    subject      bytea         primary key,
    failures     timestamptz[] not null,
    locked_until timestamptz
);

create table login_session
(
    id         uuid        primary key,
    account    text        not null references accounts (name) on delete cascade,
    stamp      uuid        not null,
    created_at timestamptz not null,
    seen_at    timestamptz not null,
    ends_at    timestamptz not null,
    address    text        not null,
    device     text        not null,
    ended_at   timestamptz,
    end_reason text
);
create index login_session_by_account on login_session (account, created_at);

-- Each refresh token of a session, by hash; one that comes a second time has been stolen, or its successor has.
create table refresh_token
(
    hash      bytea       primary key,
    session   uuid        not null references login_session (id) on delete cascade,
    issued_at timestamptz not null,
    used_at   timestamptz
);
create index refresh_token_by_session on refresh_token (session);

-- What the processes must forget at once. They read it by transaction id, so that none is missed whatever the order of commits is.
create table access_change
(
    xid     xid8        not null default pg_current_xact_id(),
    account text        not null,
    at      timestamptz not null default now()
);
create index access_change_by_xid on access_change (xid);
create index access_change_by_time on access_change (at);

create function access_changed() returns trigger language plpgsql as $$
begin
    insert into access_change (account) values (old.account);
    perform pg_notify('access_changed', '');
    return null;
end $$;

create function account_changed() returns trigger language plpgsql as $$
begin
    insert into access_change (account) values (old.name);
    perform pg_notify('access_changed', '');
    return null;
end $$;

create trigger account_changed after update on accounts for each row
    when ((old.stamp, old.roles, old.region, old.disabled, old.mac, old.password_hash) is distinct from (new.stamp, new.roles, new.region, new.disabled, new.mac, new.password_hash))
    execute function account_changed();
create trigger account_deleted after delete on accounts for each row execute function account_changed();
create trigger session_ended after update on login_session for each row
    when (old.ended_at is null and new.ended_at is not null) execute function access_changed();
create trigger session_deleted after delete on login_session for each row execute function access_changed();
