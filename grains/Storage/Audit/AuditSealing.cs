using System.Runtime.InteropServices;
using FangFanPin.Storage.Sealing;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Makes checkpoints of what was written to the audit, one pass after the other on one session. Only one in the whole cluster may do so at a time
/// (<see cref="AuditSealer"/> sees to it).
/// </summary>
/// <remarks>
/// A pass takes what no running transaction can still change: rows older than the oldest transaction of its snapshot. Ids are given out before
/// commits, so a low id may appear late: the scan starts below the highest id known when all transactions that ran since have ended.
/// </remarks>
public sealed partial class AuditSealing(CheckpointFile file, CheckpointKey key, TimeProvider clock, ILogger logger, KeySuite suite = KeySuite.International)
{
    public const int RowsMax = 20_000;

    /// <summary>Between an id and the transaction's own number lie microseconds; this many ids more than pass in them.</summary>
    private const int Margin = 2_000;

    private const string Highest = "select last_value from audit_id_seq";
    private const string Oldest = "select pg_snapshot_xmin(pg_current_snapshot())::text::numeric::bigint";

    /// <summary>A number of its own: above every number given out so far. A snapshot's xmax is not, it may lie below those of open transactions.</summary>
    private const string Next = "select pg_current_xact_id()::text::numeric::bigint";

    /// <summary>What stands in a checkpoint is not read again.</summary>
    private const string Rows = $"""
        select {AuditRow.Columns} from unnest($1, $2) as gap (above, below) cross join lateral (
            select * from audit where id > above and id < below and age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid) order by id limit $3) a
        order by id limit $3
        """;

    private const string Insert = """
        insert into audit_checkpoint (number, at, ids, leaves, last_id, total, root, chain, signature, scan_from, suite) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string Subjects = "insert into audit_subject (subject, audit_id) select * from unnest($1, $2) as s (subject, id) order by 1, 2 on conflict do nothing";
    private const string SealedIds = "select id from audit_checkpoint c, unnest(c.ids) as id where c.number > $1 and c.last_id > $2 and id > $2 order by id";

    /// <summary>So many checkpoints back may hold ids above the start of the scan.</summary>
    private const int NumbersBack = 100_000;

    private readonly AuditLeaves leaves = new(suite);
    private UntakenIds untaken = new(0);
    private Checkpoint? head;
    private long scanFrom;
    private (long Transaction, long Id)? ahead;

    public Checkpoint? Head => head;

    /// <summary>Finds where the chain ends: the table and the file say the same, or the file is behind by what a crash left out.</summary>
    public async Task StartAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var outside = file.Last();
        head = await CheckpointRows.LastAsync(connection, ct) is { } row ? row.Checkpoint : null;
        scanFrom = head is null ? 0 : await CheckpointRows.ScanFromAsync(connection, ct);
        ahead = null;
        if (head is not null && head.Number > (outside?.Number ?? 0)) await CatchUpAsync(connection, outside, ct);
        else if (outside is not null && !outside.Equals(head))
        {
            // Never a second chain beside the one that is signed outside: what is missing stays a gap that the verifier names.
            TableIsBehind(logger, outside.Number, head?.Number ?? 0);
            head = outside;
        }
        await using var command = new NpgsqlCommand(SealedIds, connection) { Parameters = { new() { Value = (head?.Number ?? 0) - NumbersBack }, new() { Value = scanFrom } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var taken = new List<long>();
        while (await reader.ReadAsync(ct)) taken.Add(reader.GetInt64(0));
        untaken = new UntakenIds(scanFrom);
        untaken.Take(taken);
    }

    /// <summary>One pass.</summary>
    /// <returns>Entries sealed; <see cref="RowsMax"/> when more may be waiting.</returns>
    public async Task<int> PassAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var highest = await LongAsync(connection, Highest, ct);
        var next = await LongAsync(connection, Next, ct);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var oldest = await LongAsync(connection, Oldest, ct);
        await ReadLeavesAsync(connection, ct);
        if (leaves.Ids.Count > 0)
        {
            var checkpoint = Checkpoint.Next(head, clock.GetUtcNow(), CollectionsMarshal.AsSpan(leaves.Ids), leaves.Hashes.Span, key, suite);
            await InsertAsync(connection, checkpoint, ct);
            await transaction.CommitAsync(ct);
            file.Append([checkpoint]);
            head = checkpoint;
            untaken.Take(leaves.Ids);
        }
        else await transaction.RollbackAsync(ct);
        if (leaves.Ids.Count < RowsMax) Advance(oldest, next, highest);
        return leaves.Ids.Count;
    }

    private void Advance(long oldest, long next, long highest)
    {
        if (ahead is { } seen && oldest < seen.Transaction) return;
        if (ahead is { } settled && settled.Id - Margin > scanFrom)
        {
            scanFrom = settled.Id - Margin;
            untaken.Settle(scanFrom);
        }
        ahead = (next, highest);
    }

    private async Task CatchUpAsync(NpgsqlConnection connection, Checkpoint? outside, CancellationToken ct)
    {
        var (missing, before) = (new List<Checkpoint>(), outside?.Chain ?? Checkpoint.Beginning);
        await foreach (var row in CheckpointRows.FromAsync(connection, (outside?.Number ?? 0) + 1, ct))
        {
            // A row that was not signed here does not come into the file.
            if (!key.Verifies(row.Checkpoint) || !row.Checkpoint.ChainAfter(before).AsSpan().SequenceEqual(row.Checkpoint.Chain)) break;
            missing.Add(row.Checkpoint);
            before = row.Checkpoint.Chain;
        }
        file.Append(missing);
        if (missing is [.., var last] && last.Equals(head)) return;
        ForeignCheckpoint(logger, head!.Number);
        head = missing is [.., var good] ? good : outside;
    }

    private async Task ReadLeavesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        leaves.Clear();
        await using var command = new NpgsqlCommand(Rows, connection) { Parameters = { new() { Value = untaken.Above }, new() { Value = untaken.Below }, new() { Value = RowsMax } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) leaves.Add(AuditRow.Read(reader));
    }

    private async Task InsertAsync(NpgsqlConnection connection, Checkpoint checkpoint, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        foreach (var value in new object[]
        {
            checkpoint.Number, checkpoint.At, leaves.Ids, leaves.Hashes, leaves.Ids[^1], checkpoint.Total,
            checkpoint.Root, checkpoint.Chain, checkpoint.Signature, scanFrom,
        })
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = checkpoint.Suite is { } named ? named.ToString() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(ct);
        var seen = leaves.Subjects;
        if (seen.Count == 0) return;
        await using var subjects = new NpgsqlCommand(Subjects, connection) { Parameters = { new() { Value = seen.Select(l => l.Subject).ToArray() }, new() { Value = seen.Select(l => l.Id).ToArray() } } };
        await subjects.ExecuteNonQueryAsync(ct);
    }

    private static async Task<long> LongAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "the audit's checkpoints were cut: {Outside} outside the database, {Inside} in it")]
    private static partial void TableIsBehind(ILogger logger, long outside, long inside);

    [LoggerMessage(Level = LogLevel.Critical, Message = "checkpoint {Number} of the audit in the database was not signed by this installation")]
    private static partial void ForeignCheckpoint(ILogger logger, long number);
}
