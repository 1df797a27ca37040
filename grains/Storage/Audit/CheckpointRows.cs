using System.Runtime.CompilerServices;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>A row of <c>audit_checkpoint</c>.</summary>
internal sealed record CheckpointRow(Checkpoint Checkpoint, long[] Ids, byte[] Leaves);

/// <summary>Reads table <c>audit_checkpoint</c>.</summary>
internal static class CheckpointRows
{
    private const string Columns = "number, at, ids, leaves, total, root, chain, signature, suite";
    private const string Newest = $"select {Columns} from audit_checkpoint order by number desc limit 1";
    private const string Newer = $"select {Columns} from audit_checkpoint where number >= $1 order by number limit $2";
    private const string Oldest = "select number, at, (select max(number) from audit_checkpoint) from audit_checkpoint order by number limit 1";
    private const string ScanFrom = "select scan_from from audit_checkpoint order by number desc limit 1";

    /// <summary>Each may hold thousands of ids.</summary>
    private const int Step = 100;

    public static async Task<CheckpointRow?> LastAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Newest, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    /// <returns>The first that is there, when it was made, and the last; null when there is none.</returns>
    public static async Task<(long First, DateTimeOffset At, long Last)?> SpanAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Oldest, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2)) : null;
    }

    public static async Task<long> ScanFromAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ScanFrom, connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>In order, from a number on. The session is free between two rows.</summary>
    public static async IAsyncEnumerable<CheckpointRow> FromAsync(NpgsqlConnection connection, long number, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var rows = await StepAsync(connection, number, ct);
            foreach (var row in rows) yield return row;
            if (rows.Count < Step) yield break;
            number = rows[^1].Checkpoint.Number + 1;
        }
    }

    private static async Task<List<CheckpointRow>> StepAsync(NpgsqlConnection connection, long number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Newer, connection) { Parameters = { new() { Value = number }, new() { Value = Step } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<CheckpointRow>();
        while (await reader.ReadAsync(ct)) rows.Add(Read(reader));
        return rows;
    }

    private static CheckpointRow Read(NpgsqlDataReader row)
    {
        var ids = row.GetFieldValue<long[]>(2);
        KeySuite? suite = row.IsDBNull(8) ? null : Enum.Parse<KeySuite>(row.GetString(8));
        var checkpoint = new Checkpoint(
            row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), ids.Length, row.GetInt64(4), Checkpoint.HashOf(ids, suite),
            row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6), row.GetFieldValue<byte[]>(7), suite);
        return new CheckpointRow(checkpoint, ids, row.GetFieldValue<byte[]>(3));
    }
}
