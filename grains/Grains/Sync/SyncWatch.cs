using FangFanPin.Domain.Sync;

namespace FangFanPin.Grains.Sync;

/// <summary>Beats for a runner, and stops it when another one has taken over or the silo stops.</summary>
internal sealed class SyncWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly Task beating;

    public SyncWatch(ISyncBatches batches, SyncBatch batch, TimeSpan period, CancellationToken stopping)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        beating = BeatAsync(batches, batch, period);
    }

    public CancellationToken Token => stop.Token;

    private async Task BeatAsync(ISyncBatches batches, SyncBatch batch, TimeSpan period)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    if (!await batches.BeatAsync(batch.Id, batch.Run, stop.Token)) await stop.CancelAsync();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // A beat that does not get through is silence; the work itself will meet the same trouble.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The runner has ended or was told to.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await beating;
        stop.Dispose();
    }
}
