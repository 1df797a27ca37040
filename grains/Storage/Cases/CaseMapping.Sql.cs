namespace FangFanPin.Storage.Cases;

public sealed partial class CaseMapping
{
    /// <summary>
    /// One statement, one transaction; history, audit and attachments follow from the rows that were written. A second open procedure of a
    /// household fails on the unique index, which the batch survives by halving.
    /// </summary>
    private const string SaveSql = """
        with input as materialized (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                                 $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42)
                as i (id, version, write_id, document, kind, step, is_open, village, household, subject, head_name, source, handler_level, due_on,
                      check_at, escalation, opened_at, opened_by, step_since, closed_at, total_due_on, publicity_to, urged_on, query_index, cert_index,
                      changed_version, at, actor, action, from_step, to_step, level, since, on_time, late, command_id, audited, trace_id, entry, defect_on, document_hash, entry_hash)
        ), before as materialized (
            select id, version, document_hash from case_file where id = any ($1)
        ), saved as (
            insert into case_file as c (id, version, write_id, document, kind, step, is_open, village, household, subject, head_name, source, handler_level,
                due_on, check_at, escalation, opened_at, opened_by, step_since, closed_at, total_due_on, publicity_to, urged_on, query_index, cert_index,
                changed_version, changed_at, defect_on, document_hash)
            select i.id, i.version, i.write_id, i.document, i.kind, i.step, i.is_open, i.village, i.household, i.subject, i.head_name, i.source, i.handler_level,
                i.due_on, i.check_at, i.escalation, i.opened_at, i.opened_by, i.step_since, i.closed_at, i.total_due_on, i.publicity_to, i.urged_on, i.query_index, i.cert_index,
                i.changed_version, i.at, i.defect_on, i.document_hash
            from input i
            where i.version = 1 or exists (select from case_file b where b.id = i.id)
            order by i.id collate "C"
            on conflict (id) do update set
                version = excluded.version, write_id = excluded.write_id, document = excluded.document, kind = excluded.kind, step = excluded.step,
                is_open = excluded.is_open, village = excluded.village, household = excluded.household, subject = excluded.subject,
                head_name = excluded.head_name, source = excluded.source, handler_level = excluded.handler_level, due_on = excluded.due_on,
                check_at = excluded.check_at, escalation = excluded.escalation, step_since = excluded.step_since, closed_at = excluded.closed_at,
                total_due_on = excluded.total_due_on, publicity_to = excluded.publicity_to, urged_on = excluded.urged_on, changed_version = excluded.changed_version,
                changed_at = excluded.changed_at, defect_on = excluded.defect_on, document_hash = excluded.document_hash
            where c.version = excluded.version - 1
            returning id
        ), history as (
            insert into case_history (id, version, at, actor, action, kind, from_step, to_step, village, level, since, on_time, late, command_id, document, document_hash)
            select i.id, i.version, i.at, i.actor, i.action, i.kind, i.from_step, i.to_step, i.village, i.level, i.since, i.on_time, i.late, i.command_id, i.entry, i.entry_hash
            from saved s join input i on i.id = s.id where i.entry is not null
            order by i.id collate "C"
        ), audit_lines as (
            -- what time does to a case is no act of anybody
            insert into audit (at, actor, action, object, result, trace_id, before_hash, after_hash)
            select i.at, i.actor, 'case.' || i.action, i.id, 'done', coalesce(i.trace_id, ''), case when b.version = i.version - 1 then b.document_hash end, i.document_hash
            from saved s join input i on i.id = s.id left join before b on b.id = i.id where i.entry is not null and i.audited
        ), bound as (
            update case_attachment a set case_id = x.id
            from unnest($43, $44) as x (id, attachment) join saved s on s.id = x.id
            where a.id = x.attachment and a.case_id is null
        )
        select id from saved
        """;

    private const string MarksSql = "select id, version, write_id from case_file where id = any ($1)";

    private const string LoadSql = "select id, version, document from case_file where id = any ($1)";
}
