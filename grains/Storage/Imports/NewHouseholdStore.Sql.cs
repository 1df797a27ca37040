using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

public sealed partial class NewHouseholdStore
{
    internal static readonly string Kind = CommandContent.KindOf(new ImportFile { Incoming = HouseholdFile.Empty, Columns = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, ImportId = "" });

    private const string CopySql = """
        copy import_new (import_id, run, village, code, command_id, contribution, next_due, document, status, class, household_type, policy_status,
            monitor_category, risk_eliminated, recognized_month, eliminated_month, risk_types, head_name, head_cert_index, phone_index, member_count,
            net_per_capita, members_digest, change, persons, names, sexes, births, statuses, cert_indexes, last6_indexes, phone_indexes, document_hash, change_hash)
        from stdin (format binary)
        """;

    private const string VillagesSql = "select distinct village from import_new where import_id = $1 and run = $2";

    /// <summary>
    /// The planner knows nothing about tables that grow by the minute, nor about a batch. A plan that was kept from when they were empty walks whole indexes for
    /// every household, so each batch is planned by itself: that takes a hundredth of it. The check looks a few rows up in large tables …
    /// </summary>
    internal const string ByIndexes =
        "set local plan_cache_mode = force_custom_plan; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

    /// <summary>… and the move joins what it has in its hands.</summary>
    private const string ByHashes = "set local enable_hashjoin = on; set local enable_nestloop = off; set local work_mem = '64MB'";

    private const string OfBatch = "from import_new where import_id = $1 and run = $2 and (village, code) > ($3, $4) order by village, code limit $5";

    /// <summary>
    /// What has come between preview and commit: the village ended, a person or a certificate now stands in another household. Households of the import
    /// itself are no obstacle to each other: what they share was found before, or is a finding. The offsets keep each look a question of its own: as a join
    /// the planner, who takes growing tables for empty, walked all households of the import for each of a batch (50 s a batch, in every second load). And each
    /// look is for one person: a hash index answers a list by a bitmap only, and whether one of it exists was looked for along the whole primary key (6 s a batch).
    /// </summary>
    private const string ObstaclesSql = $"""
        with batch as materialized (
            select village, code, persons, cert_indexes, statuses {OfBatch}
        )
        select distinct on (code) code, reason from (
            select code, 1 as rank, 'household.unknown-village' as reason from batch b
            where b.village = any ($6) or not exists (select from region_epoch e where e.region = b.village and e.live)
            union all
            select b.code, 2, 'import.person-elsewhere' from batch b
            cross join lateral unnest(b.persons) as p (person)
            cross join lateral (select from household_member m where m.person_code = p.person and m.household_code <> b.code offset 0) m
            union all
            select b.code, 3, 'import.certificate-elsewhere' from batch b
            cross join lateral unnest(b.cert_indexes, b.statuses) as c (hash, status)
            cross join lateral (
                select m.household_code from household_member m
                where m.cert_index = c.hash and m.household_code <> b.code and (m.status is null or m.status = '{MemberStatuses.Active}') offset 0) m
            where c.status = '{MemberStatuses.Active}' and exists (
                select from household h where h.code = m.household_code and h.changed_at >= $7 and (h.status is null or h.status = '{HouseholdStatuses.Active}')
                  and not exists (select from import_household i where i.import_id = $1 and i.run = $2 and i.code = h.code) offset 0)
        ) o order by code, rank
        """;

    /// <summary>
    /// One statement moves the batch to where it belongs. Whoever has registered a household meanwhile keeps it: the row is not written, and nothing that
    /// belongs to it. Rows go in key order into every table, as those of grains do, so that two transactions do not wait for each other crosswise.
    /// </summary>
    private const string MoveSql = $$"""
        with batch as materialized (
            select ctid as place, * {{OfBatch}}
        ), refused as materialized (
            select * from unnest($6, $7) as r (code, reason)
        ), saved as (
            insert into household (code, version, write_id, village, contribution, next_due, document, status, class, household_type, policy_status,
                monitor_category, risk_eliminated, recognized_month, eliminated_month, risk_types, head_name, head_cert_index,
                member_count, net_per_capita, members_digest, document_hash, changed_version, changed_at, changed_by)
            select code, 1, gen_random_uuid(), village, contribution, next_due, document, status, class, household_type, policy_status,
                monitor_category, risk_eliminated, recognized_month, eliminated_month, risk_types, head_name, head_cert_index,
                member_count, net_per_capita, members_digest, document_hash, 1, $8, $9
            from batch where code not in (select code from refused)
            order by code
            on conflict (code) do nothing
            returning code, village, contribution
        ), phones as (
            insert into household_phone (code, phone_index)
            select s.code, b.phone_index from saved s join batch b on b.code = s.code where b.phone_index is not null order by s.code
        ), members as (
            insert into household_member (household_code, person_code, name, sex, birth_date, status, cert_index, last6_index, phone_index, village)
            select b.code, m.*, b.village from saved s join batch b on b.code = s.code
            cross join lateral unnest(b.persons, b.names, b.sexes, b.births, b.statuses, b.cert_indexes, b.last6_indexes, b.phone_indexes) as m (person, name, sex, birth, status, cert, last6, phone)
            order by b.code, m.person collate "C"
        ), history as (
            insert into household_history (code, version, at, actor, kind, command_id, import_id, document, document_hash)
            select b.code, 1, $8, $9, $10, b.command_id, $11, b.change, b.change_hash from saved s join batch b on b.code = s.code order by b.code
        ), owing as (
            insert into owed as o (target, subject, version, at)
            select village, code, 1, now() from saved where contribution <> '' order by village, code
            on conflict (target, subject) do update set version = greatest(o.version, excluded.version)
        ), settled as materialized (
            select b.village, b.code, s.code is not null as written, coalesce(r.reason, 'household.stale-version') as reason
            from batch b left join saved s on s.code = b.code left join refused r on r.code = b.code
        ), outcomes as (
            insert into import_household (import_id, run, code, kind, outcome, reason)
            select $1, $2, code, 1, case when written then 1 else 3 end, case when not written then reason end from settled order by code
            on conflict (import_id, run, code) do nothing -- written before, and cleared since: see CarryAsync
        ), gone as (
            delete from import_new where ctid = any (array(select place from batch))
        )
        select village, (count(*) filter (where written))::int, (count(*) filter (where not written))::int, max(code) from settled group by village order by village
        """;

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, Guid id, int run, HouseholdRow row, CancellationToken ct)
    {
        var (columns, members) = (row.Columns, row.Members!.Rows);
        await copy.StartRowAsync(ct);
        await copy.WriteAsync(id, NpgsqlDbType.Uuid, ct);
        await copy.WriteAsync(run, NpgsqlDbType.Integer, ct);
        await copy.WriteAsync(columns.Village!, NpgsqlDbType.Text, ct);
        await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
        await copy.WriteAsync(row.Change!.CommandId, NpgsqlDbType.Uuid, ct);
        await copy.StateAsync(row, ct);
        await copy.BytesAsync(row.PhoneIndex, ct);
        await copy.ValueAsync(columns.MemberCount, NpgsqlDbType.Integer, ct);
        await copy.ValueAsync(columns.NetPerCapita, NpgsqlDbType.Numeric, ct);
        await copy.WriteAsync(row.Members.Digest, NpgsqlDbType.Bytea, ct);
        await copy.WriteAsync(row.ChangeDocument!, NpgsqlDbType.Bytea, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Text, m => m.Person, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Text, m => m.Name, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Text, m => m.Sex, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Date, m => m.BirthDate, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Text, m => m.Status, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Bytea, m => m.CertIndex, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Bytea, m => m.LastSixIndex, ct);
        await ColumnAsync(copy, members, NpgsqlDbType.Bytea, m => m.PhoneIndex, ct);
        await copy.BytesAsync(row.DocumentHash, ct);
        await copy.BytesAsync(row.ChangeHash, ct);
    }

    private static Task ColumnAsync<T>(NpgsqlBinaryImporter copy, IReadOnlyList<MemberRow> members, NpgsqlDbType type, Func<MemberRow, T> value, CancellationToken ct)
    {
        var values = new T[members.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(members[i]);
        return copy.WriteAsync(values, NpgsqlDbType.Array | type, ct);
    }
}
