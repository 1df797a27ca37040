using System.Runtime.CompilerServices;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Takes the oldest month out of the table: what is written into an archive was held against its signatures, the archive was read back, and only then
/// do the entries go. After any end it goes on where it was.
/// </summary>
internal sealed class AuditArchiving(CheckpointFile file, CheckpointKey key, AuditSettings settings, TimeProvider clock)
{
    private const int CheckpointsAtOnce = 50;
    private const string Entries = $"select {AuditRow.Columns} from audit where id = any ($1) order by id";
    private const string Remove = "select archive_audit($1, $2)";

    /// <returns>The archive that was made or finished; null when no month is old enough.</returns>
    /// <exception cref="InvalidDataException">Something was altered: nothing is taken out of the table, so that the verifier can still say what.</exception>
    public async Task<string?> MonthAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (await CheckpointRows.SpanAsync(connection, ct) is not var (first, at, last)) return null;
        var month = new DateOnly(at.UtcDateTime.Year, at.UtcDateTime.Month, 1);
        if (first == last || month.AddMonths(1 + Math.Max(settings.MonthsOnline, AuditSettings.MonthsMin)) > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)) return null;
        var path = AuditArchive.PathOf(file.Folder, month);
        if (!File.Exists(path)) await AuditArchive.WriteAsync(path, CheckpointsAsync(connection, first, last, month.AddMonths(1), ct), key, ct);
        if (await AuditArchive.CheckAsync(path, key, ct) is not { } content || content.Checkpoints[0].Number > first || content.Checkpoints[^1].Number < first)
            throw new InvalidDataException($"审计归档 {Path.GetFileName(path)} 不完整,未从数据库移除任何记录。");
        while (await RemoveAsync(connection, content.Checkpoints[^1].Number, ct) == CheckpointsAtOnce) { }
        return path;
    }

    /// <summary>Those of the month, never the last of all: the chain goes on from it.</summary>
    private async IAsyncEnumerable<(Checkpoint, AuditRow[])> CheckpointsAsync(NpgsqlConnection connection, long first, long last, DateOnly until, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var row in CheckpointRows.FromAsync(connection, first, ct))
        {
            if (row.Checkpoint.Number >= last || row.Checkpoint.At.UtcDateTime >= until.ToDateTime(TimeOnly.MinValue)) yield break;
            var entries = await EntriesAsync(connection, row.Ids, ct);
            var leaves = entries.SelectMany(e => e.Hash(row.Checkpoint.Suite ?? KeySuite.International)).ToArray();
            if (!row.Checkpoint.Holds([.. entries.Select(e => e.Id)], leaves) || !key.Verifies(row.Checkpoint))
                throw new InvalidDataException($"检查点 {row.Checkpoint.Number} 的审计记录与签名不符,停止归档,请核验审计。");
            yield return (row.Checkpoint, entries);
        }
    }

    private static async Task<AuditRow[]> EntriesAsync(NpgsqlConnection connection, long[] ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Entries, connection) { Parameters = { new() { Value = ids } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<AuditRow>(ids.Length);
        while (await reader.ReadAsync(ct)) rows.Add(AuditRow.Read(reader));
        return [.. rows];
    }

    private static async Task<long> RemoveAsync(NpgsqlConnection connection, long through, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Remove, connection) { Parameters = { new() { Value = through }, new() { Value = CheckpointsAtOnce } }, CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
