namespace FangFanPin.Storage.Households;

public sealed partial class HouseholdMapping
{
    /// <summary>
    /// One statement, one transaction. Everything beside the row itself is taken from the rows that were written, never from the input:
    /// a stale row leaves no trace. <c>before</c> is the snapshot's view; where it is not the version just below (somebody committed
    /// between), figures and members are taken as changed. Rows are written in key order in every table, so two batches do not lock crosswise.
    /// </summary>
    private const string RowsSql = """
        with input as materialized (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)
                as i (code, version, write_id, village, contribution, next_due, document, status, class, household_type, policy_status, monitor_category,
                      risk_eliminated, recognized_month, eliminated_month, risk_types, head_name, head_cert_index, phone_index, phone_moved, member_count,
                      net_per_capita, members_digest, village_before, at, actor, kind, command_id, import_id, change, trace_id, content_hash, role, document_hash, change_hash)
        ), before as materialized (
            select code, version, village, contribution, members_digest, document_hash from household where code = any ($1)
        ), saved as (
            insert into household as h (code, version, write_id, village, contribution, next_due, document, status, class, household_type, policy_status,
                monitor_category, risk_eliminated, recognized_month, eliminated_month, risk_types, head_name, head_cert_index,
                member_count, net_per_capita, members_digest, document_hash, changed_version, changed_at, changed_by)
            select i.code, i.version, i.write_id, i.village, i.contribution, i.next_due, i.document, i.status, i.class, i.household_type, i.policy_status,
                i.monitor_category, i.risk_eliminated, i.recognized_month, i.eliminated_month, string_to_array(coalesce(i.risk_types, ''), ','), i.head_name,
                i.head_cert_index, i.member_count, i.net_per_capita, i.members_digest, i.document_hash, case when i.change is not null then i.version end, i.at, i.actor
            from input i left join before b on b.code = i.code
            where i.version = 1 or b.code is not null
            order by i.code collate "C"
            on conflict (code) do update set
                version = excluded.version, write_id = excluded.write_id, village = excluded.village, contribution = excluded.contribution,
                next_due = excluded.next_due, document = excluded.document, status = excluded.status, class = excluded.class, household_type = excluded.household_type,
                policy_status = excluded.policy_status, monitor_category = excluded.monitor_category, risk_eliminated = excluded.risk_eliminated,
                recognized_month = excluded.recognized_month, eliminated_month = excluded.eliminated_month, risk_types = excluded.risk_types,
                head_name = excluded.head_name, head_cert_index = excluded.head_cert_index,
                member_count = excluded.member_count, net_per_capita = excluded.net_per_capita, members_digest = coalesce(excluded.members_digest, h.members_digest),
                document_hash = excluded.document_hash,
                changed_version = coalesce(excluded.changed_version, h.changed_version),
                changed_at = coalesce(excluded.changed_at, h.changed_at), changed_by = coalesce(excluded.changed_by, h.changed_by)
            where h.version = excluded.version - 1
            returning code
        ), moved as materialized (
            select i.code, i.version, i.village, b.village as old_village,
                coalesce(b.contribution, '') <> '' as was_counted, i.contribution <> '' as is_counted, i.village_before,
                b.contribution is distinct from i.contribution or b.village is distinct from i.village or b.version <> i.version - 1 as figures_moved,
                i.members_digest is not null and (b.members_digest is distinct from i.members_digest or b.version <> i.version - 1) as members_moved
            from saved s join input i on i.code = s.code left join before b on b.code = s.code
        ), phoned as (
            insert into household_phone as p (code, phone_index)
            select i.code, i.phone_index from saved s join input i on i.code = s.code where i.phone_moved and (i.version > 1 or i.phone_index is not null)
            order by i.code collate "C"
            on conflict (code) do update set phone_index = excluded.phone_index where p.phone_index is distinct from excluded.phone_index
        ), history as (
            insert into household_history (code, version, at, actor, kind, command_id, import_id, document, content_hash, document_hash)
            select i.code, i.version, i.at, i.actor, i.kind, i.command_id, i.import_id, i.change, i.content_hash, i.change_hash
            from saved s join input i on i.code = s.code where i.change is not null
            order by i.code collate "C"
        ), audited as (
            -- an import is audited as one act by its job; which households it changed stands in their history
            insert into audit (at, actor, action, object, result, trace_id, role, before_hash, after_hash)
            select i.at, i.actor, 'household.' || i.kind, i.code, 'done', coalesce(i.trace_id, ''), i.role, case when b.version = i.version - 1 then b.document_hash end, i.document_hash
            from saved s join input i on i.code = s.code left join before b on b.code = i.code where i.change is not null and i.import_id is null
        )
        """;

    private const string MembersSql = """
        , members as materialized (
            select m.*, v.village from unnest($36, $37, $38, $39, $40, $41, $42, $43, $44)
                as m (household_code, person_code, name, sex, birth_date, status, cert_index, last6_index, phone_index)
            join moved v on v.code = m.household_code where v.members_moved
        ), members_gone as (
            delete from household_member m using moved v
            where v.members_moved and m.household_code = v.code
              and not exists (select from members n where n.household_code = m.household_code and n.person_code = m.person_code)
        ), members_saved as (
            insert into household_member as m (household_code, person_code, name, sex, birth_date, status, cert_index, last6_index, phone_index, village)
            select * from members order by household_code collate "C", person_code collate "C"
            on conflict (household_code, person_code) do update set
                name = excluded.name, sex = excluded.sex, birth_date = excluded.birth_date, status = excluded.status,
                cert_index = excluded.cert_index, last6_index = excluded.last6_index, phone_index = excluded.phone_index, village = excluded.village
            where (m.name, m.sex, m.birth_date, m.status, m.cert_index, m.last6_index, m.phone_index, m.village) is distinct from
                (excluded.name, excluded.sex, excluded.birth_date, excluded.status, excluded.cert_index, excluded.last6_index, excluded.phone_index, excluded.village)
        ), members_followed as (
            -- a move with the members as they were: their rows go along, so that names are found in the new village
            update household_member m set village = v.village from moved v
            where m.household_code = v.code and not v.members_moved and v.old_village is distinct from v.village
        )
        """;

    private const string OwingSql = """
        , owing as (
            insert into owed as o (target, subject, version, at)
            select target, subject, version, now() from (
                select village as target, code as subject, version from moved where figures_moved and (is_counted or was_counted)
                union select old_village, code, version from moved where was_counted and old_village is distinct from village
                union select village_before, code, version from moved where figures_moved and village_before is distinct from village
            ) debts where target is not null
            order by target collate "C", subject collate "C"
            on conflict (target, subject) do update set version = greatest(o.version, excluded.version)
        )
        select code from saved
        """;

    private const string SaveSql = RowsSql + "\n" + MembersSql + "\n" + OwingSql;

    /// <summary>For a batch in which everybody's members stand in the table as they are, as in most: it opens neither their table nor its indexes.</summary>
    private const string SaveWithoutMembersSql = RowsSql + "\n" + OwingSql;

    private const string MarksSql = "select code, version, write_id from household where code = any ($1)";

    private const string LoadSql = $"""
        select h.code, h.version, h.contribution, h.next_due, h.document,
            c.version, c.at, c.actor, c.kind, c.command_id, c.import_id, c.document, a.ids, a.hashes, a.versions, h.document_hash,
            {HouseholdColumns.Sql}
        from household h left join household_history c on c.code = h.code and c.version = h.changed_version
        cross join lateral (
            select array_agg(command_id order by version) as ids, array_agg(content_hash order by version) as hashes, array_agg(version order by version) as versions
            from (select command_id, content_hash, version from household_history where code = h.code order by version desc limit $2) newest) a
        where h.code = any ($1)
        """;
}
