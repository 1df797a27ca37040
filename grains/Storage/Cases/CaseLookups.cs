using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <inheritdoc cref="ICaseLookups"/>
public sealed class CaseLookups(NpgsqlDataSource database, ISealer sealer) : ICaseLookups
{
    private const string OtherSql = "select id from case_file where is_open and subject = any ($1) and id <> $2 limit 1";

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

    /// <summary>Due or owing; and open ones whose village stands in no open row of the tree.</summary>
    private const string DueSql = """
        (select id from case_file where check_at <= $1 and (hashtext(id) & ($3 - 1)) = $2 order by check_at limit $4)
        union
        (select c.id from case_file c where c.is_open and (hashtext(c.id) & ($3 - 1)) = $2
            and not exists (select from region r where r.code = c.village and r.valid_to is null) limit $4)
        """;

    public async Task<string?> OpenOfSameSubjectAsync(CaseFile file, CancellationToken ct = default)
    {
        if (CaseDocuments.SubjectOf(file, sealer) is not { } subject) return null;
        // A family that was declared before it stood in the register is known by its certificate alone.
        List<string> subjects = [subject, .. sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(CaseDocuments.CertificateOf(file))).Select(i => "id/" + Convert.ToHexStringLower(i))];
        return (await ReadAsync(OtherSql, ct, subjects.ToArray(), file.Id)).FirstOrDefault();
    }

    public async Task<string?> SuccessorOfAsync(string village, CancellationToken ct = default) => (await ReadAsync(SuccessorSql, ct, village)).FirstOrDefault();

    public async Task<IReadOnlyList<string>> DueAsync(DateTimeOffset now, int shard, int shards, int limit, CancellationToken ct = default) =>
        await ReadAsync(DueSql, ct, now.ToUniversalTime(), shard, shards, limit);

    private async Task<List<string>> ReadAsync(string sql, CancellationToken ct, params object[] values)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            var ids = new List<string>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) ids.Add(reader.GetString(0));
            return ids;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }
}
