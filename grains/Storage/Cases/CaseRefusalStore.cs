using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Cases;

/// <summary>Table <c>case_refusal</c>, insert-only.</summary>
public sealed class CaseRefusalStore(NpgsqlDataSource database) : ICaseRefusals
{
    private const string Columns = "case_id, command_id, content, at, actor, display_name, level, action, seen, version, open_case, errors::text";

    private const string KeepSql = """
        insert into case_refusal (case_id, command_id, content, at, actor, display_name, level, action, seen, version, open_case, errors)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing
        """;

    private const string FindSql = $"select {Columns} from case_refusal where case_id = $1 and command_id = $2 and content = $3 and at > $4";
    private const string LateSql = $"select {Columns} from case_refusal where case_id = $1 and seen is not null order by at, command_id limit 500";
    private const string AppliedSql = "select version from case_history where id = $1 and command_id = $2 limit 1";

    public async Task KeepAsync(CaseRefusal refusal, CancellationToken ct = default)
    {
        try
        {
            await using var command = database.With(KeepSql, refusal.CaseId, refusal.CommandId, refusal.Content, refusal.At.ToUniversalTime(), refusal.Actor.Account, refusal.Actor.DisplayName);
            command.Parameters.Add(new() { Value = (object?)(short?)refusal.Level ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
            command.Parameters.Add(new() { Value = refusal.Action });
            command.Parameters.Add(new() { Value = (object?)refusal.Seen ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
            command.Parameters.Add(new() { Value = refusal.Version });
            command.Parameters.Add(new() { Value = (object?)refusal.OpenCase ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = JsonSerializer.Serialize(refusal.Errors, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }

    public async Task<CaseRefusal?> FindAsync(string caseId, Guid commandId, string content, DateTimeOffset since, CancellationToken ct = default) =>
        (await ReadAsync(FindSql, ct, caseId, commandId, content, since.ToUniversalTime())).FirstOrDefault();

    public async Task<IReadOnlyList<CaseRefusal>> LateOnesAsync(string caseId, CancellationToken ct = default) => await ReadAsync(LateSql, ct, caseId);

    public async Task<long?> AppliedAsync(string caseId, Guid commandId, CancellationToken ct = default)
    {
        try
        {
            await using var command = database.With(AppliedSql, caseId, commandId);
            return await command.ExecuteScalarAsync(ct) as long?;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }

    private async Task<List<CaseRefusal>> ReadAsync(string sql, CancellationToken ct, params object[] values)
    {
        try
        {
            await using var command = database.With(sql, values);
            await using var reader = await command.ExecuteReaderAsync(ct);
            var found = new List<CaseRefusal>();
            while (await reader.ReadAsync(ct)) found.Add(Of(reader));
            return found;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }

    /// <summary>Role and region of the actor are the history's to tell; a refusal is about who came second.</summary>
    private static CaseRefusal Of(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetGuid(1), r.GetString(2), r.GetFieldValue<DateTimeOffset>(3), new Actor(r.GetString(4), r.GetString(5), "", ""),
        r.IsDBNull(6) ? null : (RegionLevel)r.GetInt16(6), r.GetString(7), r.IsDBNull(8) ? null : r.GetInt64(8), r.GetInt64(9), r.IsDBNull(10) ? null : r.GetString(10),
        JsonSerializer.Deserialize<List<DomainError>>(r.GetString(11), WireJson.Options)!);
}
