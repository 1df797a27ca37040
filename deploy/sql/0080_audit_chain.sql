-- The audit that proves itself. Writers only insert entries; one sealer gathers what no running transaction can still change, hashes it into a
-- Merkle tree, chains and signs the root, and writes it here and into a file outside the database. Nothing here is updated or deleted.
alter table audit
    add column role        text,
    add column address     text,
    add column device      text,
    add column subject     text collate "C",   -- household that was looked at; changes name theirs in object
    add column before_hash bytea,
    add column after_hash  bytea;

create table audit_checkpoint
(
    number    bigint      primary key check (number > 0),
    at        timestamptz not null,
    ids       bigint[]    not null,            -- of the entries, ascending
    leaves    bytea       not null,            -- their hashes, 32 bytes each, in the order of ids
    last_id   bigint      not null,
    total     bigint      not null,            -- entries up to this checkpoint
    root      bytea       not null,
    chain     bytea       not null,            -- over the chain before, and all that stands here
    signature bytea       not null,
    scan_from bigint      not null             -- every entry up to this id stands in a checkpoint; not signed, the verifier does not rely on it
);

-- Who looked at a household, filled by the sealer, so that writing an entry costs no further index.
create table audit_subject
(
    subject  text collate "C" not null,
    audit_id bigint           not null,
    primary key (subject, audit_id)
);
