-- Who may sign in, with which roles, for which region and everything below it.
create table accounts
(
    name          text        primary key check (name ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    password_hash text        not null,
    display_name  text        not null,
    roles         text[]      not null check (cardinality(roles) between 1 and 8),
    region        bigint      not null,
    must_change   boolean     not null default true,
    disabled      boolean     not null default false,
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now()
);
