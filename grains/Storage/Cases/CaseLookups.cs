using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <inheritdoc cref="ICaseLookups"/>
public sealed class CaseLookups(NpgsqlDataSource database, ISealer sealer) : ICaseLookups
{
    /// <summary>A family that was declared before it stood in the register is known by a certificate alone: of any of its people, in both directions.</summary>
    private const string OtherSql = """
        with subjects (subject) as (
            select unnest($1::text[]) collate "C"
            union all select 'id/' || encode(m.cert_index, 'hex') from household_member m where m.household_code = $3 and m.status = '1' and m.cert_index is not null
            union all select 'hh/' || m.household_code from household_member m where m.cert_index = any ($4) and m.status = '1'
        )
        select c.id from subjects s join case_file c on c.subject = s.subject where c.is_open and c.id <> $2 order by c.opened_at limit 1
        """;

    /// <summary>The end of the chain of mergers; a village that was taken in by one that was itself taken in later.</summary>
    private const string SuccessorSql = """
        with recursive chain (code, depth) as (
                select $1::text collate "C", 0
            union all
            select r.merged_into, c.depth + 1 from chain c join lateral (
                select merged_into from region where code = c.code order by valid_from desc limit 1) r on r.merged_into is not null
            where c.depth < 20
        )
        select code from chain where depth > 0 order by depth desc limit 1
        """;

    private static readonly string PlanSql = $"select id from case_file where household = $1 and kind = '{CaseKinds.Measures}' and is_open";

    /// <summary>One walk over the monitored ones, which are one in ten.</summary>
    private static readonly string WithoutPlanSql = $"""
        select h.code, h.changed_version from household h
        where h.monitor_category is not null and h.risk_eliminated is distinct from '{YesNo.Yes}' and h.village is not null and (h.status is null or h.status = '{HouseholdStatuses.Active}')
          and h.document is not null and h.changed_version is not null
          and not exists (select from case_file c where c.household = h.code and c.kind = '{CaseKinds.Measures}' and c.is_open)
          and not exists (select from plan_not_needed n where n.household = h.code and n.version = h.changed_version)
        order by h.village, h.code limit $1
        """;

    private const string NeedNoPlanSql = """
        insert into plan_not_needed (household, version) select household, version from unnest($1, $2) as i (household, version) order by household
        on conflict (household) do update set version = excluded.version
        """;

    /// <summary>Due or owing; and open ones whose village has ended and stands in no open row of the tree.</summary>
    private static readonly string DueSql = $"""
        (select id from case_file where (hashtext(id) & {ICaseShardGrain.Shards - 1}) = $2 and check_at <= $1 order by check_at limit $3)
        union
        (select c.id from region r join case_file c on c.village = r.code where r.valid_to is not null and c.is_open and (hashtext(c.id) & {ICaseShardGrain.Shards - 1}) = $2
            and not exists (select from region o where o.code = r.code and o.valid_to is null) limit $3)
        """;

    public async Task<string?> OpenOfSameSubjectAsync(CaseFile file, CancellationToken ct = default)
    {
        if (CaseDocuments.SubjectOf(file, sealer) is not { } subject) return null;
        var plan = file.Kind == CaseKinds.Measures; // of its own household alone
        byte[][] certificates = plan ? [] : [.. sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(CaseDocuments.CertificateOf(file)))];
        string[] subjects = [subject, .. certificates.Select(i => "id/" + Convert.ToHexStringLower(i))];
        return (await ReadAsync(OtherSql, ct, subjects, file.Id, plan ? "" : file.HouseholdCode ?? "", certificates)).FirstOrDefault();
    }

    public async Task<string?> SuccessorOfAsync(string village, CancellationToken ct = default) => (await ReadAsync(SuccessorSql, ct, village)).FirstOrDefault();

    public async Task<string?> PlanOfAsync(string household, CancellationToken ct = default) => (await ReadAsync(PlanSql, ct, household)).FirstOrDefault();

    public async Task<IReadOnlyList<(string Household, long Version)>> WithoutPlanAsync(int limit, CancellationToken ct = default) =>
        await ReadAsync(WithoutPlanSql, r => (r.GetString(0), r.GetInt64(1)), ct, limit);

    public async Task NeedNoPlanAsync(IReadOnlyCollection<(string Household, long Version)> households, CancellationToken ct = default)
    {
        await using var command = database.With(NeedNoPlanSql, households.Select(h => h.Household).ToArray(), households.Select(h => h.Version).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyList<string>> DueAsync(DateTimeOffset now, int shard, int limit, CancellationToken ct = default) =>
        await ReadAsync(DueSql, ct, now.ToUniversalTime(), shard, limit);

    private Task<List<string>> ReadAsync(string sql, CancellationToken ct, params object[] values) => ReadAsync(sql, r => r.GetString(0), ct, values);

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] values)
    {
        try
        {
            await using var command = database.With(sql, values);
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Add(read(reader));
            return rows;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }
}
