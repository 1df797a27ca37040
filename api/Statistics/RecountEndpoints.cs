using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Statistics;

/// <param name="Differences">Cells that differ; anything but 0 is a defect.</param>
/// <param name="RegionsUndecided">Being written all the while, or not answering: neither right nor wrong.</param>
public sealed record RecountRoundResponse(
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int RegionsCompared, int RegionsUndecided, int Differences, IReadOnlyList<string> Examples);

/// <param name="Last">Null before the first round has ended.</param>
/// <param name="Current">Null between rounds.</param>
/// <param name="Repairs">Regions built anew because they differed: each is a defect.</param>
public sealed record RecountResponse(RecountRoundResponse? Last, RecountRoundResponse? Current, long Repairs);

/// <summary>The comparison of every live figure with the stored contributions. It is about the whole province, so its reader must be too.</summary>
public static class RecountEndpoints
{
    public static void MapRecount(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/recount").WithTags("核对");
        group.MapGet("", GetAsync).WithSummary("统计数据核对结果").Requires(Permission.Operate, Area.Whole);
        group.MapPost("", StartAsync).WithSummary("立即开始一轮核对").Requires(Permission.Operate, Area.Whole);
    }

    private static async Task<Ok<RecountResponse>> GetAsync(IGrainFactory grains)
    {
        var view = await Recount(grains).GetAsync();
        return TypedResults.Ok(new RecountResponse(Response(view.Last), Response(view.Current), view.Repairs));
    }

    private static async Task<Accepted> StartAsync(IGrainFactory grains)
    {
        await Recount(grains).StartAsync();
        return TypedResults.Accepted("/api/v1/recount");
    }

    private static IRecountGrain Recount(IGrainFactory grains) => grains.GetGrain<IRecountGrain>(IRecountGrain.Key);

    private static RecountRoundResponse? Response(RecountRound? round) => round is null ? null : new(
        round.StartedAt, round.EndedAt, round.RegionsCompared, round.RegionsUndecided, round.Differences, [.. round.Examples.Select(e => e.ToString())]);
}
