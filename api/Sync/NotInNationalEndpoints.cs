using FangFanPin.Api.Cases;
using FangFanPin.Api.Exports;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Sync;

/// <param name="Late">Opens with <c>GET /cases?region=…&amp;kind=recognition&amp;step=60&amp;onStepDays=7</c>.</param>
/// <param name="Approved">Opens without <c>onStepDays</c>.</param>
public sealed record NotInNationalRow(int Rank, string Region, string Name, int Late, int Approved);

/// <param name="Rows">By rank; they add up to the totals.</param>
public sealed record NotInNationalResponse(string Region, string Name, DateOnly AsOf, int Late, int Approved, IReadOnlyList<NotInNationalRow> Rows);

/// <summary>已审定未录入: approved declarations that the national system does not have after seven days, by area with ranking, down to the cases.</summary>
internal static class NotInNationalEndpoints
{
    private static readonly string[] Headers = ["市", "县(市、区)", "乡(镇)", "行政村", "户编号", "户主姓名", "审定日期", "已过天数", "业务编号"];

    public static void MapNotInNational(this IEndpointRouteBuilder api)
    {
        api.MapGet("/regions/{code}/not-in-national", RankAsync).WithTags("国家系统同步").WithSummary("已审定未录入:按地区排名(level:2 市、3 县、4 乡、5 村,默认下一级)")
            .Requires(Permission.ReadCases, Area.FromRoute("code"));
        api.MapGet("/regions/{code}/not-in-national.xlsx", WorkbookAsync).WithTags("国家系统同步").WithSummary("已审定未录入:逐户清单").Requires(Permission.ReadCases, Area.FromRoute("code"));
    }

    private static async Task<Results<Ok<NotInNationalResponse>, ProblemHttpResult>> RankAsync(
        string code, int? level, IRegions regions, ICaseTallies tallies, TimeProvider clock, CancellationToken ct)
    {
        var (tree, today) = (regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
        if (tree.Find(code) is not { } region) return Problems.From(RegionErrors.NotFound);
        var wanted = level is { } given ? (RegionLevel)(given - 1) : tree.ChildrenOf(region.Code).FirstOrDefault()?.Level ?? region.Level;
        if (wanted < region.Level || wanted > RegionLevel.Village) return Problems.From(SyncErrors.BadRequest);
        var counted = await tallies.CountAsync(VillageRanges.Below(tree, region.Code), CaseKinds.Recognition, Stretch.Of(today, today), today, ct);
        var total = NotInNationalRanking.Of(tree, region.Code, region.Level, counted.Open).Single(r => r.Region.Code == region.Code);
        var rows = NotInNationalRanking.Of(tree, region.Code, wanted, counted.Open);
        return TypedResults.Ok(new NotInNationalResponse(code, region.Name, today, total.Late, total.Approved,
            [.. rows.Select(r => new NotInNationalRow(r.Rank, r.Region.Code.ToString(), r.Region.Name, r.Late, r.Approved))]));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WorkbookAsync(
        string code, IRegions regions, ICaseSearch search, TimeProvider clock, CancellationToken ct)
    {
        var (tree, today) = (regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
        var query = new CaseListRequest { Region = code, Kind = CaseKinds.Recognition, Step = CaseSteps.Booked, OnStepDays = CaseStatistics.NationalMost, Limit = 200 }.ToQuery(tree, today);
        if (!query.Ok) return Problems.From(query.Errors);
        var file = TemporaryFile.Create();
        try
        {
            using (var workbook = new StreamedWorkbook(file, "已审定未录入", Headers))
            {
                for (var asked = query.Value!; ;)
                {
                    var page = await search.FindAsync(asked, ct);
                    foreach (var line in page.Lines) Write(workbook, line, tree, today);
                    if (page.Next is not { } next) break;
                    asked = asked with { After = next };
                }
            }
            file.Position = 0;
            return TypedResults.File(file, SyncWorkbook.ContentType, $"已审定未录入_{code}.xlsx");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static void Write(StreamedWorkbook workbook, CaseLine line, RegionTree tree, DateOnly today)
    {
        var approved = ChinaTime.DayOf(line.StepSince);
        workbook.StartRow();
        workbook.Path(tree, line.Village);
        workbook.Text(line.Household);
        workbook.Text(Masking.Shown(nameof(Household.HeadName), line.HeadName));
        workbook.Day(approved);
        workbook.Number(today.DayNumber - approved.DayNumber);
        workbook.Text(line.Id);
        workbook.EndRow();
    }

    /// <summary>Names on the way down to a village.</summary>
    public static void Path(this StreamedWorkbook workbook, RegionTree tree, string? village)
    {
        var path = RegionCode.TryParse(village, out var code) ? tree.PathTo(code) : [];
        foreach (var level in new[] { RegionLevel.City, RegionLevel.County, RegionLevel.Town, RegionLevel.Village }) workbook.Text(path.FirstOrDefault(r => r.Level == level)?.Name);
    }
}
