using System.Diagnostics;
using FangFanPin.Contracts.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Records;

/// <summary>Gathers the writes of many grains into few statements. A caller is answered after the commit, and only for its own row.</summary>
internal sealed partial class RecordWriter<TState, TRow, TStored> : IAsyncDisposable where TRow : RecordRow where TStored : StoredRow
{
    private readonly IRecordMapping<TState, TRow, TStored> mapping;
    private readonly DatabaseRetry[] databases;
    private readonly ILogger logger;
    private readonly BatchLane<Item, WriteAnswer> lane;
    private readonly KeyValuePair<string, object?> table;

    /// <param name="database">Called once per statement that may be under way.</param>
    public RecordWriter(IRecordMapping<TState, TRow, TStored> mapping, Func<DatabaseRetry> database, RecordsOptions options, ILogger logger)
    {
        (this.mapping, this.logger) = (mapping, logger);
        databases = [.. Enumerable.Range(0, options.WritesAtOnce).Select(_ => database())];
        lane = new BatchLane<Item, WriteAnswer>(options, [.. databases.Select(d => (Func<IReadOnlyList<Item>, Task>)(batch => SaveAsync(d, batch)))]);
        table = new("table", mapping.Name);
    }

    private sealed class Item(TRow row) : LaneItem<WriteAnswer>
    {
        public TRow Row => row;
        public override string Key => row.Key;
    }

    /// <exception cref="StoreUnavailableException">Outcome unknown.</exception>
    /// <exception cref="StoreRefusedException">The row's content cannot be stored.</exception>
    public Task<WriteAnswer> SaveAsync(TRow row, CancellationToken ct) => lane.AskAsync(new Item(row), ct);

    public async ValueTask DisposeAsync()
    {
        await lane.DisposeAsync();
        foreach (var database in databases) await database.DisposeAsync();
    }

    private async Task SaveAsync(DatabaseRetry database, IReadOnlyList<Item> batch)
    {
        RecordsMetrics.BatchSize.Record(batch.Count, table);
        var started = Stopwatch.GetTimestamp();
        await SaveOrHalveAsync(database, batch);
        RecordsMetrics.WriteDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, table);
    }

    private async Task SaveOrHalveAsync(DatabaseRetry database, IReadOnlyList<Item> batch)
    {
        try
        {
            Settle(batch, await database.RunAsync((connection, ct) => StoreAsync(connection, batch, ct)));
        }
        catch (Exception fault) when (DatabaseFaults.Of(fault) == DatabaseFault.Content && batch.Count > 1)
        {
            await SaveOrHalveAsync(database, [.. batch.Take(batch.Count / 2)]);
            await SaveOrHalveAsync(database, [.. batch.Skip(batch.Count / 2)]);
        }
        catch (Exception fault)
        {
            Fail(batch, fault);
        }
    }

    /// <summary>Rows that were not written are looked up again: one of them may hold this very write, committed by an attempt whose reply was lost.</summary>
    private async Task<Stored> StoreAsync(NpgsqlConnection connection, IReadOnlyList<Item> batch, CancellationToken ct)
    {
        var written = await mapping.SaveAsync(connection, [.. batch.Select(i => i.Row)], ct);
        if (written.Count == batch.Count) return new Stored(written, None);
        var rest = batch.Select(i => i.Key).Where(k => !written.Contains(k)).ToList();
        return new Stored(written, await mapping.MarksAsync(connection, rest, ct));
    }

    private sealed record Stored(IReadOnlySet<string> Written, IReadOnlyDictionary<string, RowMark> Others);

    private static readonly IReadOnlyDictionary<string, RowMark> None = new Dictionary<string, RowMark>();

    private void Settle(IReadOnlyList<Item> batch, Stored stored)
    {
        var stale = 0;
        foreach (var item in batch)
        {
            RowMark? mark = stored.Others.TryGetValue(item.Key, out var other) ? other : null;
            var won = stored.Written.Contains(item.Key) || mark == new RowMark(item.Row.Version, item.Row.WriteId);
            if (won) mapping.Committed(item.Row);
            else stale++;
            item.Answered(new WriteAnswer(won, mark?.Version));
        }
        Count(batch.Count - stale, "written");
        Count(stale, "stale");
    }

    private void Fail(IReadOnlyList<Item> batch, Exception fault)
    {
        var refused = DatabaseFaults.Of(fault) == DatabaseFault.Content;
        LogFailed(logger, mapping.Name, batch.Count, DatabaseFaults.CodeOf(fault));
        Count(batch.Count, refused ? "refused" : "failed");
        foreach (var item in batch)
            item.Failed(refused ? Faults.Refused(mapping.Name, fault) : Faults.Unavailable(mapping.Name, fault));
    }

    private void Count(int writes, string outcome)
    {
        if (writes > 0) RecordsMetrics.Writes.Add(writes, table, new("outcome", outcome));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Table}: {Rows} writes failed with {Code}")]
    private static partial void LogFailed(ILogger logger, string table, int rows, string code);
}

/// <param name="Won">False: the row had another version.</param>
/// <param name="Version">The stored version when it was looked up; null when there is no row, or when the write simply won.</param>
internal readonly record struct WriteAnswer(bool Won, long? Version);
