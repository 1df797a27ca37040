using System.Runtime.CompilerServices;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sync;
using Npgsql;

namespace FangFanPin.Storage.Sync;

/// <summary>What the comparison asks of the tables.</summary>
internal sealed class SyncReads(NpgsqlDataSource database)
{
    private const int AtOnce = 5_000;

    /// <summary>Ids are given before they commit: so many entries back, whatever was still on its way has arrived.</summary>
    private const int AuditMargin = 2_000;

    private const string AuditFrom = "select greatest(coalesce(max(id), 0) - $1, 0) from audit";
    private const string Villages = "select village, region, digest, households from sync_village where region = any ($1)";
    private const string Households = "select code, region, village, digest, state from sync_household where village = any ($1)";
    private const string Waiting = "select code from sync_household where state = 2";
    private const string Refused = "select code from sync_household where state = 1";
    private const string Places = "select code, village from household where code = any ($1) and document is not null and village is not null";

    private const string Cases = $"""
        select id, kind, step, household from case_file
        where is_open and household is not null and kind in ('{CaseKinds.Recognition}', '{CaseKinds.Elimination}')
        """;

    /// <summary>By people, procedures and undone imports; and by imports of others. An import is one act in the audit, its households stand in the history.</summary>
    private const string ChangedHere = """
        select object from audit where id >= $1 and action like 'household.%' and result = 'done'
        union
        select h.code from import_job j join household_history h on h.import_id = replace(j.id::text, '-', '')
        where j.created_by <> $3 and coalesce((j.job ->> 'FinishedAt')::timestamptz, now()) >= $2
        """;

    private const string Unlocked = """
        select p.code from sync_pending p where not exists (select from case_file c where c.household = p.code and c.is_open and c.kind <> 'warning')
        """;

    public async Task<long> AuditFromAsync(CancellationToken ct)
    {
        await using var command = Command(AuditFrom, AuditMargin);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    public async IAsyncEnumerable<(string Village, string Region, byte[] Digest, int Households)> VillagesAsync(IEnumerable<string> regions, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = Command(Villages, (object)regions.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) yield return (reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2), reader.GetInt32(3));
    }

    public async IAsyncEnumerable<(string Code, string Region, string Village, byte[] Digest, int State)> HouseholdsAsync(
        IEnumerable<string> villages, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var chunk in villages.Chunk(AtOnce))
        {
            await using var command = Command(Households, (object)chunk);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                yield return (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetInt16(4));
        }
    }

    public Task<List<string>> WaitingAsync(CancellationToken ct) => CodesAsync(Command(Waiting), ct);
    public Task<List<string>> RefusedAsync(CancellationToken ct) => CodesAsync(Command(Refused), ct);
    public Task<List<string>> UnlockedAsync(CancellationToken ct) => CodesAsync(Command(Unlocked), ct);

    /// <param name="before">The batch that has seen everything up to then.</param>
    public Task<List<string>> ChangedHereAsync(SyncBatch before, CancellationToken ct) =>
        CodesAsync(Command(ChangedHere, before.AuditFrom, before.StartedAt.ToUniversalTime(), SyncIntake.Account), ct);

    /// <summary>In which villages households of the register stand.</summary>
    public async IAsyncEnumerable<(string Code, string Village)> PlacesAsync(IEnumerable<string> codes, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var chunk in codes.Chunk(AtOnce))
        {
            await using var command = Command(Places, (object)chunk);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) yield return (reader.GetString(0), reader.GetString(1));
        }
    }

    public async Task<List<OpenCase>> OpenCasesAsync(CancellationToken ct)
    {
        var cases = new List<OpenCase>();
        await using var command = Command(Cases);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) cases.Add(new OpenCase(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        return cases;
    }

    private static async Task<List<string>> CodesAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var codes = new List<string>();
        while (await reader.ReadAsync(ct)) codes.Add(reader.GetString(0));
        return codes;
    }

    /// <summary>A province has millions of rows: no time limit.</summary>
    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
