using FangFanPin.Contracts;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Grains.Rollup;

namespace FangFanPin.Grains.Imports;

/// <summary>Registers the new households of an import, village by village, and wakes the villages.</summary>
public sealed class NewHouseholds(INewHouseholds fresh, IStoredHouseholds stored, IVillages villages, IGrainFactory grains, ImportOptions options, TimeProvider clock)
{
    /// <returns>The job after the last batch; its cursor is free for the next kind of work unless it must stop.</returns>
    public async Task<(ImportJob Job, RunnerOrder Order)> RegisterAsync(ImportJob job, CancellationToken ct)
    {
        var within = await fresh.VillagesAsync(job.Id, job.ParsedRun, ct);
        if (within.Count > 0 && job.Cursor?.Contains('/', StringComparison.Ordinal) != true) job = job with { Cursor = null };
        for (var left = within.Count > 0; left;)
        {
            ct.ThrowIfCancellationRequested();
            var batch = await CommitAsync(job, within, ct);
            left = batch.Written + batch.Refused > 0;
            job = batch.Job;
            foreach (var village in batch.Villages) grains.Village(village).NudgeAsync().Ignore();
            if (batch.Written > 0) ImportMetrics.Settled(nameof(StagedOutcome.Written), batch.Written);
            if (batch.Refused > 0) ImportMetrics.Settled(nameof(StagedOutcome.Refused), batch.Refused);
            if (batch.Order != RunnerOrder.GoOn) return (job, batch.Order);
        }
        return (job.Cursor?.Contains('/', StringComparison.Ordinal) == true ? job with { Cursor = null } : job, RunnerOrder.GoOn);
    }

    /// <summary>The tree may have changed since the preview, and between two batches.</summary>
    private async Task<NewHouseholdBatch> CommitAsync(ImportJob job, IReadOnlyList<string> within, CancellationToken ct)
    {
        await using var hold = await stored.HoldAsync(job.Region, ct);
        string[] ended = [.. within.Where(v => villages.Find(v) is null || !villages.IsWithin(job.Region, v))];
        return await fresh.CommitAsync(job, ended, options.NewBatch, clock.GetUtcNow(), ct);
    }
}
