using System.Globalization;
using FangFanPin.Contracts.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace FangFanPin.Storage.Records;

/// <summary>The records of one kind of state.</summary>
internal interface IRecordStore<TState> : IAsyncDisposable
{
    Task ReadAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct);
    Task WriteAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct);
    Task ClearAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct);
}

/// <summary>Orleans' rules over the batches: the etag is the version as text, and whoever writes on another version is told both.</summary>
internal sealed class RecordStore<TState, TRow, TStored>(
    IRecordMapping<TState, TRow, TStored> mapping, NpgsqlDataSource source, RecordsOptions options, ILogger logger)
    : IRecordStore<TState> where TRow : RecordRow where TStored : StoredRow
{
    private readonly RecordWriter<TState, TRow, TStored> writer = new(mapping, () => new DatabaseRetry(source, options, logger, keepSession: true), options, logger);
    private readonly RecordReader<TState, TRow, TStored> reader = new(mapping, () => new DatabaseRetry(source, options, logger, keepSession: true), options);

    public async Task ReadAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct)
    {
        var stored = await reader.LoadAsync(mapping.KeyOf(grain), ct);
        var value = mapping.Empty();
        state.RecordExists = stored is not null && mapping.TryOpen(stored, out value);
        state.State = value;
        state.ETag = stored is null ? null! : EtagOf(stored.Version);
    }

    public Task WriteAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct) => SaveAsync(grain, state, state.State, ct);

    public async Task ClearAsync(GrainId grain, IGrainState<TState> state, CancellationToken ct)
    {
        if (state.ETag is not null) await SaveAsync(grain, state, default, ct);
        else if (await reader.LoadAsync(mapping.KeyOf(grain), ct) is { } stored) throw Stale(stored.Version, state.ETag);
        state.State = mapping.Empty();
        state.RecordExists = false;
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await reader.DisposeAsync();
    }

    private async Task SaveAsync(GrainId grain, IGrainState<TState> state, TState? value, CancellationToken ct)
    {
        var version = VersionOf(state.ETag) + 1;
        var row = mapping.Prepare(mapping.KeyOf(grain), version, WriteIds.Next(), value);
        var answer = await writer.SaveAsync(row, ct).ConfigureAwait(false); // Orleans' bridge brings the grain back to its turn
        if (!answer.Won) throw Stale(answer.Version, state.ETag);
        (state.ETag, state.RecordExists) = (EtagOf(version), true);
    }

    private static string EtagOf(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static long VersionOf(string? etag) =>
        etag is null ? 0 : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw Stale(null, etag);

    private static InconsistentStateException Stale(long? stored, string? held) =>
        new("The record has another version than the one that this activation read.", stored is { } version ? EtagOf(version) : "none", held ?? "none");
}
