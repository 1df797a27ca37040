using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Beats for a runner and stops it when it must give way, or when the silo stops. A cancellation stops only reading at once: a commit ends
/// its batch first, so that what it has written is on record.
/// </summary>
internal sealed class RunnerWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly Task beating;

    public RunnerWatch(IImportJobs jobs, ImportJob job, TimeSpan period, CancellationToken stopping)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        beating = BeatAsync(jobs, job, period);
    }

    public CancellationToken Token => stop.Token;
    public RunnerOrder Order { get; private set; } = RunnerOrder.GoOn;

    private async Task BeatAsync(IImportJobs jobs, ImportJob job, TimeSpan period)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    Order = await jobs.BeatAsync(job.Id, job.Run, stop.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // A beat that does not get through is silence; the work itself will meet the same trouble.
                    continue;
                }
                if (Order == RunnerOrder.GiveWay || Order == RunnerOrder.Cancel && job.Stage == ImportStage.Parsing) await stop.CancelAsync();
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
