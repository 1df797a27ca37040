using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Imports;

/// <summary>What the store says to a runner that reports.</summary>
public enum RunnerOrder { GoOn, Cancel, GiveWay }

/// <summary>
/// The import jobs. At most one runner works on an import: taking it over raises its run, and whatever an older runner then saves is refused.
/// Moments are the database's, so that clocks of silos do not matter.
/// </summary>
public interface IImportJobs
{
    Task CreateAsync(ImportJob job, CancellationToken ct);
    Task<ImportJob?> FindAsync(Guid id, CancellationToken ct);

    /// <summary>Newest first.</summary>
    /// <param name="before">Id of the last job of the page before; null from the newest.</param>
    Task<IReadOnlyList<ImportJob>> ListAsync(Func<string, bool> mayRead, Guid? before, int limit, CancellationToken ct);

    /// <summary>An upload that came to nothing leaves nothing.</summary>
    Task DeleteAsync(Guid id, CancellationToken ct);

    /// <summary>Uploading → uploaded, with the files.</summary>
    Task FilesArrivedAsync(ImportJob job, CancellationToken ct);

    /// <summary>Begins a stage on behalf of a new runner.</summary>
    /// <returns>Null when the job is at none of these stages, or is running.</returns>
    Task<ImportJob?> BeginAsync(Guid id, IReadOnlyCollection<ImportStage> from, ImportStage stage, DateTimeOffset now, CancellationToken ct);

    /// <summary>Takes over a job whose runner has been silent.</summary>
    /// <returns>Null when it is not running, or not silent for so long.</returns>
    Task<ImportJob?> TakeOverAsync(Guid id, TimeSpan silent, CancellationToken ct);

    /// <summary>Running jobs whose runner has been silent for so long.</summary>
    Task<IReadOnlyList<Guid>> SilentAsync(TimeSpan silent, CancellationToken ct);

    /// <summary>A sign of life.</summary>
    Task<RunnerOrder> BeatAsync(Guid id, int run, CancellationToken ct);

    /// <summary>Saves the job; one at rest stops running. Outcomes are saved with it or not at all.</summary>
    Task<RunnerOrder> SaveAsync(ImportJob job, IReadOnlyCollection<(string Code, StagedOutcome Outcome, string? Reason)> outcomes, CancellationToken ct);

    /// <summary>A runner that must stop hands its job to the next one that looks.</summary>
    Task ReleaseAsync(Guid id, int run, CancellationToken ct);

    /// <summary>Deletes the uploads of an import at rest and, unless they are still needed to take back or complete what it has written, all that was read from them.</summary>
    Task PurgeAsync(Guid id, bool keepStaged, DateTimeOffset now, CancellationToken ct);

    /// <summary>Imports at rest since before a moment, and uploads that broke off before it, that are not purged yet.</summary>
    Task<IReadOnlyList<Guid>> OldAsync(DateTimeOffset before, int limit, CancellationToken ct);

    /// <summary>Asks the runner to stop.</summary>
    /// <returns>False when nothing is running.</returns>
    Task<bool> AskToCancelAsync(Guid id, CancellationToken ct);
}

/// <summary>Uploaded files, sealed, in pieces: any silo can go on reading.</summary>
public interface IImportFiles
{
    /// <summary>Stores the stream as it comes, holding one piece in memory.</summary>
    /// <returns>Its length in bytes.</returns>
    Task<long> StoreAsync(Guid id, int file, Stream content, CancellationToken ct);

    /// <summary>False when they were deleted.</summary>
    Task<bool> StandAsync(Guid id, CancellationToken ct);

    /// <summary>Seekable; reads synchronously, so keep it off request and grain threads.</summary>
    Stream Open(Guid id, int file, long bytes);
}

/// <summary>What parsing found, on its way to the households.</summary>
public interface IImportStaging
{
    /// <summary>Households that will be new rows go to <see cref="INewHouseholds"/>.</summary>
    Task WriteAsync(Guid id, int run, IReadOnlyCollection<StagedHousehold> households, IReadOnlyCollection<(int Source, int Row)> refusedRows,
        IReadOnlyCollection<RowError> errors, CancellationToken ct);

    /// <summary>New and changed households that their grains must write and that have no outcome yet, after a code, in the order of codes.</summary>
    Task<IReadOnlyList<StagedHousehold>> ToCommitAsync(Guid id, int run, string? after, int limit, CancellationToken ct);

    /// <summary>Codes of households that the import has written, after a code, in the order of codes.</summary>
    Task<IReadOnlyList<string>> ToUndoAsync(Guid id, int run, string? after, int limit, CancellationToken ct);

    /// <summary>What earlier runs of the import have written counts as written for a later one, whatever that says of these households, so that it can be taken back.</summary>
    /// <returns>How many there were of each kind that the later run gave them.</returns>
    Task<IReadOnlyDictionary<StagedKind, long>> CarryAsync(Guid id, int to, CancellationToken ct);

    /// <summary>Which of these households the import has written.</summary>
    Task<IReadOnlySet<string>> WrittenAsync(Guid id, int run, IReadOnlyCollection<string> codes, CancellationToken ct);

    /// <summary>Rows of other runs are of no use.</summary>
    Task SweepAsync(Guid id, int run, CancellationToken ct);

    Task<IReadOnlyDictionary<string, long>> ErrorsByCodeAsync(Guid id, int run, CancellationToken ct);

    /// <summary>In the order of the file.</summary>
    /// <param name="limit">At most so many; null for all.</param>
    IAsyncEnumerable<RowError> ErrorsAsync(Guid id, int run, int? limit, CancellationToken ct);

    /// <summary>Good rows refused with their households, in the order of the file.</summary>
    IAsyncEnumerable<(int Source, int Row)> RefusedRowsAsync(Guid id, int run, CancellationToken ct);

    /// <summary>Households with this kind or outcome and why, after a code.</summary>
    Task<IReadOnlyList<(string Code, string? Reason)>> ConflictsAsync(Guid id, int run, string? after, int limit, CancellationToken ct);
}

/// <summary>
/// Households that nobody has registered yet. A first write needs no grain: nobody holds anything in memory that it could contradict, and whoever registers
/// the same household meanwhile is found by the row. So they are staged as the rows that they become, and the commit moves many at once.
/// </summary>
public interface INewHouseholds
{
    /// <param name="households">All with <see cref="StagedHousehold.State"/>.</param>
    Task StageAsync(Guid id, int run, IReadOnlyCollection<StagedHousehold> households, CancellationToken ct);

    /// <summary>Villages that staged households lie in. Staged households do not outlive a crash of the database: <see cref="ImportJob.LeftToRegister"/>.</summary>
    Task<IReadOnlyList<string>> VillagesAsync(Guid id, int run, CancellationToken ct);

    /// <summary>
    /// Registers the next households, in the order of villages, with everything that a grain's first write brings: members, history, debts to the village. In
    /// the same transaction the job is saved with their outcomes in its counts and their place as its cursor.
    /// </summary>
    /// <param name="job">Its cursor is the place of the batch before; null at the beginning.</param>
    /// <param name="refusedVillages">Of these nobody is registered: ended, or not in the area of the import any more.</param>
    /// <param name="now">The moment of the change.</param>
    Task<NewHouseholdBatch> CommitAsync(ImportJob job, IReadOnlyCollection<string> refusedVillages, int limit, DateTimeOffset now, CancellationToken ct);

    /// <summary>Sealed and ready to be registered without a staging.</summary>
    /// <param name="households">All with <see cref="StagedHousehold.State"/>.</param>
    INewHouseholdRows Prepare(IReadOnlyCollection<StagedHousehold> households);
}

/// <summary>New households of one batch, ready to be written.</summary>
public interface INewHouseholdRows
{
    /// <summary>All of them or none, with everything that a grain's first write brings, their outcomes, and the job.</summary>
    /// <returns>Null when something has come into the way since they were compared: a household or a person of theirs is there now, or a village has ended.</returns>
    Task<RunnerOrder?> RegisterAsync(ImportJob job, DateTimeOffset now, CancellationToken ct);
}

/// <param name="Job">As it was saved; the same as before when nothing was left.</param>
/// <param name="Villages">That households were registered in.</param>
public sealed record NewHouseholdBatch(ImportJob Job, RunnerOrder Order, int Written, int Refused, IReadOnlyList<string> Villages);

/// <summary>What is stored now, read in bulk: the preview wakes no grain.</summary>
public interface IStoredHouseholds
{
    /// <summary>Of those codes that have a row; a cleared household has one without a file.</summary>
    Task<IReadOnlyDictionary<string, StoredFile>> FilesAsync(IReadOnlyCollection<string> codes, CancellationToken ct);

    /// <summary>For each of these persons the households in which they stand.</summary>
    Task<ILookup<string, string>> HouseholdsOfAsync(IReadOnlyCollection<string> personCodes, CancellationToken ct);

    /// <summary>Active households under platform codes, by their head's certificate as <see cref="Sealing.BlindText"/> writes it.</summary>
    Task<IReadOnlyDictionary<string, string>> PlatformHouseholdsAsync(IReadOnlyCollection<string> headCertificates, CancellationToken ct);

    /// <summary>Of those codes that have an approved case which the national system does not show yet, the case's kind.</summary>
    Task<IReadOnlyDictionary<string, string>> BookedAsync(IReadOnlyCollection<string> codes, CancellationToken ct);

    /// <summary>
    /// Households of an import with a person whose certificate has come to another active household since the preview, by anybody but the import
    /// itself. What stood in two households before is a finding and no obstacle.
    /// </summary>
    Task<IReadOnlySet<string>> WithCertificatesElsewhereAsync(ImportJob job, IReadOnlyCollection<StagedHousehold> households, CancellationToken ct);

    /// <summary>
    /// Held while a batch is checked and written: imports of one county wait for each other, and those of more than a county for all, so that
    /// between the check and the writing nobody else's import writes.
    /// </summary>
    Task<IAsyncDisposable> HoldAsync(string region, CancellationToken ct);
}

/// <param name="File">Null: cleared.</param>
/// <param name="Version">As people see it: of the newest change.</param>
public sealed record StoredFile(HouseholdFile? File, long Version);
