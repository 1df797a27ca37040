using FangFanPin.Domain;
using FangFanPin.Domain.Imports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Imports;

/// <summary>Runs one stage of an import to its end, with a heartbeat; gives way to a newer runner, and to the silo's end.</summary>
public sealed partial class ImportRunner(
    IImportJobs jobs, ImportParsing parsing, ImportCommit commit, ImportUndoing undoing, ImportRetention retention, ImportOptions options, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<ImportRunner> logger)
{
    public async Task RunAsync(ImportJob job)
    {
        if (job.Attempts > options.AttemptsMax)
        {
            await FailAsync(job, ImportErrors.GaveUp);
            return;
        }
        await using var watch = new RunnerWatch(jobs, job, options.Heartbeat, lifetime.ApplicationStopping);
        try
        {
            await (job.Stage switch
            {
                ImportStage.Parsing when job.AtOnce => AtOnceAsync(job, watch.Token),
                ImportStage.Parsing => parsing.RunAsync(job, watch.Token),
                ImportStage.Committing => commit.RunAsync(job, watch.Token),
                ImportStage.Undoing => undoing.RunAsync(job, watch.Token),
                _ => throw new System.Diagnostics.UnreachableException($"Nothing runs at {job.Stage}."),
            });
        }
        catch (ImportFileException e)
        {
            await FailAsync(job, e.Error);
        }
        catch (Exception e)
        {
            await EndAsync(job, watch.Order, e);
        }
    }

    private async Task AtOnceAsync(ImportJob job, CancellationToken ct)
    {
        if (await parsing.AtOnceAsync(job, ct) is { } read) await commit.RunAsync(read, ct);
    }

    private async Task EndAsync(ImportJob job, RunnerOrder order, Exception e)
    {
        if (order == RunnerOrder.GiveWay) return;
        if (order == RunnerOrder.Cancel && job.Stage == ImportStage.Parsing)
        {
            var last = await jobs.FindAsync(job.Id, CancellationToken.None) ?? job;
            if (last.Run != job.Run) return;
            await jobs.SaveAsync(last with { Stage = ImportStage.Cancelled, FinishedAt = clock.GetUtcNow() }, [], CancellationToken.None);
            await retention.CancelledAsync(last, CancellationToken.None);
            return;
        }
        // The silo stops or the world fails: whoever looks next goes on from the checkpoint.
        if (!lifetime.ApplicationStopping.IsCancellationRequested) RunnerFailed(logger, e, job.Id, job.Stage);
        try
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) await jobs.ReleaseAsync(job.Id, job.Run, CancellationToken.None);
        }
        catch (Exception again)
        {
            RunnerFailed(logger, again, job.Id, job.Stage);
        }
    }

    private Task FailAsync(ImportJob job, DomainError fault) =>
        jobs.SaveAsync(job with { Stage = ImportStage.Failed, Fault = fault, FinishedAt = clock.GetUtcNow() }, [], CancellationToken.None);

    [LoggerMessage(Level = LogLevel.Error, Message = "import {Id} gave up at {Stage}; it will be taken up again")]
    private static partial void RunnerFailed(ILogger logger, Exception e, Guid id, ImportStage stage);
}
