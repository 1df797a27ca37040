using FangFanPin.Api.Imports;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Sync;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Sync;

/// <summary>A batch as server-sent events <c>sync</c>.</summary>
internal sealed class SyncEvents(JobEvents events, ISyncBatches batches, IOptions<ImportApiOptions> options, TimeProvider clock)
{
    private sealed record Seen(SyncBatch Batch, IReadOnlyList<SyncShare> Shares);

    /// <param name="mayRead">Counties that the caller may see.</param>
    public Task RunAsync(Guid id, Func<string, bool> mayRead, HttpResponse response, CancellationToken ct) => events.RunAsync(
        new JobEvents.Source<Seen>("sync", stop => FindAsync(id, mayRead, stop), Same, seen => seen.Batch.IsAtRest, seen => SyncBatchResponse.From(seen.Batch, seen.Shares, clock.GetUtcNow())),
        options.Value.EventsLookEvery, options.Value.EventsLife, response, ct);

    private async Task<Seen?> FindAsync(Guid id, Func<string, bool> mayRead, CancellationToken ct) => await batches.FindAsync(id, ct) is { } batch
        ? new Seen(batch, [.. (await batches.SharesAsync([id], ct)).Where(s => mayRead(s.Region))])
        : null;

    private static bool Same(Seen a, Seen b) => a.Batch.Stage == b.Batch.Stage && a.Batch.BytesRead == b.Batch.BytesRead && a.Shares.SequenceEqual(b.Shares);
}
