using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using FangFanPin.Contracts;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Cases;

/// <summary>Table <c>case_parameter</c>, remembered for a short while: a county changes its days a few times a year.</summary>
public sealed class CaseParameterStore(NpgsqlDataSource database, ISealer sealer, TimeProvider clock) : ICaseParameters
{
    public const string Action = "parameter.case-days";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private const string FindSql = "select document::text from case_parameter where county = $1";

    private const string SetSql = """
        insert into case_parameter (county, document, changed_at, changed_by) values ($1, $2, $3, $4)
        on conflict (county) do update set document = excluded.document, changed_at = excluded.changed_at, changed_by = excluded.changed_by returning document::text
        """;

    /// <summary>Two at once are one after the other, the first of a county too: each names the state that it found.</summary>
    private const string LockSql = "select pg_advisory_xact_lock(hashtext('ffp.case-parameter'), hashtext($1))";

    private readonly ConcurrentDictionary<string, (CaseParameters Parameters, long At)> known = new();

    public async ValueTask<CaseParameters> ForAsync(string county, CancellationToken ct = default)
    {
        if (known.TryGetValue(county, out var entry) && clock.GetElapsedTime(entry.At) < Fresh) return entry.Parameters;
        var at = clock.GetTimestamp();
        var parameters = await ReadAsync(county, ct);
        known[county] = (parameters, at);
        return parameters;
    }

    public async Task SetAsync(string county, CaseParameters parameters, Actor actor, CancellationToken ct = default)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await AskAsync(connection, LockSql, ct, Text(county));
        var before = await AskAsync(connection, FindSql, ct, Text(county));
        var after = await AskAsync(connection, SetSql, ct,
            Text(county), new NpgsqlParameter { Value = JsonSerializer.Serialize(parameters, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb }, new NpgsqlParameter { Value = now }, Text(actor.Account));
        var entry = new AuditEntry(now, actor.Account, Action, county, "done", RequestTrace.Current ?? "")
        {
            Role = actor.Role, BeforeHash = Hash(county, before), AfterHash = Hash(county, after),
        };
        await AuditLog.InsertAsync(connection, [entry], ct);
        await transaction.CommitAsync(ct);
        known[county] = (parameters, clock.GetTimestamp());
    }

    public static SealPlace PlaceOf(string county) => new("case_parameter", county, 0);

    /// <summary>Of the text that the database makes of the document, which is the same at every reading.</summary>
    private byte[]? Hash(string county, string? document) => document is null ? null : sealer.Fingerprint(PlaceOf(county), Encoding.UTF8.GetBytes(document));

    private static NpgsqlParameter Text(string value) => new() { Value = value };

    private static async Task<string?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params NpgsqlParameter[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(value);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    private async Task<CaseParameters> ReadAsync(string county, CancellationToken ct)
    {
        try
        {
            await using var command = database.CreateCommand(FindSql);
            command.Parameters.Add(new() { Value = county });
            return await command.ExecuteScalarAsync(ct) is string json ? JsonSerializer.Deserialize<CaseParameters>(json, WireJson.Options)! : CaseParameters.Default;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }
}
