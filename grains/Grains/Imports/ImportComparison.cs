using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using FangFanPin.Grains.Households;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Puts households together and compares them with the stored ones, in batches and without waking a grain. They are staged for a commit; of an import without
/// a preview the new ones are registered instead.
/// </summary>
public sealed partial class ImportComparison(
    IImportJobs jobs, IImportStaging staging, INewHouseholds fresh, IStoredHouseholds stored, HouseholdWorld world, IGrainFactory grains, ImportOptions options, TimeProvider clock)
{
    /// <summary>List Relation: 户主.</summary>
    private const string RelationOfHead = "01";

    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    /// <summary>For batches in memory. More of them at a time than processors would only grow old in it, and the collector carries what grows old.</summary>
    private readonly SemaphoreSlim room = new(options.PreviewsInAll);

    /// <param name="rows">Of all households.</param>
    /// <param name="repeated">Person codes that stand in more than one of them.</param>
    /// <returns>The job with its counts; the staged households stand under its run.</returns>
    public async Task<ImportJob> RunAsync(
        ImportJob job, ImportReading reading, IReadOnlyList<SheetColumns> sheets, IRowSpill rows, IReadOnlySet<string> repeated, CancellationToken ct)
    {
        using var course = new Course(job with { ComparedAt = clock.GetUtcNow() }, clock.GetTimestamp());
        if (job.AtOnce) CountWritten(course);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.PreviewsAtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, rows.Parts, parallel, async (part, stop) =>
        {
            await room.WaitAsync(stop);
            try
            {
                var households = new PartReader(reading, sheets, job.HistoryId, repeated).Read(rows.Read(part));
                foreach (var batch in households.Chunk(options.PreviewBatch)) await (job.AtOnce ? RegisterAsync(course, batch, stop) : StageAsync(course, batch, stop));
            }
            finally
            {
                room.Release();
            }
        });
        return course.Job with { LeftToRegister = course.Staged };
    }

    /// <summary>How far a comparison is. Whoever changes it has the gate.</summary>
    private sealed class Course(ImportJob job, long saved) : IDisposable
    {
        public ImportJob Job { get; set; } = job;
        public long Saved { get; set; } = saved;

        /// <summary>New households that wait for the commit.</summary>
        public long Staged { get; set; }

        /// <summary>Earlier runners have registered some.</summary>
        public bool IsResumed { get; set; }
        public SemaphoreSlim Gate { get; } = new(1);

        public void Dispose() => Gate.Dispose();
    }

    private async Task StageAsync(Course course, AssembledHousehold[] batch, CancellationToken ct)
    {
        var job = course.Job;
        var previews = await CompareAsync(job, batch, personsLater: false, ct);
        await fresh.StageAsync(job.Id, job.Run, [.. previews.Select(p => p.Household).Where(h => h.State is not null)], ct);
        await WriteAsync(job, [.. previews.Select(p => p.Household).Where(h => h.State is null)], previews, ct);
        await CountAsync(course, previews, previews.Count(p => p.Household.State is not null), ct);
    }

    private Task WriteAsync(ImportJob job, IReadOnlyCollection<StagedHousehold> households, List<ImportPreview.Preview> found, CancellationToken ct) =>
        staging.WriteAsync(job.Id, job.Run, households, [.. found.SelectMany(p => p.RefusedRows)], [.. found.SelectMany(p => p.Errors)], ct);

    private async Task CountAsync(Course course, List<ImportPreview.Preview> previews, int staged, CancellationToken ct)
    {
        await course.Gate.WaitAsync(ct);
        try
        {
            course.Job = course.Job with { Counts = Add(course.Job.Counts, previews) };
            course.Staged += staged;
            if (clock.GetElapsedTime(course.Saved) < SaveEvery) return;
            course.Saved = clock.GetTimestamp();
            Obey(await jobs.SaveAsync(course.Job, [], ct));
        }
        finally
        {
            course.Gate.Release();
        }
    }

    /// <summary>A wish to stop is heard by the runner's watch.</summary>
    private static void Obey(RunnerOrder order)
    {
        if (order == RunnerOrder.GiveWay) throw new OperationCanceledException("Another runner has this import.");
    }

    /// <param name="personsLater">
    /// New households are registered next, which asks for certain whether a person of theirs stands in another one: it is not asked here as well, but for those that are refused.
    /// </param>
    private async Task<List<ImportPreview.Preview>> CompareAsync(ImportJob job, AssembledHousehold[] assembled, bool personsLater, CancellationToken ct)
    {
        var files = await stored.FilesAsync([.. assembled.Select(p => p.Code)], ct);
        var platform = await PlatformFilesAsync([.. assembled.Where(a => files.GetValueOrDefault(a.Code)?.File is null && !PlatformCode.Is(a.Code))], ct);
        var booked = await stored.BookedAsync([.. files.Keys, .. platform.Values.Select(p => p.Code)], ct);
        var actor = job.Actor with { Region = job.Region };
        var standing = personsLater ? null : await StandingAsync(assembled, ct);
        var previews = assembled.Select(PreviewOf).ToList();
        if (!personsLater) return previews;
        var unsure = Enumerable.Range(0, assembled.Length).Where(i => previews[i].Household.State is null && assembled[i].Change is not null).ToList();
        standing = await StandingAsync(unsure.Select(i => assembled[i]), ct);
        foreach (var i in unsure) previews[i] = PreviewOf(assembled[i]);
        return previews;

        ImportPreview.Preview PreviewOf(AssembledHousehold said)
        {
            var known = platform.TryGetValue(said.Code, out var found) ? found : ((string Code, HouseholdFile File)?)null;
            var before = files.GetValueOrDefault(said.Code)?.File ?? known?.File;
            var a = HeldMonitoring.Without(said, booked.GetValueOrDefault(known?.Code ?? said.Code), before);
            return ImportPreview.Of(
                a, ImportDecision.CommandIdOf(job.Id, "commit", a.Code), files.GetValueOrDefault(a.Code), known,
                p => standing?[p].Any(code => code != a.Code && code != known?.Code) ?? false, world.ContextFor(a.Code, actor));
        }
    }

    private Task<ILookup<string, string>> StandingAsync(IEnumerable<AssembledHousehold> households, CancellationToken ct) =>
        stored.HouseholdsOfAsync([.. households.Where(a => a.Change is not null).SelectMany(a => a.Change!.Incoming.Members.Select(m => m.PersonCode!))], ct);

    /// <summary>By the code in the file, the household of the same head that the platform knows under a code of its own.</summary>
    private async Task<Dictionary<string, (string Code, HouseholdFile File)>> PlatformFilesAsync(List<AssembledHousehold> unknown, CancellationToken ct)
    {
        var heads = unknown.Select(a => (a.Code, Certificate: HeadOf(a.Change))).Where(h => h.Certificate is not null).ToList();
        var codes = await stored.PlatformHouseholdsAsync([.. heads.Select(h => h.Certificate!).Distinct()], ct);
        var files = codes.Count == 0 ? new Dictionary<string, StoredFile>() : await stored.FilesAsync([.. codes.Values], ct);
        // Two households of a file with one head: the first in the order of codes is the one.
        return heads.Where(h => codes.ContainsKey(h.Certificate!) && files.GetValueOrDefault(codes[h.Certificate!])?.File is not null).DistinctBy(h => codes[h.Certificate!])
            .ToDictionary(h => h.Code, h => (codes[h.Certificate!], files[codes[h.Certificate!]].File!), StringComparer.Ordinal);
    }

    private static string? HeadOf(ImportFile? change) => change is null ? null : BlindText.Certificate(
        change.Incoming.Household.HeadCertNumber ?? change.Incoming.Members.FirstOrDefault(m => m.Relation == RelationOfHead)?.CertNumber);

    private static ImportCounts Add(ImportCounts counts, List<ImportPreview.Preview> previews)
    {
        long Of(StagedKind kind) => previews.Count(p => p.Household.Kind == kind);
        return counts with
        {
            Households = counts.Households + previews.Count,
            New = counts.New + Of(StagedKind.New),
            Changed = counts.Changed + Of(StagedKind.Changed),
            Unchanged = counts.Unchanged + Of(StagedKind.Unchanged),
            Conflicts = counts.Conflicts + Of(StagedKind.Conflict),
            Refused = counts.Refused + Of(StagedKind.Refused),
        };
    }
}
