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
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);
    private readonly SyncReads reads = new(database);
    private readonly SyncPublishing publishing = new(database, sealer, options);
    private readonly SyncSettling settling = new(database);

    public async Task<SyncBatch> ReadAsync(SyncBatch batch, Func<SyncBatch, Task<bool>> progress, CancellationToken ct)
    {
        var extract = source.List();
        if (extract.Count == 0) throw new ImportFileException(SyncErrors.NoFiles);
        var before = await batches.LastReadAsync(batch.Id, ct);
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
        var plan = new SyncPlan(table, regions.Tree);
        await new SyncComparison(table, key, reads, plan, batch).RunAsync(before, booked, ct);
        using var scratch = new Scratch();
        await FilterAsync(batch, extract, table, plan, cases, scratch, pass, progress, ct);
        if (!source.List().SequenceEqual(extract)) throw new ImportFileException(SyncErrors.Changing);
        await UploadAsync(batch, plan, scratch, ct);
        batch = batch with { Stage = SyncStage.Applying, Attempts = 0, ReadAt = clock.GetUtcNow() };
        return await publishing.RunAsync(batch, plan, table, key, ct);
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
        var any = false;
        foreach (var slot in plan.Planned)
        {
            any = true;
            table.Decide(slot, cases.Count > 0 && cases.ContainsKey(table.TextAt(slot)) ? Fate.Look : Fate.Import);
        }
        if (!any) return;
        await TellingAsync(pass, b => batch with { BytesRead = b }, progress, stop => pass.RunAsync(extract, () => new FilterSink(table, scratch.TargetOf), _ => { }, stop), ct);
        for (short share = 0; share < plan.Shares.Count; share++) await LookAsync(share, table, plan, scratch, cases, ct);
    }

    private async Task LookAsync(short share, ExtractTable table, SyncPlan plan, Scratch scratch, Dictionary<string, OpenCase> cases, CancellationToken ct)
    {
        var targets = scratch.Of(Fate.Look, share).ToList();
        if (targets.Count == 0) return;
        var looks = new SyncLooks(workbooks, dictionary, villages, stored, ChinaTime.DayOf(clock.GetUtcNow()));
        var verdicts = await looks.RunAsync(targets, cases, ct);
        foreach (var slot in plan.Planned.Where(s => table.FateAt(s) == Fate.Look && table.ShareAt(s) == share).ToList())
        {
            // Rows without a verdict, all of them refused, go where refusals are told.
            var code = table.TextAt(slot);
            var verdict = verdicts.GetValueOrDefault(code) ?? new SyncLooks.Verdict(true, false, null);
            table.Decide(slot, verdict.Import ? Fate.Import : Fate.None);
            if (verdict.Pending is { } changes) plan.Pending.Add(new PlannedPending(code, plan.RegionOf(slot), cases[code].Id, changes));
            table.Judge(slot, verdict.Import ? table.KindAt(slot) : verdict.Pending is null ? SyncLineKind.Unchanged : SyncLineKind.Conflicting, verdict.Shows);
        }
        var walk = new ExtractWalk(workbooks, dictionary);
        foreach (var target in targets)
        {
            using var content = target.Read();
            walk.Run(content, FileName(target.Sheet), new FilterSink(table, scratch.TargetOf), _ => ct.ThrowIfCancellationRequested());
        }
    }

    /// <summary>The import of each share that has one, uploaded and not yet begun.</summary>
    private async Task UploadAsync(SyncBatch batch, SyncPlan plan, Scratch scratch, CancellationToken ct)
    {
        var gone = plan.Gone.CountBy(g => g.Region).ToDictionary(StringComparer.Ordinal);
        for (short i = 0; i < plan.Shares.Count; i++)
        {
            var share = plan.Shares[i];
            var targets = scratch.Of(Fate.Import, i).ToList();
            if (targets.Count > ImportLimits.FilesMax) share = share with { Stage = ShareStage.Failed, Fault = ImportErrors.TooManyFiles, FinishedAt = clock.GetUtcNow() };
            else if (targets.Count > 0) share = share with { Import = await UploadAsync(batch, share.Region, targets, ct) };
            var held = share.Stage == ShareStage.Waiting && gone.GetValueOrDefault(share.Region) > share.Known * options.DisappearMost;
            plan.Shares[i] = held ? share with { Stage = ShareStage.Held } : share;
        }
    }

    private async Task<Guid> UploadAsync(SyncBatch batch, string region, List<Scratch.Target> targets, CancellationToken ct)
    {
        // What an earlier runner of this batch left behind was never begun.
        for (var run = 1; run < batch.Run; run++) await jobs.DeleteAsync(ImportId(batch.Id, run, region), ct);
        var job = new ImportJob
        {
            Id = ImportId(batch.Id, batch.Run, region), Region = region, Actor = new Actor(Account, "国家系统同步", "system", region),
            CreatedAt = clock.GetUtcNow(), Stage = ImportStage.Uploading, AtOnce = true,
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
