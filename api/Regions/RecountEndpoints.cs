using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Rollup;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Regions;

/// <param name="Cell">Measure, version, class and argument.</param>
/// <param name="Shown">What the live figure said.</param>
/// <param name="Stored">What the stored contributions add up to.</param>
public sealed record DifferenceResponse(string Region, string Cell, long Shown, long Stored);

/// <param name="EndedAt">Null while it is under way.</param>
/// <param name="RegionsUndecided">Were being written all the while: neither right nor wrong.</param>
/// <param name="Differences">Cells that differed; must be 0.</param>
/// <param name="Examples">The first of them within the caller's area.</param>
public sealed record RecountRoundResponse(
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int RegionsCompared, int RegionsUndecided, int Differences, IReadOnlyList<DifferenceResponse> Examples);

/// <param name="Last">The last round over all regions that ended; null before there was one.</param>
/// <param name="Current">The round under way; null between rounds.</param>
/// <param name="Repairs">Regions that were built anew because they differed.</param>
public sealed record RecountResponse(RecountRoundResponse? Last, RecountRoundResponse? Current, long Repairs);

/// <summary>The recount that compares every live figure with the stored contributions all the time.</summary>
public static class RecountEndpoints
{
    public static void MapRecount(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/recount").WithTags("核对");
        group.MapGet("", Get).WithSummary("核对结果").Requires(Permission.Operate, Area.Own);
        group.MapPost("", Start).WithSummary("立即开始一轮核对").Requires(Permission.Operate, Area.Own);
    }

    private static async Task<Ok<RecountResponse>> Get(Caller caller, IGrainFactory grains) =>
        TypedResults.Ok(Response(await Recount(grains).GetAsync(), caller));

    private static async Task<Accepted<RecountResponse>> Start(Caller caller, IGrainFactory grains)
    {
        await Recount(grains).StartAsync();
        return TypedResults.Accepted("/api/v1/recount", Response(await Recount(grains).GetAsync(), caller));
    }

    private static IRecountGrain Recount(IGrainFactory grains) => grains.GetGrain<IRecountGrain>(IRecountGrain.Key);

    private static RecountResponse Response(RecountView view, Caller caller) => new(Round(view.Last, caller), Round(view.Current, caller), view.Repairs);

    private static RecountRoundResponse? Round(RecountRound? round, Caller caller) => round is null ? null : new(
        round.StartedAt, round.EndedAt, round.RegionsCompared, round.RegionsUndecided, round.Differences,
        [.. round.Examples.Where(d => caller.Covers(d.Region)).Select(d => new DifferenceResponse(d.Region.ToString(), d.Cell.ToString(), d.Shown, d.Stored))]);
}
