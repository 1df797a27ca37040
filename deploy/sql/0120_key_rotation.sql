-- Rotation of keys while running: which keys are new, and how far the background has come with sealing anew what the old ones sealed.
create table key_rotation
(
    id          bigint      generated always as identity primary key,
    started_at  timestamptz not null,
    started_by  text        not null,
    suite       text        not null,
    seal_key    int         not null,
    index_key   int         not null,
    active_from timestamptz not null,             -- from then on every process writes with the new keys
    stage       text        not null default 'waiting' check (stage in ('waiting', 'running', 'done')),
    passes      int         not null default 0,   -- through all tables; the last one finds nothing to do
    left_over   bigint      not null default 0,   -- rows of the last pass that could not be sealed anew
    fruitless   int         not null default 0,   -- passes in a row that found rows and could change none
    finished_at timestamptz
);
create unique index key_rotation_one on key_rotation ((true)) where stage <> 'done';

-- Where the present pass stands in each table; renewed counts over all passes.
create table key_rotation_table
(
    rotation   bigint      not null references key_rotation,
    name       text        not null,
    after      text[],                            -- key of the last row looked at; null: at the beginning
    pass       int         not null default 1,
    complete   boolean     not null default false,
    renewed    bigint      not null default 0,
    pass_found bigint      not null default 0,
    pass_left  bigint      not null default 0,
    primary key (rotation, name)
);

-- History is insert-only for the running program. This alone may it do to what stands there: while a rotation runs, exchange a box for one of the
-- same length and format under the rotation's key. What the box holds is vouched for elsewhere (document_hash, which this cannot touch).
create function renew_history(target text, ids text[], versions bigint[], old bytea[], fresh bytea[]) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    new_key int;
    renewed bigint;
begin
    select seal_key into new_key from public.key_rotation where stage = 'running';
    if new_key is null then
        raise exception 'no rotation of keys is running' using errcode = 'insufficient_privilege';
    end if;
    if exists (select from unnest(old, fresh) as b (o, f)
               where octet_length(o) < 2 or octet_length(o) is distinct from octet_length(f) or get_byte(f, 0) <> get_byte(o, 0)
                  or get_byte(f, 1) <> new_key or get_byte(o, 1) = new_key) then
        raise exception 'not a renewal' using errcode = 'insufficient_privilege';
    end if;
    if target = 'household_history' then
        update public.household_history h set document = b.fresh
        from unnest(ids, versions, old, fresh) as b (id, version, old, fresh) where h.code = b.id and h.version = b.version and h.document = b.old;
    elsif target = 'case_history' then
        update public.case_history h set document = b.fresh
        from unnest(ids, versions, old, fresh) as b (id, version, old, fresh) where h.id = b.id and h.version = b.version and h.document = b.old;
    else
        raise exception 'no history: %', target using errcode = 'insufficient_privilege';
    end if;
    get diagnostics renewed = row_count;
    return renewed;
end $$;
revoke all on function renew_history(text, text[], bigint[], bytea[], bytea[]) from public;
