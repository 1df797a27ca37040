using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>How long personal data stand in the tables of imports: no longer than somebody may still need them.</summary>
public sealed class ImportRetention(IImportJobs jobs, ImportOptions options, TimeProvider clock)
{
    private const int AtOnce = 100;

    /// <summary>A cancelled import: nobody wants the uploads. What it has written can still be completed or taken back, and needs its staged rows for that.</summary>
    public Task CancelledAsync(ImportJob job, CancellationToken ct) =>
        jobs.PurgeAsync(job.Id, keepStaged: job.Counts.Written + job.Counts.AsTheyWere + job.Counts.RefusedAtCommit > 0, clock.GetUtcNow(), ct);

    /// <summary>Whatever has been at rest for too long.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        foreach (var id in await jobs.OldAsync(clock.GetUtcNow() - TimeSpan.FromDays(options.KeepDays), AtOnce, ct))
            await jobs.PurgeAsync(id, keepStaged: false, clock.GetUtcNow(), ct);
    }
}
