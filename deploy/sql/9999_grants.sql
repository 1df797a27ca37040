-- Runs after every migration. The role of the running system reads and writes rows; it can neither change tables nor rewrite what is
-- written for good (audit, history) nor touch the journal of migrations. Whoever adds an insert-only table adds its name here.
do $$
declare
    insert_only constant text[] := array['audit', 'audit_checkpoint', 'audit_subject', 'case_history', 'case_refusal', 'household_history', 'region_change'];
    read_only constant text[] := array['schemaversions', 'schemahashes', 'orleansquery'];
    t text;
begin
    if not exists (select from pg_roles where rolname = 'ffp_app') then
        raise notice 'role ffp_app does not exist: no grants';
        return;
    end if;
    execute 'grant usage on schema public to ffp_app';
    execute 'revoke all on all tables in schema public from ffp_app';
    execute 'grant usage, select on all sequences in schema public to ffp_app';
    execute 'grant execute on function renew_history(text, text[], bigint[], bytea[], bytea[]) to ffp_app';
    execute 'grant execute on function archive_audit(bigint, int) to ffp_app';
    execute 'grant execute on function analyze_grown() to ffp_app';
    for t in select tablename from pg_tables where schemaname = 'public' loop
        execute format('grant %s on %I to ffp_app',
            case when t = any (read_only) then 'select'
                 when t = any (insert_only) then 'select, insert'
                 else 'select, insert, update, delete' end, t);
    end loop;
end $$;
