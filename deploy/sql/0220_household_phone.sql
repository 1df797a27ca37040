-- A household's phone changes more often than anything else that a list searches by. In the household's row each such change made a row version that could not stay on its page and
-- put an entry into every index that the household stands in, six to nine, all but one as they were; here it puts two.
create table household_phone (
    code        text collate "C" primary key,
    phone_index bytea                                       -- keyed hash; null: has none any more
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.3);

insert into household_phone select code, phone_index from household where phone_index is not null order by code;
create index household_phone_by_number on household_phone using hash (phone_index) where phone_index is not null;

drop index household_by_phone;
alter table household drop column phone_index;

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
    loop
        execute format('analyze public.%I', t);
    end loop;
end $$;
