using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Table <c>import_new</c>: filled with COPY, emptied into <c>household</c> and what belongs to it, batch by batch.</summary>
public sealed partial class NewHouseholdStore(NpgsqlDataSource database, ISealer sealer) : INewHouseholds
{
    private const int TriesMax = 5;
    private readonly HouseholdMapping mapping = new(sealer);

    public async Task StageAsync(Guid id, int run, IReadOnlyCollection<StagedHousehold> households, CancellationToken ct)
    {
        if (households.Count == 0) return;
        var rows = households.Select(h => mapping.Prepare(h.Code, 1, Guid.Empty, h.State)).ToList();
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var copy = await connection.BeginBinaryImportAsync(CopySql, ct);
        foreach (var row in rows) await WriteAsync(copy, id, run, row, ct);
        await copy.CompleteAsync(ct);
    }

    public INewHouseholdRows Prepare(IReadOnlyCollection<StagedHousehold> households) =>
        new NewHouseholdRows(database, [.. households.OrderBy(h => h.Code, StringComparer.Ordinal).Select(h => mapping.Prepare(h.Code, 1, Guid.NewGuid(), h.State))]);

    public async Task<IReadOnlyList<string>> VillagesAsync(Guid id, int run, CancellationToken ct)
    {
        await using var command = database.CreateCommand(VillagesSql);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = run });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var villages = new List<string>();
        while (await reader.ReadAsync(ct)) villages.Add(reader.GetString(0));
        return villages;
    }

    public async Task<NewHouseholdBatch> CommitAsync(ImportJob job, IReadOnlyCollection<string> refusedVillages, int limit, DateTimeOffset now, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryCommitAsync(job, refusedVillages, limit, now, ct);
            }
            catch (PostgresException e) when (e.IsTransient && e.SqlState.StartsWith("40", StringComparison.Ordinal) && attempt < TriesMax)
            {
                // Rolled back for another transaction's sake: nothing of it stands. Any other fault may come after the commit, and is for the next runner.
            }
        }
    }

    private async Task<NewHouseholdBatch> TryCommitAsync(ImportJob job, IReadOnlyCollection<string> refusedVillages, int limit, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, ByIndexes, ct);
        var refused = await ObstaclesAsync(connection, job, refusedVillages, limit, ct);
        await ExecuteAsync(connection, ByHashes, ct);
        var moved = await MoveAsync(connection, job, refused, limit, now, ct);
        if (moved.Count == 0) return new NewHouseholdBatch(job, RunnerOrder.GoOn, 0, 0, []);
        var (written, declined) = (moved.Sum(m => m.Written), moved.Sum(m => m.Refused));
        var saved = job with
        {
            Cursor = $"{moved[^1].Village}/{moved[^1].LastCode}",
            Attempts = 0,
            LeftToRegister = job.LeftToRegister - written - declined,
            Counts = job.Counts with { Written = job.Counts.Written + written, RefusedAtCommit = job.Counts.RefusedAtCommit + declined },
        };
        var order = await ImportJobStore.SaveAsync(saved, connection, transaction, ct);
        if (order == RunnerOrder.GiveWay) return new NewHouseholdBatch(job, order, 0, 0, []);
        await transaction.CommitAsync(ct);
        await ExecuteAsync(connection, "select analyze_grown()", ct);
        return new NewHouseholdBatch(saved, order, written, declined, [.. moved.Where(m => m.Written > 0).Select(m => m.Village)]);
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<List<(string Code, string Reason)>> ObstaclesAsync(
        NpgsqlConnection connection, ImportJob job, IReadOnlyCollection<string> refusedVillages, int limit, CancellationToken ct)
    {
        await using var command = BatchCommand(ObstaclesSql, connection, job, limit);
        command.Parameters.Add(new() { Value = refusedVillages.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)job.ComparedAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(string, string)>();
        while (await reader.ReadAsync(ct)) found.Add((reader.GetString(0), reader.GetString(1)));
        return found;
    }

    private static async Task<List<(string Village, int Written, int Refused, string LastCode)>> MoveAsync(
        NpgsqlConnection connection, ImportJob job, List<(string Code, string Reason)> refused, int limit, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = BatchCommand(MoveSql, connection, job, limit);
        command.Parameters.Add(new() { Value = refused.Select(r => r.Code).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = refused.Select(r => r.Reason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        foreach (var value in new object[] { now.ToUniversalTime(), job.Actor.Account, Kind, job.HistoryId }) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var villages = new List<(string, int, int, string)>();
        while (await reader.ReadAsync(ct)) villages.Add((reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3)));
        return villages;
    }

    /// <summary>With the parameters that name the batch: import, run, the place after which it begins, its size.</summary>
    private static NpgsqlCommand BatchCommand(string sql, NpgsqlConnection connection, ImportJob job, int limit)
    {
        var place = (job.Cursor ?? "/").Split('/', 2);
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in new object[] { job.Id, job.ParsedRun, place[0], place[1], limit }) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
