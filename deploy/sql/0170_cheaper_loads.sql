-- What a load costs the database beside its rows.
-- Columns that no condition compares need no statistics: sampled and sorted, documents and hashes were half of an analysis, and the arrays of staged
-- households more than all the rest of a load's analyses.
alter table household alter column document set statistics 0, alter column contribution set statistics 0, alter column write_id set statistics 0,
    alter column members_digest set statistics 0, alter column document_hash set statistics 0, alter column changed_by set statistics 0;
alter table household_history alter column document set statistics 0, alter column document_hash set statistics 0, alter column content_hash set statistics 0;
do $$
declare
    c text;
begin
    for c in select attname from pg_attribute where attrelid = 'import_new'::regclass and attnum > 0 and not attisdropped and attname not in ('import_id', 'run', 'village', 'code') loop
        execute format('alter table import_new alter column %I set statistics 0', c);
    end loop;
end $$;

-- Asked for whole imports only: equal keys stand together and are stored once.
drop index household_history_by_import;
create index household_history_by_import on household_history (import_id) where import_id is not null;

-- A tenth of the usual sample tells an empty table from a full one; autovacuum looks more closely later. Staged households are read along one index, whatever is
-- known of them.
create or replace function analyze_grown() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp set default_statistics_target = '10' as $$
declare
    t text;
begin
    if not pg_try_advisory_xact_lock(6382177) then return; end if;
    for t in
        select relname from pg_stat_user_tables
        where schemaname = 'public' and relname in ('household', 'household_member', 'household_history', 'household_risk', 'owed', 'import_household',
              'sync_line', 'sync_household', 'sync_village', 'sync_missing')
          and n_mod_since_analyze > 2000 + n_live_tup / 2
    loop
        execute format('analyze public.%I', t);
    end loop;
end $$;
