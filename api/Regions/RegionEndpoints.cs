using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Regions;

/// <param name="Code">Twelve digits.</param>
/// <param name="Level">0 province, 1 city, 2 county, 3 town, 4 village.</param>
/// <param name="Parent">Null for the province.</param>
/// <param name="FullName">Names from the city down.</param>
/// <param name="Children">How many regions stand directly below.</param>
public sealed record RegionResponse(string Code, string Name, RegionLevel Level, string? Parent, string FullName, int Children);

/// <summary>Reading the region tree of today.</summary>
public static class RegionEndpoints
{
    private const int LimitDefault = 20;
    private const int LimitMax = 100;
    private const int TextMax = 50;

    public static void MapRegions(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/regions").WithTags("行政区划");
        group.MapGet("", Search).WithSummary("按名称或代码查找").Requires(Permission.ReadRegions, Area.Own);
        group.MapGet("/{code}", Get).WithSummary("一个区划").Requires(Permission.ReadRegions, Area.FromRoute("code"));
        group.MapGet("/{code}/children", Children).WithSummary("下级区划").Requires(Permission.ReadRegions, Area.FromRoute("code"));
        group.MapGet("/{code}/path", PathTo).WithSummary("从省到本级").Requires(Permission.ReadRegions, Area.FromRoute("code"));
    }

    /// <summary>Within the caller's area; without a text the caller's own region.</summary>
    private static Results<Ok<IReadOnlyList<RegionResponse>>, ProblemHttpResult> Search(string? q, int? limit, Caller caller, IRegions regions)
    {
        var text = q?.Trim() ?? "";
        if (text.Length > TextMax || limit is < 1 or > LimitMax) return Problems.From(RegionErrors.BadSearch);
        var tree = regions.Tree;
        var found = text.Length == 0 ? new[] { tree.Find(caller.Region) }.OfType<Region>() : tree.Search(text, caller.Region, limit ?? LimitDefault);
        return Listed(found, tree);
    }

    private static Results<Ok<RegionResponse>, ProblemHttpResult> Get(string code, IRegions regions) =>
        regions.Tree.Find(code) is { } region ? TypedResults.Ok(Response(region, regions.Tree)) : Problems.From(RegionErrors.NotFound);

    private static Results<Ok<IReadOnlyList<RegionResponse>>, ProblemHttpResult> Children(string code, IRegions regions) =>
        regions.Tree.Find(code) is { } region ? Listed(regions.Tree.ChildrenOf(region.Code), regions.Tree) : Problems.From(RegionErrors.NotFound);

    private static Results<Ok<IReadOnlyList<RegionResponse>>, ProblemHttpResult> PathTo(string code, IRegions regions) =>
        regions.Tree.Find(code) is { } region ? Listed(regions.Tree.PathTo(region.Code), regions.Tree) : Problems.From(RegionErrors.NotFound);

    private static Ok<IReadOnlyList<RegionResponse>> Listed(IEnumerable<Region> regions, RegionTree tree) =>
        TypedResults.Ok<IReadOnlyList<RegionResponse>>([.. regions.Select(r => Response(r, tree))]);

    private static RegionResponse Response(Region region, RegionTree tree)
    {
        var path = tree.PathTo(region.Code);
        var names = path.Length > 1 ? path.Skip(1) : path;
        var fullName = string.Concat(names.Select(r => r.Name));
        return new(region.Code.ToString(), region.Name, region.Level, region.Parent?.ToString(), fullName, tree.ChildrenOf(region.Code).Length);
    }
}
