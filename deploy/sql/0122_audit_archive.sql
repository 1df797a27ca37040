-- Checkpoints name their hash; null is SHA-256.
alter table audit_checkpoint add column suite text check (suite = 'National');

-- The only way in which the running program takes entries out of the audit: the oldest checkpoints with all that they hold, when they are older than
-- six months by the database's own clock, never the newest. Whether they stand in an archive the verifier asks: what does not is named as deleted.
create function archive_audit(through bigint, steps int) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    taken bigint;
begin
    with old as materialized (
        select number, ids from public.audit_checkpoint
        where number <= through and at < now() - interval '6 months' and number < (select max(number) from public.audit_checkpoint)
        order by number limit steps
    ), entries as (
        delete from public.audit a using (select unnest(ids) as id from old) o where a.id = o.id returning a.id, a.subject
    ), subjects as (
        delete from public.audit_subject s using entries e where e.subject is not null and s.subject = e.subject and s.audit_id = e.id
    ), checkpoints as (
        delete from public.audit_checkpoint c using old where c.number = old.number returning 1
    )
    select count(*) into taken from checkpoints;
    return taken;
end $$;
revoke all on function archive_audit(bigint, int) from public;
