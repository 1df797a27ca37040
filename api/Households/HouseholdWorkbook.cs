using FangFanPin.Api.Shared;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using MiniExcelLibs;

namespace FangFanPin.Api.Households;

/// <summary>The list as a workbook: streamed page by page into a file that is deleted once it is sent, so memory stays flat.</summary>
internal static class HouseholdWorkbook
{
    private const int RowsMax = 200_000;
    private const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static void MapWorkbook(this IEndpointRouteBuilder api) => api
        .MapGet("/households.xlsx", ExportAsync).WithTags("农户档案").WithSummary("导出农户列表")
        .Requires(Permission.Export, Area.FromQuery("region")).RefusesNumbersInAddress();

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ExportAsync(
        [AsParameters] HouseholdListRequest request, IRegions regions, IHouseholdSearch search, DataDictionary dictionary,
        Caller caller, AuditLog audit, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var query = (request with { Limit = HouseholdQuery.LimitMax, After = null }).ToQuery(regions.Tree, Domain.ChinaTime.DayOf(clock.GetUtcNow()));
        if (!query.Ok) return Problems.From(query.Errors);
        var sheet = new Sheet(search, query.Value!, new LineLabels(dictionary, regions.Tree), ct);
        var file = await WriteAsync(sheet, ct);
        if (sheet.Count > RowsMax)
        {
            await file.DisposeAsync();
            return Problems.From(HouseholdRequestErrors.TooManyRows);
        }
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), caller.Name, "household.export", query.Value!.Region.ToString(), $"{sheet.Count}", Problems.TraceId(http)), ct);
        file.Position = 0;
        return TypedResults.Stream(file, ContentType, $"农户列表_{request.Region}.xlsx");
    }

    /// <summary>The writer pulls rows synchronously; it has a thread of its own for that.</summary>
    private static async Task<FileStream> WriteAsync(Sheet sheet, CancellationToken ct)
    {
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        try
        {
            await Task.Run(() => file.SaveAs(sheet.Rows(), sheetName: "农户"), ct);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private sealed class Sheet(IHouseholdSearch search, HouseholdQuery query, LineLabels labels, CancellationToken ct)
    {
        public int Count { get; private set; }

        public IEnumerable<Dictionary<string, object?>> Rows()
        {
            for (var at = query; ;)
            {
                var page = search.FindAsync(at, ct).GetAwaiter().GetResult();
                foreach (var line in page.Lines)
                {
                    if (++Count > RowsMax) yield break;
                    yield return labels.RowOf(line);
                }
                if (page.Next is not { } next) break;
                at = at with { After = next };
            }
            if (Count == 0) yield return labels.RowOf(null);
        }
    }
}
