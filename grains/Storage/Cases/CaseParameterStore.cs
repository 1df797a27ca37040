using System.Collections.Concurrent;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Cases;

/// <summary>Table <c>case_parameter</c>, remembered for a short while: a county changes its days a few times a year.</summary>
public sealed class CaseParameterStore(NpgsqlDataSource database, TimeProvider clock) : ICaseParameters
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private const string FindSql = "select document::text from case_parameter where county = $1";

    private const string SetSql = """
        insert into case_parameter (county, document, changed_at, changed_by) values ($1, $2, $3, $4)
        on conflict (county) do update set document = excluded.document, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """;

    private readonly ConcurrentDictionary<string, (CaseParameters Parameters, long At)> known = new();

    public async ValueTask<CaseParameters> ForAsync(string county, CancellationToken ct = default)
    {
        if (known.TryGetValue(county, out var entry) && clock.GetElapsedTime(entry.At) < Fresh) return entry.Parameters;
        var at = clock.GetTimestamp();
        var parameters = await ReadAsync(county, ct);
        known[county] = (parameters, at);
        return parameters;
    }

    public async Task SetAsync(string county, CaseParameters parameters, string actor, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(SetSql);
        command.Parameters.Add(new() { Value = county });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(parameters, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = actor });
        await command.ExecuteNonQueryAsync(ct);
        known[county] = (parameters, clock.GetTimestamp());
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
