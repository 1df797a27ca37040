using FangFanPin.Contracts.Imports;
using FangFanPin.Domain;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Sync;

/// <summary>
/// Runs a batch to its end: reads and compares, then carries each county's import from upload to commit and settles it. Every step can be done again: after
/// a crash the next runner goes on from what the tables and the imports say.
/// </summary>
public sealed partial class SyncRunner(
    ISyncBatches batches, ISyncIntake intake, IImportJobs imports, SyncConfirmation confirmation, IGrainFactory grains, SyncOptions options, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<SyncRunner> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(SyncBatch batch)
    {
        await using var watch = new SyncWatch(batches, batch, options.Heartbeat, lifetime.ApplicationStopping);
        try
        {
            if (batch.Attempts > options.AttemptsMax) throw new ImportFileException(SyncErrors.GaveUp);
            if (batch.Stage == SyncStage.Reading) batch = await intake.ReadAsync(batch, b => batches.SaveAsync(b, watch.Token), watch.Token);
            await ApplyAsync(batch, watch.Token);
            await batches.SaveAsync(batch with { Stage = SyncStage.Done, Attempts = 0, FinishedAt = clock.GetUtcNow() }, watch.Token);
        }
        catch (ImportFileException e)
        {
            await batches.SaveAsync(batch with { Stage = SyncStage.Failed, Fault = e.Error, FinishedAt = clock.GetUtcNow() }, CancellationToken.None);
        }
        catch (Exception e)
        {
            await EndAsync(batch, e);
        }
    }

    /// <summary>The silo stops or the world fails: whoever looks next goes on.</summary>
    private async Task EndAsync(SyncBatch batch, Exception e)
    {
        var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
        // A runner that gives way to another has nothing to tell.
        if (!stopping && e is not OperationCanceledException) RunnerFailed(logger, e, batch.Id, batch.Stage);
        try
        {
            if (stopping) await batches.ReleaseAsync(batch.Id, batch.Run, CancellationToken.None);
        }
        catch (Exception again)
        {
            RunnerFailed(logger, again, batch.Id, batch.Stage);
        }
    }

    private async Task ApplyAsync(SyncBatch batch, CancellationToken ct)
    {
        var shares = (await batches.SharesAsync([batch.Id], ct)).Where(s => !s.IsAtRest).ToList();
        await Parallel.ForEachAsync(shares, new ParallelOptions { MaxDegreeOfParallelism = options.SharesAtOnce, CancellationToken = ct }, async (share, stop) =>
        {
            await ApplyAsync(batch, share, stop);
            await batches.SaveAsync(batch with { Attempts = 0 }, stop);
        });
    }

    private async Task ApplyAsync(SyncBatch batch, SyncShare share, CancellationToken ct)
    {
        int? staged = null;
        if (share.Import is { } id)
        {
            share = share with { Stage = ShareStage.Importing };
            if (!await batches.SaveShareAsync(share, batch.Run, ct)) throw new OperationCanceledException("Another runner has this synchronisation.");
            var job = await CarryAsync(id, ct);
            if (job?.Stage != ImportStage.Done)
            {
                await batches.SaveShareAsync(share with { Stage = ShareStage.Failed, Fault = job?.Fault ?? SyncErrors.ImportStopped, FinishedAt = clock.GetUtcNow() }, batch.Run, ct);
                return;
            }
            staged = job.ParsedRun;
        }
        var confirmed = await confirmation.RunAsync(share, ct);
        share = share with { Counts = share.Counts with { Confirmed = share.Counts.Confirmed + confirmed } };
        await intake.SettleAsync(share, batch.Run, staged, ct);
    }

    /// <returns>The import at its end; null when it is gone.</returns>
    private async Task<ImportJob?> CarryAsync(Guid id, CancellationToken ct)
    {
        var grain = grains.GetGrain<IImportGrain>(new ImportKey(id).ToString());
        while (true)
        {
            var job = await imports.FindAsync(id, ct);
            switch (job?.Stage)
            {
                case ImportStage.Uploaded when Refusal(await grain.ParseAsync()) is { } refusal: return job with { Stage = ImportStage.Failed, Fault = refusal };
                case ImportStage.Previewed when Refusal(await grain.CommitAsync()) is { } refusal: return job with { Stage = ImportStage.Failed, Fault = refusal };
                case ImportStage.Uploaded or ImportStage.Parsing or ImportStage.Previewed or ImportStage.Committing: break;
                default: return job;
            }
            await Task.Delay(Pause, ct);
        }
    }

    /// <summary>Of another stage it may be by now: somebody else, or an earlier word of ours, was faster.</summary>
    private static DomainError? Refusal(ImportAnswer answer) => answer.Error is { } error && error.Code != ImportErrors.WrongStage.Code ? error : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "synchronisation {Id} stopped at {Stage}; it will be taken up again")]
    private static partial void RunnerFailed(ILogger logger, Exception e, Guid id, SyncStage stage);
}
