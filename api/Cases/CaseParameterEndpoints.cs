using FangFanPin.Api.Shared;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <summary>Days per step of a county: their sum stays within fifteen, publicity at five or more.</summary>
public static class CaseParameterEndpoints
{
    private static readonly Domain.DomainError NoCounty = new("case.county.not-found", "没有这个县。", "county");

    public static void MapCaseParameters(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/case-parameters").WithTags("业务办理");
        group.MapGet("/{county}", Get).WithSummary("一县的办理时限").Requires(Permission.ReadCases, Area.FromRoute("county"));
        group.MapPut("/{county}", Put).WithSummary("调整一县的办理时限").Requires(Permission.ConfigureCases, Area.FromRoute("county"));
    }

    private static async Task<Results<Ok<CaseParameters>, ProblemHttpResult>> Get(string county, IRegions regions, ICaseParameters parameters, CancellationToken ct) =>
        regions.Tree.Find(county) is { Level: <= RegionLevel.County } ? TypedResults.Ok(await parameters.ForAsync(county, ct)) : Problems.From(NoCounty);

    private static async Task<Results<Ok<CaseParameters>, ProblemHttpResult>> Put(string county, CaseParameters body, Caller caller, IRegions regions, ICaseParameters parameters, CancellationToken ct)
    {
        if (regions.Tree.Find(county) is not { Level: <= RegionLevel.County }) return Problems.From(NoCounty);
        if (body.Check() is { Count: > 0 } faults) return Problems.From(faults);
        await parameters.SetAsync(county, body, caller.ToActor(), ct);
        return TypedResults.Ok(body);
    }
}
