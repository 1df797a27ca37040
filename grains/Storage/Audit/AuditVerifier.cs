using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>One thing that is not as it was written.</summary>
/// <param name="Kind">One of <see cref="AuditFaults"/>.</param>
/// <param name="Checkpoint">Null when it is about none.</param>
/// <param name="Object">Id of the entry, number of the checkpoint, or code of the household.</param>
public sealed record AuditFault(string Kind, long? Checkpoint, string Object, string Message);

public static class AuditFaults
{
    public const string EntryEdited = "entry-edited", EntryDeleted = "entry-deleted", EntriesTruncated = "entries-truncated", EntryUnsealed = "entry-unsealed";
    public const string CheckpointRewritten = "checkpoint-rewritten", CheckpointDeleted = "checkpoint-deleted", FileDamaged = "checkpoint-file-damaged", FileCut = "checkpoint-file-cut", ArchiveDamaged = "archive-damaged";
    public const string DocumentForeign = "document-foreign", DocumentRolledBack = "document-rolled-back", DocumentAltered = "document-altered", DocumentDeleted = "document-deleted";
    public const string ConfigurationAltered = "configuration-altered";
}

/// <param name="Faults">Empty: nothing was edited, deleted or cut. Bounded; <see cref="FaultsFound"/> counts all.</param>
public sealed record AuditReport(long Checkpoints, long Entries, long FaultsFound, IReadOnlyList<AuditFault> Faults);

/// <summary>Holds the audit against its checkpoints, and these against the file outside the database.</summary>
public sealed class AuditVerifier(NpgsqlDataSource database, CheckpointFile file, CheckpointKey key)
{
    private const int FaultsMax = 1_000;
    private const string Entries = $"select {AuditRow.Columns} from audit where id = any ($1)";
    private const string HighestId = "select coalesce(max(id), 0) from audit";

    /// <summary>Older than anything that a running transaction could still bring.</summary>
    private const string Unsealed = """
        select a.id from audit a where a.at < now() - interval '10 minutes' and a.id <= (select coalesce(max(last_id), 0) from audit_checkpoint)
        except select unnest(ids) from audit_checkpoint order by 1 limit 1000
        """;

    /// <param name="from">First checkpoint to look at, 1 for all of them; unsealed entries are looked for with all alone.</param>
    public async Task<AuditReport> VerifyAsync(long from, CancellationToken ct)
    {
        var run = new Run(from);
        var outside = Outside(run);
        await using var connection = await database.OpenConnectionAsync(ct);
        run.HighestId = await LongAsync(connection, HighestId, ct);
        await foreach (var row in CheckpointRows.FromAsync(connection, from, ct)) await CheckAsync(connection, row, outside, run, ct);
        var missing = outside.Values.Where(c => c.Number >= from && !run.Seen.Contains(c.Number)).ToList();
        var archived = from <= 1 || missing.Count > 0 ? await ArchivedAsync(outside, run, ct) : [];
        foreach (var gone in missing.Where(c => !archived.Contains(c.Number)))
            run.Add(AuditFaults.CheckpointDeleted, gone.Number, $"{gone.Number}", $"检查点 {gone.Number}({gone.Count} 条审计记录)在数据库中已不存在。");
        if (from <= 1) await UnsealedAsync(connection, run, ct);
        return new AuditReport(run.Seen.Union(archived).LongCount(), run.Entries, run.Found, run.Faults);
    }

    /// <summary>The file must be a chain of its own; once a newer key has signed, an older one signs no more.</summary>
    private Dictionary<long, Checkpoint> Outside(Run run)
    {
        var (chain, all, oldest) = (Checkpoint.Beginning, new Dictionary<long, Checkpoint>(), 0);
        foreach (var one in file.All().OfType<Checkpoint>())
        {
            if (all.TryGetValue(one.Number, out var twice) && twice.Equals(one)) continue;
            if (one.Number == all.Count + 1 && one.ChainAfter(chain).AsSpan().SequenceEqual(one.Chain) && key.NumberOf(one.Chain, one.Signature) is { } signer && signer >= oldest)
            {
                all.Add(one.Number, one);
                oldest = signer;
            }
            else run.Add(AuditFaults.FileDamaged, one.Number, $"{one.Number}", $"库外检查点文件中第 {one.Number} 个检查点与链条不符或签名无效。");
            chain = one.Chain;
        }
        return all;
    }

    /// <returns>Checkpoints that stand whole in archives.</returns>
    private async Task<HashSet<long>> ArchivedAsync(Dictionary<long, Checkpoint> outside, Run run, CancellationToken ct)
    {
        var whole = new HashSet<long>();
        foreach (var path in AuditArchive.Files(file.Folder))
        {
            var content = await AuditArchive.CheckAsync(path, key, ct);
            if (content is null || content.Checkpoints.Exists(c => !outside.TryGetValue(c.Number, out var known) || !known.Equals(c)))
            {
                run.Add(AuditFaults.ArchiveDamaged, null, Path.GetFileName(path), $"审计归档 {Path.GetFileName(path)} 被改动、截断,或与库外检查点不符。");
                continue;
            }
            whole.UnionWith(content.Checkpoints.Select(c => c.Number));
            run.Entries += content.Entries;
        }
        return whole;
    }

    private async Task CheckAsync(NpgsqlConnection connection, CheckpointRow row, Dictionary<long, Checkpoint> outside, Run run, CancellationToken ct)
    {
        var (number, leaves) = (row.Checkpoint.Number, row.Leaves);
        run.Seen.Add(number);
        if (!IsWhole(row) || (outside.TryGetValue(number, out var signed) && !signed.Equals(row.Checkpoint)))
            run.Add(AuditFaults.CheckpointRewritten, number, $"{number}", $"检查点 {number} 与签名或库外文件不符,已被改写。");
        else if (signed is null)
            run.Add(AuditFaults.FileCut, number, $"{number}", $"检查点 {number} 不在库外文件中:文件被截断,或封存刚被中断(下次启动时补写)。");
        if (leaves.Length != row.Ids.Length * Suites.HashLength) return;
        var found = await EntriesAsync(connection, row.Ids, row.Checkpoint.Suite ?? KeySuite.International, ct);
        for (var i = 0; i < row.Ids.Length; i++)
        {
            run.Entries++;
            var id = row.Ids[i];
            if (!found.TryGetValue(id, out var hash)) Missing(run, number, id);
            else if (!leaves.AsSpan(i * Suites.HashLength, Suites.HashLength).SequenceEqual(hash)) run.Add(AuditFaults.EntryEdited, number, $"{id}", $"审计记录 {id} 已被改动。");
        }
    }

    private static void Missing(Run run, long number, long id)
    {
        if (id > run.HighestId) run.Add(AuditFaults.EntriesTruncated, number, $"{id}", $"审计记录 {id} 及其后的记录已被截断。");
        else run.Add(AuditFaults.EntryDeleted, number, $"{id}", $"审计记录 {id} 已被删除。");
    }

    /// <summary>Root and signature; that the chain has no gap is held against the file.</summary>
    private bool IsWhole(CheckpointRow row) => row.Checkpoint.Holds(row.Ids, row.Leaves) && key.Verifies(row.Checkpoint);

    private static async Task<Dictionary<long, byte[]>> EntriesAsync(NpgsqlConnection connection, long[] ids, KeySuite suite, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Entries, connection) { Parameters = { new() { Value = ids } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new Dictionary<long, byte[]>(ids.Length);
        while (await reader.ReadAsync(ct))
        {
            var row = AuditRow.Read(reader);
            found[row.Id] = row.Hash(suite);
        }
        return found;
    }

    private static async Task UnsealedAsync(NpgsqlConnection connection, Run run, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Unsealed, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) run.Add(AuditFaults.EntryUnsealed, null, $"{reader.GetInt64(0)}", $"审计记录 {reader.GetInt64(0)} 不在任何检查点中:事后插入,或检查点被改写。");
    }

    private static async Task<long> LongAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private sealed class Run(long from)
    {
        public long From { get; } = from;
        public HashSet<long> Seen { get; } = [];
        public List<AuditFault> Faults { get; } = [];
        public long Found { get; private set; }
        public long Entries { get; set; }
        public long HighestId { get; set; }

        public void Add(string kind, long? checkpoint, string subject, string message)
        {
            if (checkpoint < From) return;
            Found++;
            if (Faults.Count < FaultsMax) Faults.Add(new AuditFault(kind, checkpoint, subject, message));
        }
    }
}
