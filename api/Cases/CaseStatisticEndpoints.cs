using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <summary>The procedures of one region.</summary>
/// <param name="Open">Opens with <c>GET /cases?region=…&amp;group=…</c>: unaccepted and open together.</param>
/// <param name="NotInNational">已审定未录入: <c>step=60&amp;kind=recognition&amp;onStepDays=7</c>.</param>
/// <param name="MeasureDefects">逾期未落实措施: <c>defect=true</c>.</param>
/// <param name="StepsLeft">Times that a step was left in the period, some cases more than once: <c>leftFrom, leftTo</c>, with <c>onTime=false</c> the late ones.</param>
/// <param name="Opened">In the period: <c>openedFrom, openedTo</c>; closed likewise.</param>
/// <param name="OpenBySteps">By <c>kind/step</c>.</param>
/// <param name="OverdueByLevel">By level of the late step (3 county, 4 town, 5 village): <c>overdue=true&amp;level=…</c>.</param>
/// <param name="AverageDays">By <c>kind/step</c>, of steps left in the period: <c>leftStep=…</c>.</param>
public sealed record CaseStatisticRow(
    string Region, string Name, int Open, int Unaccepted, int Overdue, int NotInNational, int MeasureDefects, int Opened, int Closed, int Approved, int StepsLeft, int StepsOnTime, decimal? OnTimePercent,
    IReadOnlyDictionary<string, int> OpenBySteps, IReadOnlyDictionary<string, int> OverdueByLevel, IReadOnlyDictionary<string, double> AverageDays)
{
    public static CaseStatisticRow From(CaseFigures f) => new(
        f.Region.ToString(), f.Name, f.Open, f.Unaccepted, f.Overdue, f.NotInNational, f.MeasureDefects, f.Opened, f.Closed, f.Approved, f.StepsLeft, f.StepsOnTime, f.OnTimePercent,
        f.OpenBySteps, f.OverdueByLevel.ToDictionary(l => CaseLabels.Level(l.Key)!, l => l.Value), f.AverageDays);
}

/// <param name="Rows">The region itself first; its children add up to it.</param>
public sealed record CaseStatisticResponse(DateOnly From, DateOnly To, IReadOnlyList<CaseStatisticRow> Rows);

/// <summary>How the procedures go, by region: from the cases' own rows, so every figure opens to exactly its cases.</summary>
public static class CaseStatisticEndpoints
{
    private const int DaysMost = 3 * 366, DaysDefault = 30;

    public static void MapCaseStatistics(this IEndpointRouteBuilder api) => api
        .MapGet("/regions/{code}/case-statistics", GetAsync).WithTags("业务办理").WithSummary("流程统计:各环节数量、按时率、逾期、平均天数、已审定未录入")
        .Requires(Permission.ReadStatistics, Area.FromRoute("code"));

    private static async Task<Results<Ok<CaseStatisticResponse>, ProblemHttpResult>> GetAsync(
        string code, DateOnly? from, DateOnly? to, string? kind, IRegions regions, ICaseTallies tallies, TimeProvider clock, CancellationToken ct)
    {
        var (tree, today) = (regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
        if (tree.Find(code) is not { } region) return Problems.From(RegionErrors.NotFound);
        var (first, last) = (from ?? (to ?? today).AddDays(-DaysDefault), to ?? today);
        if (first > last || last.DayNumber - first.DayNumber > DaysMost) return Problems.From(CaseRequestErrors.BadPeriod);
        var counted = await tallies.CountAsync(VillageRanges.Below(tree, region.Code), kind, Stretch.Of(first, last), today, ct);
        return TypedResults.Ok(new CaseStatisticResponse(first, last, [.. CaseStatistics.Sum(tree, region, counted).Select(CaseStatisticRow.From)]));
    }
}
