using FangFanPin.Domain.Exports;

namespace FangFanPin.Api.Exports;

/// <summary>Saves a runner's progress every so often, which is its sign of life, and stops it when it is told to or must give way.</summary>
internal sealed class ExportWatch : IAsyncDisposable
{
    private readonly IExportJobs jobs;
    private readonly CancellationTokenSource stop;
    private readonly CancellationTokenSource ended = new();
    private readonly Task beating;
    private volatile ExportJob latest;

    public ExportWatch(IExportJobs jobs, ExportJob job, TimeSpan period, CancellationToken stopping)
    {
        (this.jobs, latest) = (jobs, job);
        stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        beating = BeatAsync(period);
    }

    /// <summary>Cancelled when the runner shall stop, whoever wants it.</summary>
    public CancellationToken Token => stop.Token;
    public ExportOrder Order { get; private set; } = ExportOrder.GoOn;

    public ExportJob Latest
    {
        get => latest;
        set => latest = value;
    }

    /// <summary>After this nothing is saved any more but by the runner itself.</summary>
    public async Task StopAsync()
    {
        await ended.CancelAsync();
        await beating;
    }

    private async Task BeatAsync(TimeSpan period)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            do
            {
                try
                {
                    Order = await jobs.SaveAsync(latest, ended.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    continue; // silence; the work itself will meet the same trouble
                }
                if (Order != ExportOrder.GoOn) await stop.CancelAsync();
            }
            while (Order == ExportOrder.GoOn && await timer.WaitForNextTickAsync(ended.Token));
        }
        catch (OperationCanceledException)
        {
            // The runner has ended.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
        ended.Dispose();
    }
}
