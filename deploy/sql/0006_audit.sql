-- Who did or tried what. The running system may only add rows (9999_grants.sql). The trace id leads to the logs of the same request.
create table audit
(
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    actor    text        not null,
    action   text        not null,
    object   text        not null,
    result   text        not null,
    trace_id text        not null
);

create index audit_by_time on audit (at);
create index audit_by_actor on audit (actor, at);
