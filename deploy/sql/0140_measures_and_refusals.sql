-- Measures (W4): the day after which it is a defect that nothing has been decided; null once something was.
alter table case_file add column defect_on date;
create index case_defects on case_file (village, defect_on) where is_open and defect_on is not null;

-- Commands that were refused: those without a version, so that a late copy of one is not applied to what the case has become meanwhile, and those
-- that came too late, so that both reviewers stand in the record. Written for good, like the history.
create table case_refusal (
    case_id    text collate "C" not null,
    command_id uuid not null,
    content    text not null,                               -- hash of the change
    at         timestamptz not null,
    actor      text not null,
    display_name text not null,
    level      smallint,
    action     text not null,
    seen       bigint,                                      -- the version that the sender had; null when the command named none
    version    bigint not null,                             -- that the case had
    open_case  text,
    errors     jsonb not null,
    primary key (case_id, command_id, content)
);
