using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <param name="Kind">monitored (监测对象), eliminated (风险消除回访) or others (其他脱贫户).</param>
/// <param name="LastVisit">Null: never visited.</param>
public sealed record DueVisitResponse(string Household, string Village, string VillageName, string? HeadName, string Kind, DateTimeOffset? LastVisit);

/// <param name="Next">Pass as <c>after</c> for the next page; null on the last.</param>
public sealed record DueVisitListResponse(IReadOnlyList<DueVisitResponse> Items, string? Next);

/// <param name="Counts">By kind, as in the list; the children add up to the region, which stands first.</param>
public sealed record DueVisitRow(string Region, string Name, IReadOnlyDictionary<string, int> Counts);

public sealed record DueVisitCountResponse(DateOnly AsOf, IReadOnlyList<DueVisitRow> Rows);

/// <summary>应走访未走访: whom nobody has visited for longer than the county allows, up to the county.</summary>
public static class DueVisitEndpoints
{
    private const int LimitMax = 200, LimitDefault = 50, CursorMax = 64;

    public static void MapDueVisits(this IEndpointRouteBuilder api)
    {
        api.MapGet("/regions/{code}/due-visits", ListAsync).WithTags("走访").WithSummary("应走访未走访的户(监测对象按月、其他脱贫户按季、消除后半年,天数由县设定)").Requires(Permission.ReadCases, Area.FromRoute("code"));
        api.MapGet("/regions/{code}/due-visits/counts", CountAsync).WithTags("走访").WithSummary("应走访未走访的户数:本级及下一级").Requires(Permission.ReadCases, Area.FromRoute("code"));
    }

    private static async Task<Results<Ok<DueVisitListResponse>, ProblemHttpResult>> ListAsync(
        string code, string? after, int? limit, IRegions regions, ICaseParameters parameters, IDueVisits visits, TimeProvider clock, CancellationToken ct)
    {
        if (limit is < 1 or > LimitMax) return Problems.From(CaseRequestErrors.BadLimit);
        if (after?.Length > CursorMax) return Problems.From(CaseRequestErrors.BadCursor);
        var asked = Find(code, regions);
        if (asked.Value is not { } region) return Problems.From(asked.Errors);
        var schedule = await ScheduleAsync(region, regions, parameters, clock, ct);
        var found = await visits.FindAsync(VillageRanges.Below(regions.Tree, region.Code), schedule, after, (limit ?? LimitDefault) + 1, ct);
        var page = found.Take(limit ?? LimitDefault).ToList();
        return TypedResults.Ok(new DueVisitListResponse(
            [.. page.Select(v => new DueVisitResponse(v.Household, v.Village, CaseLabels.Place(regions.Tree, v.Village), v.HeadName, v.Kind, v.LastVisit))],
            found.Count > page.Count ? page[^1].Village + page[^1].Household : null));
    }

    private static async Task<Results<Ok<DueVisitCountResponse>, ProblemHttpResult>> CountAsync(
        string code, IRegions regions, ICaseParameters parameters, IDueVisits visits, TimeProvider clock, CancellationToken ct)
    {
        var asked = Find(code, regions);
        if (asked.Value is not { } region) return Problems.From(asked.Errors);
        var tree = regions.Tree;
        var tallies = await visits.CountAsync(VillageRanges.Below(tree, region.Code), await ScheduleAsync(region, regions, parameters, clock, ct), ct);
        DueVisitRow Row(Region of) => new(of.Code.ToString(), of.Name, tallies.Where(t => tree.Contains(of.Code, t.Village)).GroupBy(t => t.Kind).ToDictionary(g => g.Key, g => g.Sum(t => t.Count)));
        return TypedResults.Ok(new DueVisitCountResponse(ChinaTime.DayOf(clock.GetUtcNow()), [Row(region), .. tree.ChildrenOf(region.Code).Select(Row)]));
    }

    private static Outcome<Region> Find(string code, IRegions regions) => regions.Tree.Find(code) switch
    {
        null => RegionErrors.NotFound,
        { Level: < RegionLevel.County } => CaseRequestErrors.TooWide,
        var region => region,
    };

    private static async ValueTask<VisitSchedule> ScheduleAsync(Region region, IRegions regions, ICaseParameters parameters, TimeProvider clock, CancellationToken ct)
    {
        var county = regions.Tree.PathTo(region.Code).Last(r => r.Level <= RegionLevel.County);
        return VisitSchedule.Of(await parameters.ForAsync(county.Code.ToString(), ct), ChinaTime.DayOf(clock.GetUtcNow()));
    }
}
