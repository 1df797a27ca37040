using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Sync;

/// <summary>Where the national extract comes from. The embedded one is a folder of export files.</summary>
public interface INationalSource
{
    /// <summary>Whether there is anywhere to look.</summary>
    bool IsConfigured { get; }

    /// <summary>The files of the newest extract, split in any way.</summary>
    IReadOnlyList<ExtractFile> List();

    /// <summary>Seekable; reads synchronously.</summary>
    Stream Open(ExtractFile file);
}

/// <param name="Stamp">Another one when the file is another one.</param>
public sealed record ExtractFile(string Name, string Path, long Bytes, long Stamp);

/// <summary>
/// The batches. At most one runs at a time, and at most one runner works on it: taking it over raises its run, and whatever an older runner then
/// saves is refused. Moments of silence are the database's, so that clocks of silos do not matter.
/// </summary>
public interface ISyncBatches
{
    /// <returns>False when another batch is running, or the moment of the calendar has had its batch.</returns>
    Task<bool> BeginAsync(SyncBatch batch, CancellationToken ct);

    /// <summary>A batch at rest of which a county may now go on.</summary>
    /// <returns>Null when another batch is running.</returns>
    Task<SyncBatch?> ReopenAsync(Guid id, CancellationToken ct);

    /// <summary>Takes over the running batch when its runner has been silent for so long.</summary>
    Task<SyncBatch?> TakeOverAsync(TimeSpan silent, CancellationToken ct);

    /// <returns>False when another runner has the batch.</returns>
    Task<bool> BeatAsync(Guid id, int run, CancellationToken ct);

    /// <summary>Saves the batch; one at rest stops running.</summary>
    /// <returns>False when another runner has it.</returns>
    Task<bool> SaveAsync(SyncBatch batch, CancellationToken ct);

    /// <summary>A runner that must stop hands its batch to the next one that looks.</summary>
    Task ReleaseAsync(Guid id, int run, CancellationToken ct);

    Task<SyncBatch?> FindAsync(Guid id, CancellationToken ct);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<SyncBatch>> ListAsync(Guid? before, int limit, CancellationToken ct);

    /// <summary>The newest other batch that has read a whole extract; null when there is none.</summary>
    Task<SyncBatch?> LastReadAsync(Guid but, CancellationToken ct);

    Task<bool> HasBatchForAsync(DateTimeOffset dueAt, CancellationToken ct);

    Task<bool> HasAnyAsync(CancellationToken ct);

    Task<IReadOnlyList<SyncShare>> SharesAsync(IReadOnlyCollection<Guid> batches, CancellationToken ct);

    /// <returns>False when another runner has the batch.</returns>
    Task<bool> SaveShareAsync(SyncShare share, int run, CancellationToken ct);

    /// <summary>A person's word about a county that is held.</summary>
    /// <returns>False when it is not held any more.</returns>
    Task<bool> DecideAsync(SyncShare share, CancellationToken ct);

    Task<IReadOnlyList<SyncLine>> LinesAsync(Guid batch, string region, SyncLineKind kind, string? after, int limit, CancellationToken ct);

    Task<NationalStanding?> StandingAsync(string household, CancellationToken ct);
}

/// <summary>Reads an extract, compares it with the one before, and leaves one import per county with the rows that matter.</summary>
public interface ISyncIntake
{
    /// <param name="progress">Told now and then; its answer is whether to go on.</param>
    /// <returns>The batch with what was counted; its shares and lines are stored, or nothing is.</returns>
    /// <exception cref="Imports.ImportFileException">Nothing of the extract may be taken.</exception>
    Task<SyncBatch> ReadAsync(SyncBatch batch, Func<SyncBatch, Task<bool>> progress, CancellationToken ct);

    /// <summary>What came of a county's import, if it had one, becomes what the next extract is compared with. Once, however often it is called.</summary>
    /// <param name="importRun">Whose staged households count; null without an import.</param>
    Task<SyncShare> SettleAsync(SyncShare share, int run, int? importRun, CancellationToken ct);

    /// <summary>Approved cases of a county that the settled import confirms: by the extract's own rows, or because the national system has given the household a code.</summary>
    Task<IReadOnlyList<BookedCase>> ConfirmedAsync(SyncShare share, CancellationToken ct);

    /// <summary>Whether national values wait whose procedure has ended.</summary>
    Task<bool> HasUnlockedAsync(CancellationToken ct);
}

/// <param name="Household">As the case has it: a national code, or a platform code that has been replaced.</param>
public sealed record BookedCase(string CaseId, string Kind, string Household);
