-- Closed to everybody but the running system (the grants follow), and named tables are those of this schema, whoever calls.
-- A first synchronisation fills its tables in seconds, too: without an analysis its end compared every line with every household.
create or replace function analyze_grown() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    t text;
begin
    if not pg_try_advisory_xact_lock(6382177) then return; end if;
    for t in
        select relname from pg_stat_user_tables
        where schemaname = 'public' and relname in ('household', 'household_member', 'household_history', 'household_risk', 'owed', 'import_new', 'import_household',
              'sync_line', 'sync_household', 'sync_village', 'sync_missing')
          and n_mod_since_analyze > 2000 + n_live_tup / 2
    loop
        execute format('analyze public.%I', t);
    end loop;
end $$;
revoke all on function analyze_grown() from public;
