using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Sync;
using Npgsql;

namespace FangFanPin.Storage.Sync;

/// <inheritdoc cref="ISyncIntake"/>
public sealed class SyncIntake(
    INationalSource source, IWorkbookReader workbooks, DataDictionary dictionary, IRegions regions, IVillages villages, ISealer sealer, NpgsqlDataSource database,
    ISyncBatches batches, IImportJobs jobs, IImportFiles files, IStoredHouseholds stored, SyncOptions options, TimeProvider clock) : ISyncIntake
{
    /// <summary>Under which imports and changes of the synchronisation stand in the records.</summary>
    public const string Account = "national-sync";
    private const int BatchesBack = 20;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);
    private readonly SyncReads reads = new(database);
    private readonly SyncPublishing publishing = new(database, sealer);
    private readonly SyncSettling settling = new(database);

    public async Task<SyncBatch> ReadAsync(SyncBatch batch, Func<SyncBatch, Task<bool>> progress, CancellationToken ct)
    {
        var extract = source.List();
        if (extract.Count == 0) throw new ImportFileException(SyncErrors.NoFiles);
        var before = (await batches.ListAsync(null, BatchesBack, ct)).FirstOrDefault(b => b.Id != batch.Id && b is { ReadAt: not null, Trigger: not SyncTrigger.Unlocked });
        batch = batch with
        {
            Files = [.. extract.Select(f => f.Name)], Bytes = extract.Sum(f => f.Bytes), TreeVersion = regions.Tree.Version,
            AuditFrom = await reads.AuditFromAsync(ct),
        };
        var (table, key) = (new ExtractTable(), new ExtractKey(sealer));
        var pass = new ExtractPass(source, new ExtractWalk(workbooks, dictionary), options.FilesAtOnce);
        long rows = 0;
        var skipped = await TellingAsync(pass, b => batch with { BytesRead = b, Rows = Interlocked.Read(ref rows), Households = table.Count }, progress,
            stop => pass.RunAsync(extract, () => new DigestSink(table, key), s => Interlocked.Add(ref rows, s.Rows), stop), ct);
        batch = batch with { BytesRead = batch.Bytes, Rows = rows, Households = table.Count, Skipped = [.. skipped] };
        var cases = (await reads.OpenCasesAsync(ct)).DistinctBy(c => c.Household).ToDictionary(c => c.Household, StringComparer.Ordinal);
        var booked = cases.Values.Where(c => c.Step == CaseSteps.Booked).Select(c => c.Household);
        var plan = await new SyncComparison(table, key, reads, regions.Tree, batch).RunAsync(before, booked, ct);
        using var scratch = new Scratch();
        await FilterAsync(batch, extract, table, plan, cases, scratch, pass, progress, ct);
        if (!source.List().SequenceEqual(extract)) throw new ImportFileException(SyncErrors.Changing);
        var shares = await UploadAsync(batch, plan, scratch, ct);
        batch = batch with { Stage = SyncStage.Applying, Attempts = 0, ReadAt = clock.GetUtcNow() };
        return await publishing.RunAsync(batch, plan, shares, ct);
    }

    public Task<SyncShare> SettleAsync(SyncShare share, int run, int? importRun, CancellationToken ct) => settling.RunAsync(share, run, importRun, clock.GetUtcNow(), ct);

    public Task<IReadOnlyList<BookedCase>> ConfirmedAsync(SyncShare share, CancellationToken ct) =>
        settling.ConfirmedAsync(share, VillageRanges.Below(regions.Tree, RegionCode.Parse(share.Region)), ct);

    public async Task<bool> HasUnlockedAsync(CancellationToken ct) => (await reads.UnlockedAsync(ct)).Count > 0;

    /// <summary>How the file of a sheet is called, so that the import takes it for the sheet that it is.</summary>
    internal static string FileName(ExtractSheet sheet) => $"{sheet.Name.Replace('/', '-').Replace('\\', '-')}.csv";

    /// <summary>Does the work, tells how far it is, and stops it when the answer is no.</summary>
    private static async Task<T> TellingAsync<T>(ExtractPass pass, Func<long, SyncBatch> now, Func<SyncBatch, Task<bool>> progress, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = work(stop.Token);
        while (await Task.WhenAny(working, Task.Delay(TellEvery, ct)) != working)
            if (!await progress(now(pass.BytesRead))) await stop.CancelAsync();
        return await working;
    }

    /// <summary>The second pass: rows of planned households into the scratch file, those of open procedures looked at on the way.</summary>
    private async Task FilterAsync(
        SyncBatch batch, IReadOnlyList<ExtractFile> extract, ExtractTable table, SyncPlan plan, Dictionary<string, OpenCase> cases, Scratch scratch, ExtractPass pass,
        Func<SyncBatch, Task<bool>> progress, CancellationToken ct)
    {
        var shares = Shares(plan);
        var any = false;
        foreach (var line in plan.Lines.Values.Where(l => l.Slot >= 0))
        {
            any = true;
            table.Decide(line.Slot, cases.ContainsKey(line.Code) ? Fate.Look : Fate.Import, shares.IndexOf(line.Share));
        }
        if (!any) return;
        await TellingAsync(pass, b => batch with { BytesRead = b }, progress, stop => pass.RunAsync(extract, () => new FilterSink(table, scratch.TargetOf), _ => { }, stop), ct);
        for (var share = 0; share < shares.Count; share++) await LookAsync(share, table, plan, scratch, cases, ct);
    }

    private static List<string> Shares(SyncPlan plan) => [.. plan.Shares.Keys.Order(StringComparer.Ordinal)];

    private async Task LookAsync(int share, ExtractTable table, SyncPlan plan, Scratch scratch, Dictionary<string, OpenCase> cases, CancellationToken ct)
    {
        var targets = scratch.Of(Fate.Look, share).ToList();
        if (targets.Count == 0) return;
        var looks = new SyncLooks(workbooks, dictionary, villages, stored, ChinaTime.DayOf(clock.GetUtcNow()));
        var verdicts = await looks.RunAsync(targets, cases, ct);
        foreach (var line in plan.Lines.Values.Where(l => l.Slot >= 0 && table.FateAt(l.Slot) == (Fate.Look, share)).ToList())
        {
            // Rows without a verdict, all of them refused, go where refusals are told.
            var verdict = verdicts.GetValueOrDefault(line.Code) ?? new SyncLooks.Verdict(true, false, null);
            table.Decide(line.Slot, verdict.Import ? Fate.Import : Fate.None, share);
            if (verdict.Pending is { } changes) plan.Pending.Add(new PlannedPending(line.Code, line.Region, cases[line.Code].Id, changes));
            plan.Lines[line.Code] = line with
            {
                Shows = verdict.Shows,
                Kind = verdict.Import ? line.Kind : verdict.Pending is null ? SyncLineKind.Unchanged : SyncLineKind.Conflicting,
                Reason = verdict.Pending is null ? null : SyncErrors.InProcedure.Code,
            };
        }
        var walk = new ExtractWalk(workbooks, dictionary);
        foreach (var target in targets)
        {
            using var content = target.Read();
            walk.Run(content, FileName(target.Sheet), new FilterSink(table, scratch.TargetOf), _ => ct.ThrowIfCancellationRequested());
        }
    }

    /// <summary>The import of each share that has one, uploaded and not yet begun.</summary>
    private async Task<List<SyncShare>> UploadAsync(SyncBatch batch, SyncPlan plan, Scratch scratch, CancellationToken ct)
    {
        var shares = new List<SyncShare>();
        var names = Shares(plan);
        for (var i = 0; i < names.Count; i++)
        {
            var share = plan.Shares[names[i]];
            var targets = scratch.Of(Fate.Import, i).ToList();
            if (targets.Count > ImportLimits.FilesMax) share = share with { Stage = ShareStage.Failed, Fault = ImportErrors.TooManyFiles, FinishedAt = clock.GetUtcNow() };
            else if (targets.Count > 0) share = share with { Import = await UploadAsync(batch, names[i], targets, ct) };
            shares.Add(Held(share, plan));
        }
        return shares;
    }

    private SyncShare Held(SyncShare share, SyncPlan plan)
    {
        var gone = plan.Lines.Values.Count(l => l.Kind == SyncLineKind.Disappeared && l.Share == share.Region);
        return share.Stage == ShareStage.Waiting && gone > share.Known * options.DisappearMost ? share with { Stage = ShareStage.Held } : share;
    }

    private async Task<Guid> UploadAsync(SyncBatch batch, string region, List<Scratch.Target> targets, CancellationToken ct)
    {
        // What an earlier runner of this batch left behind was never begun.
        for (var run = 1; run < batch.Run; run++) await jobs.DeleteAsync(ImportId(batch.Id, run, region), ct);
        var job = new ImportJob
        {
            Id = ImportId(batch.Id, batch.Run, region), Region = region, Actor = new Actor(Account, "国家系统同步", "system", region),
            CreatedAt = clock.GetUtcNow(), Stage = ImportStage.Uploading,
        };
        await jobs.DeleteAsync(job.Id, ct);
        await jobs.CreateAsync(job, ct);
        var uploaded = new List<UploadedFile>();
        foreach (var target in targets)
        {
            await using var content = target.Read();
            uploaded.Add(new UploadedFile(FileName(target.Sheet), await files.StoreAsync(job.Id, uploaded.Count, content, ct)));
        }
        await jobs.FilesArrivedAsync(job with { Files = [.. uploaded], Stage = ImportStage.Uploaded }, ct);
        return job.Id;
    }

    private static Guid ImportId(Guid batch, int run, string region) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"sync\n{batch:N}\n{run}\n{region}"))[..16]);
}
