using FangFanPin.Domain.Exports;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Exports;

/// <summary>
/// Takes waiting exports, and those whose runner has died, one after the other; deletes files that are due. Every process that serves HTTP has one, because
/// the files must lie where they are downloaded from.
/// </summary>
internal sealed partial class ExportWorker(
    IExportJobs jobs, ExportRun run, ExportFolder folder, ExportSignal signal, IOptions<ExportOptions> options, TimeProvider clock, ILogger<ExportWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        [.. Enumerable.Range(0, Math.Max(1, options.Value.AtOnce)).Select(_ => Task.Run(() => TakeAsync(stoppingToken), CancellationToken.None)), Task.Run(() => SweepAsync(stoppingToken), CancellationToken.None)]);

    private async Task TakeAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await jobs.TakeAsync(options.Value.Silence, clock.GetUtcNow(), stopping) is { } taken) await RunAsync(taken.Job, taken.Asked, stopping);
                else await signal.WaitAsync(options.Value.LookEvery, stopping);
            }
            catch (Exception e)
            {
                if (stopping.IsCancellationRequested) return;
                RunnerFailed(logger, e); // the database is away: the next round asks again
                await signal.WaitAsync(options.Value.LookEvery, stopping).ContinueWith(_ => { }, CancellationToken.None);
            }
        }
    }

    private async Task RunAsync(ExportJob job, ExportRequest asked, CancellationToken stopping)
    {
        try
        {
            await run.RunAsync(job, asked, stopping);
        }
        catch (Exception e) when (stopping.IsCancellationRequested)
        {
            await jobs.ReleaseAsync(job.Id, job.Run, CancellationToken.None);
            if (e is not OperationCanceledException) RunnerFailed(logger, e);
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            using var timer = new PeriodicTimer(options.Value.LookEvery);
            await DeleteStraysAsync(stopping);
            do
            {
                try
                {
                    foreach (var id in await jobs.DueAsync(clock.GetUtcNow(), stopping))
                    {
                        folder.DeleteAll(id);
                        await jobs.ExpireAsync(id, stopping);
                    }
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    RunnerFailed(logger, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    /// <summary>Parts of runners that were killed, and files whose export has ended otherwise since.</summary>
    private async Task DeleteStraysAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var id in folder.Ids())
                if (await jobs.FindAsync(id, stopping) is not { Stage: ExportStage.Running or ExportStage.Waiting or ExportStage.Done }) folder.DeleteAll(id);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            RunnerFailed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "an export gave up; it will be taken up again")]
    private static partial void RunnerFailed(ILogger logger, Exception e);
}

/// <summary>Tells the worker of this process that something is waiting, so that it need not be found by looking.</summary>
internal sealed class ExportSignal
{
    private readonly SemaphoreSlim news = new(0, 1);

    public void Raise()
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It knows already.
        }
    }

    public Task WaitAsync(TimeSpan most, CancellationToken ct) => news.WaitAsync(most, ct);
}
