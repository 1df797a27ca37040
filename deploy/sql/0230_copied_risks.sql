-- Households that an import copies to their table come before their members, so the trigger found no births; and it planned its statement for every one of them, a
-- tenth of what the database did in a load. Whoever copies has both in hand: it says so, and copies the rows of household_risk itself, behind the members.
drop trigger household_risks_new on household;
create trigger household_risks_new after insert on household for each row
    when ((new.risk_types <> '{}' or new.monitor_category is not null) and current_setting('fangfanpin.risks', true) is distinct from 'copied')
    execute function household_risks_follow();

update household_risk r set oldest = b.oldest, youngest = b.youngest
from (select household_code, min(birth_date) as oldest, max(birth_date) as youngest from household_member
      where household_code in (select code from household_risk where oldest is null) group by household_code) b
where b.household_code = r.code and r.oldest is null and b.oldest is not null;

-- What is owed comes and goes: during a load its table was sampled again after every second batch, and looked the same each time.
create or replace function analyze_grown() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp set default_statistics_target = '10' as $$
declare
    t text;
begin
    if not pg_try_advisory_xact_lock(6382177) then return; end if;
    for t in
        select relname from pg_stat_user_tables
        where schemaname = 'public' and relname in ('household', 'household_phone', 'household_member', 'household_history', 'household_risk', 'owed', 'import_household',
              'sync_line', 'sync_household', 'sync_village', 'sync_missing')
          and n_mod_since_analyze > 2000 + n_live_tup / 2
          and (relname <> 'owed' or last_analyze is null or last_analyze < now() - interval '30 seconds')
    loop
        execute format('analyze public.%I', t);
    end loop;
end $$;
