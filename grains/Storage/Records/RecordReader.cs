using Npgsql;

namespace FangFanPin.Storage.Records;

/// <summary>Gathers the reads of many activations into few queries.</summary>
internal sealed class RecordReader<TState, TRow, TStored> : IAsyncDisposable where TRow : RecordRow where TStored : StoredRow
{
    private readonly IRecordMapping<TState, TRow, TStored> mapping;
    private readonly DatabaseRetry[] databases;
    private readonly BatchLane<Item, TStored?>[] lanes;

    /// <param name="database">Called once per lane.</param>
    public RecordReader(IRecordMapping<TState, TRow, TStored> mapping, Func<DatabaseRetry> database, RecordsOptions options)
    {
        this.mapping = mapping;
        databases = [.. Enumerable.Range(0, options.ReadLanes).Select(_ => database())];
        lanes = [.. databases.Select(d => new BatchLane<Item, TStored?>(options, batch => LoadAsync(d, batch)))];
    }

    private sealed class Item(string key) : LaneItem<TStored?>
    {
        public override string Key => key;
    }

    /// <returns>Null when there is no row.</returns>
    public Task<TStored?> LoadAsync(string key, CancellationToken ct) =>
        lanes[(uint)key.GetHashCode(StringComparison.Ordinal) % lanes.Length].AskAsync(new Item(key), ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes) await lane.DisposeAsync();
        foreach (var database in databases) await database.DisposeAsync();
    }

    private async Task LoadAsync(DatabaseRetry database, IReadOnlyList<Item> batch)
    {
        try
        {
            string[] keys = [.. batch.Select(i => i.Key)];
            var rows = await database.RunAsync((connection, ct) => mapping.LoadAsync(connection, keys, ct));
            foreach (var item in batch) item.Answered(rows.GetValueOrDefault(item.Key));
            RecordsMetrics.Reads.Add(batch.Count, new KeyValuePair<string, object?>("table", mapping.Name));
        }
        catch (Exception fault)
        {
            foreach (var item in batch) item.Failed(Faults.Unavailable(mapping.Name, fault));
        }
    }
}
