using System.Collections.Frozen;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace FangFanPin.Storage.Records;

/// <summary>
/// The provider <c>records</c>: for what is numerous or listed. A state stands in the row that lists search, and is written together with
/// its history and with what it owes to the figures; the writes of many grains share a statement.
/// </summary>
/// <param name="stores">By type of state; each an <see cref="IRecordStore{TState}"/> of that type.</param>
public sealed class RecordsGrainStorage(IEnumerable<KeyValuePair<Type, IAsyncDisposable>> stores) : IGrainStorage, IAsyncDisposable
{
    private readonly FrozenDictionary<Type, IAsyncDisposable> stores = stores.ToFrozenDictionary();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        StoreOf<T>().ReadAsync(grainId, grainState, cancellationToken);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        StoreOf<T>().WriteAsync(grainId, grainState, cancellationToken);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        StoreOf<T>().ClearAsync(grainId, grainState, cancellationToken);

    /// <summary>Finishes what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores.Values) await store.DisposeAsync();
    }

    private IRecordStore<T> StoreOf<T>() => stores.TryGetValue(typeof(T), out var store)
        ? (IRecordStore<T>)store
        : throw new InvalidOperationException($"No tables are mapped for states of type {typeof(T)}.");
}
