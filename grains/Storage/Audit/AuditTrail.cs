using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Audit;

/// <summary>An entry as an inspector reads it.</summary>
public sealed record AuditLine(
    long Id, DateTimeOffset At, string Actor, string? Role, string? Address, string? Device, string Action, string Object, string Result, string TraceId,
    string? BeforeHash, string? AfterHash);

/// <summary>
/// What an inspector asks: all that one account did, all that happened to one household. Newest first, by key. What still stands in the table;
/// months that left it are asked for in <see cref="ArchivedTrail"/>.
/// </summary>
public sealed class AuditTrail(NpgsqlDataSource database)
{
    private const string Columns = "id, at, actor, role, address, device, action, object, result, trace_id, encode(before_hash, 'hex'), encode(after_hash, 'hex')";

    private const string OfAccount = $"""
        select {Columns} from audit where actor = $1 and (at, id) < ($2, $3) and ($4::text[] is null or action like any ($4)) and action not like all ($5) order by at desc, id desc limit $6
        """;

    /// <summary>Looks by the sealer's table, changes by the history, whose trace and origin the entry of the same moment and actor has.</summary>
    private const string OfHousehold = $"""
        select * from (
            select {Columns} from audit where id = any (array(select audit_id from audit_subject where subject = any ($1)))
            union all
            select distinct on (c.code, c.version) a.id, c.at, c.actor, a.role, a.address, a.device, 'change ' || c.kind, c.code,
                case when c.import_id is null then 'ok' else 'import ' || c.import_id end, coalesce(a.trace_id, ''), encode(a.before_hash, 'hex'), encode(a.after_hash, 'hex')
            from household_history c left join audit a on c.import_id is null and a.actor = c.actor and a.at = c.at and a.object = c.code
            where c.code = any ($1)
        ) t (id, at, actor, role, address, device, action, object, result, trace_id, before_hash, after_hash)
        where (at, coalesce(id, 0)) < ($2, $3) and ($4::text[] is null or action like any ($4)) and action not like all ($5) order by at desc, coalesce(id, 0) desc limit $6
        """;

    private const string OfPerson = """
        select h.code, h.village from household_member m join household h on h.code = m.household_code where m.cert_index = any ($1) and h.village is not null limit 100
        """;

    public Task<IReadOnlyList<AuditLine>> OfAccountAsync(string account, AuditPage page, CancellationToken ct) => AskAsync(OfAccount, account, page, ct);

    public Task<IReadOnlyList<AuditLine>> OfHouseholdsAsync(string[] codes, AuditPage page, CancellationToken ct) => AskAsync(OfHousehold, codes, page, ct);

    /// <summary>Households in which a person stands, or stood when they were last written, by keyed hashes of the certificate.</summary>
    public async Task<IReadOnlyList<(string Household, string Village)>> HouseholdsOfAsync(byte[][] certificates, CancellationToken ct)
    {
        await using var command = database.CreateCommand(OfPerson);
        command.Parameters.Add(new() { Value = certificates });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(string, string)>();
        while (await reader.ReadAsync(ct)) found.Add((reader.GetString(0), reader.GetString(1)));
        return found;
    }

    private async Task<IReadOnlyList<AuditLine>> AskAsync(string sql, object subject, AuditPage page, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in new object[] { subject, page.Before.ToUniversalTime(), page.BeforeId }) command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = page.Kind is null ? DBNull.Value : page.Kind.Like, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = page.Kind?.NotLike ?? [] });
        command.Parameters.Add(new() { Value = page.Limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lines = new List<AuditLine>();
        while (await reader.ReadAsync(ct)) lines.Add(Read(reader));
        return lines;
    }

    private static AuditLine Read(NpgsqlDataReader row)
    {
        string? Text(int i) => row.IsDBNull(i) ? null : row.GetString(i);
        return new AuditLine(
            row.IsDBNull(0) ? 0 : row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), Text(3), Text(4), Text(5), row.GetString(6), row.GetString(7),
            row.GetString(8), row.GetString(9), Text(10), Text(11));
    }
}

/// <param name="Before">With <paramref name="BeforeId"/>: where the page before ended.</param>
/// <param name="Kind">Null for all.</param>
public sealed record AuditPage(DateTimeOffset Before, long BeforeId, AuditKind? Kind, int Limit);

/// <summary>A kind of acts, by patterns of the recorded action, as <c>like</c> reads them.</summary>
public sealed record AuditKind(string[] Like, params string[] NotLike)
{
    public bool Holds(string action) => Like.Any(pattern => IsLike(action, pattern)) && !NotLike.Any(pattern => IsLike(action, pattern));

    /// <summary>Patterns have their wildcard at one end, or none.</summary>
    private static bool IsLike(string text, string pattern) => pattern switch
    {
        [.. var start, '%'] => text.StartsWith(start, StringComparison.Ordinal),
        ['%', .. var end] => text.EndsWith(end, StringComparison.Ordinal),
        _ => text == pattern,
    };
}
