using System.Security.Cryptography;
using System.Threading.Channels;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Exports;

/// <summary>
/// Writes one export from its first row to its file. The list is read ahead by one page while the page before is written; nothing else is held. A runner
/// that dies leaves a part behind that nobody reads, and the next one begins again.
/// </summary>
internal sealed class ExportRun(
    IExportJobs jobs, IHouseholdSearch search, IHouseholdReader reader, DataDictionary dictionary, IRegions regions, ExportFolder folder, AuditLog audit,
    IOptions<ExportOptions> options, TimeProvider clock)
{
    /// <summary>Ends with the job at rest, or, when <paramref name="stopping"/> or the world fails, throws and leaves it to the next runner.</summary>
    public async Task RunAsync(ExportJob job, ExportRequest asked, CancellationToken stopping)
    {
        if (job.Attempts > options.Value.AttemptsMax)
        {
            await jobs.SaveAsync(Ended(job, ExportStage.Failed, ExportErrors.GaveUp), CancellationToken.None);
            return;
        }
        await using var watch = new ExportWatch(jobs, job, options.Value.Heartbeat, stopping);
        try
        {
            var written = await WriteAsync(watch, job, asked);
            await watch.StopAsync();
            if (written is null) await GiveUpAsync(watch.Latest, Ended(watch.Latest, ExportStage.Failed, ExportErrors.TooLong));
            else await FinishAsync(written);
        }
        catch (OperationCanceledException) when (watch.Order == ExportOrder.Cancel)
        {
            await watch.StopAsync();
            await GiveUpAsync(job, Ended(watch.Latest, ExportStage.Cancelled, null));
        }
        catch
        {
            folder.Discard(job);
            if (watch.Order != ExportOrder.GiveWay) throw;
        }
    }

    /// <returns>Null when there are more rows than may be.</returns>
    private async Task<ExportJob?> WriteAsync(ExportWatch watch, ExportJob job, ExportRequest asked)
    {
        var tree = regions.Tree;
        var sheet = ExportSheet.Of(asked, search, reader, dictionary, tree);
        var share = new AreaShare(tree, asked.Query.Household.Region);
        await using var file = folder.CreatePart(job);
        using (var workbook = new StreamedWorkbook(file, sheet.Name, sheet.Headers))
        {
            await foreach (var page in AheadAsync(sheet, watch.Token))
            {
                if (workbook.Rows + page.Rows > options.Value.RowsMax) return null;
                page.Write(workbook);
                watch.Latest = watch.Latest with { Rows = workbook.Rows, Share = page.LastVillage is null ? 1 : share.Until(page.LastVillage) };
            }
        }
        await file.FlushAsync(watch.Token);
        file.Position = 0;
        var hash = await SHA256.HashDataAsync(file, watch.Token);
        return watch.Latest with { Bytes = file.Length, Sha256 = Convert.ToHexStringLower(hash) };
    }

    /// <summary>The database fetches the next page while the last one is written.</summary>
    private async IAsyncEnumerable<ExportPage> AheadAsync(ExportSheet sheet, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var pages = Channel.CreateBounded<ExportPage>(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = Task.Run(async () =>
        {
            try
            {
                await foreach (var page in sheet.PagesAsync(options.Value.PageRows, stop.Token)) await pages.Writer.WriteAsync(page, stop.Token);
                pages.Writer.Complete();
            }
            catch (Exception e)
            {
                pages.Writer.Complete(e);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(ct)) yield return page;
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>First the file, then the line in the audit, then the word that it is there: nobody gets a file of which no line tells.</summary>
    private async Task FinishAsync(ExportJob job)
    {
        folder.Complete(job);
        var action = job.Kind == ExportKind.Households ? "household.export" : "person.export";
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), job.Account, action, job.Region, $"{job.Rows}", job.TraceId), CancellationToken.None);
        var done = Ended(job, ExportStage.Done, null) with { Share = 1, ExpiresAt = clock.GetUtcNow() + options.Value.KeepFor };
        if (await jobs.SaveAsync(done, CancellationToken.None) == ExportOrder.GiveWay) folder.Discard(job);
    }

    private async Task GiveUpAsync(ExportJob job, ExportJob ended)
    {
        folder.Discard(job);
        await jobs.SaveAsync(ended, CancellationToken.None);
    }

    private ExportJob Ended(ExportJob job, ExportStage stage, DomainError? fault) => job with { Stage = stage, Fault = fault, FinishedAt = clock.GetUtcNow() };
}

/// <summary>Which share of an area's villages lies before one of them: how far a list is that stands in their order.</summary>
internal sealed class AreaShare
{
    private readonly string[] villages;

    public AreaShare(RegionTree tree, RegionCode region) => villages = [.. tree.VillagesBelow(region).Select(r => r.Code.ToString()).Order(StringComparer.Ordinal)];

    public double Until(string village)
    {
        var at = Array.BinarySearch(villages, village, StringComparer.Ordinal);
        return villages.Length == 0 ? 0 : Math.Round((double)(at < 0 ? ~at : at) / villages.Length, 4);
    }
}
