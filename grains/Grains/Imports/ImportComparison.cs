using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using FangFanPin.Grains.Households;

namespace FangFanPin.Grains.Imports;

/// <summary>Puts households together and compares them with the stored ones, in batches and without waking a grain.</summary>
public sealed class ImportComparison(
    IImportJobs jobs, IImportStaging staging, IStoredHouseholds stored, DataDictionary dictionary, HouseholdWorld world, ImportOptions options,
    TimeProvider clock)
{
    /// <summary>List Relation: 户主.</summary>
    private const string RelationOfHead = "01";

    private readonly record struct Part(string Code, IReadOnlyList<Fragment> Fragments);

    /// <returns>The job with its counts; the staged households stand under its run.</returns>
    public async Task<ImportJob> RunAsync(ImportJob job, IReadOnlyList<SheetColumns> sheets, CancellationToken ct)
    {
        job = job with { ComparedAt = clock.GetUtcNow() };
        var repeated = await staging.RepeatedPersonsAsync(job.Id, job.Run, ct);
        var assembly = new HouseholdAssembly(dictionary, sheets, job.HistoryId);
        var gate = new SemaphoreSlim(1);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.PreviewsAtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(BatchesAsync(job, ct), parallel, async (batch, stop) =>
        {
            var previews = await CompareAsync(job, assembly, batch, repeated, stop);
            await staging.WriteAsync(job.Id, job.Run, [.. previews.Select(p => p.Household)], [.. previews.SelectMany(p => p.RefusedRows)],
                [.. previews.SelectMany(p => p.Errors)], stop);
            await gate.WaitAsync(stop);
            try
            {
                job = job with { Counts = Add(job.Counts, previews) };
                if (await jobs.SaveAsync(job, [], stop) == RunnerOrder.GiveWay) throw new OperationCanceledException("Another runner has this import.");
            }
            finally
            {
                gate.Release();
            }
        });
        return job;
    }

    private async IAsyncEnumerable<List<Part>> BatchesAsync(ImportJob job, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var batch = new List<Part>(options.PreviewBatch);
        await foreach (var (code, fragments) in staging.HouseholdsAsync(job.Id, job.Run, ct))
        {
            batch.Add(new Part(code, fragments));
            if (batch.Count < options.PreviewBatch) continue;
            yield return batch;
            batch = new List<Part>(options.PreviewBatch);
        }
        if (batch.Count > 0) yield return batch;
    }

    private async Task<List<ImportPreview.Preview>> CompareAsync(
        ImportJob job, HouseholdAssembly assembly, List<Part> batch, IReadOnlySet<string> repeated, CancellationToken ct)
    {
        var assembled = batch.ConvertAll(p => assembly.Assemble(p.Code, p.Fragments, repeated.Contains));
        var files = await stored.FilesAsync([.. batch.Select(p => p.Code)], ct);
        var persons = assembled.Where(a => a.Change is not null).SelectMany(a => a.Change!.Incoming.Members.Select(m => m.PersonCode!)).ToList();
        var standing = await stored.HouseholdsOfAsync(persons, ct);
        var platform = await PlatformFilesAsync(assembled.FindAll(a => !files.ContainsKey(a.Code) && !PlatformCode.Is(a.Code)), ct);
        var actor = job.Actor with { Region = job.Region };
        return assembled.ConvertAll(a =>
        {
            var known = platform.TryGetValue(a.Code, out var found) ? found : ((string Code, HouseholdFile File)?)null;
            return ImportPreview.Of(
                a, files.GetValueOrDefault(a.Code), known, p => standing[p].Any(code => code != a.Code && code != known?.Code), world.ContextFor(a.Code, actor));
        });
    }

    /// <summary>By the code in the file, the household of the same head that the platform knows under a code of its own.</summary>
    private async Task<Dictionary<string, (string Code, HouseholdFile File)>> PlatformFilesAsync(List<AssembledHousehold> fresh, CancellationToken ct)
    {
        var heads = fresh.Select(a => (a.Code, Certificate: HeadOf(a.Change))).Where(h => h.Certificate is not null).ToList();
        var codes = await stored.PlatformHouseholdsAsync([.. heads.Select(h => h.Certificate!).Distinct()], ct);
        var files = codes.Count == 0 ? new Dictionary<string, StoredFile>() : await stored.FilesAsync([.. codes.Values], ct);
        // Two households of a file with one head: the first in the order of codes is the one.
        return heads.Where(h => codes.ContainsKey(h.Certificate!) && files.ContainsKey(codes[h.Certificate!])).DistinctBy(h => codes[h.Certificate!])
            .ToDictionary(h => h.Code, h => (codes[h.Certificate!], files[codes[h.Certificate!]].File), StringComparer.Ordinal);
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
