namespace FangFanPin.Domain.Exports;

/// <summary>What the store says to a runner that reports.</summary>
public enum ExportOrder { GoOn, Cancel, GiveWay }

/// <summary>
/// The export jobs. At most one runner works on an export: taking it over raises its run, and whatever an older runner then saves is refused.
/// Moments of runners are the database's, so that clocks of processes do not matter.
/// </summary>
public interface IExportJobs
{
    /// <returns>False when a job of this id is there already, or the account has as many open ones as it may.</returns>
    Task<bool> CreateAsync(ExportJob job, ExportRequest asked, int openMax, CancellationToken ct);
    Task<ExportJob?> FindAsync(Guid id, CancellationToken ct);

    /// <summary>Of one account, newest first.</summary>
    Task<IReadOnlyList<ExportJob>> ListAsync(string account, int limit, CancellationToken ct);

    /// <summary>The oldest waiting export, or one whose runner has been silent for so long, for a new runner.</summary>
    Task<(ExportJob Job, ExportRequest Asked)?> TakeAsync(TimeSpan silence, DateTimeOffset now, CancellationToken ct);

    /// <summary>Saves the job and shows a sign of life; one at rest stops running.</summary>
    Task<ExportOrder> SaveAsync(ExportJob job, CancellationToken ct);

    /// <summary>A runner that must stop hands its job to the next one that looks.</summary>
    Task ReleaseAsync(Guid id, int run, CancellationToken ct);

    /// <summary>Asks the runner to stop; a waiting job is cancelled at once.</summary>
    /// <returns>False when it is at rest.</returns>
    Task<bool> AskToCancelAsync(Guid id, DateTimeOffset now, CancellationToken ct);

    /// <summary>Finished exports whose file is due to be deleted.</summary>
    Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, CancellationToken ct);

    Task ExpireAsync(Guid id, CancellationToken ct);
}
