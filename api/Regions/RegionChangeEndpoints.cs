using System.Security.Cryptography;
using System.Text;
using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Regions;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Regions;

/// <param name="Kind">rename, create, move, merge or split.</param>
/// <param name="Region">The region that changes; for create the new code.</param>
/// <param name="Name">For rename, create and split.</param>
/// <param name="Parent">For create and move: the (new) parent.</param>
/// <param name="Into">For merge: which region takes its place.</param>
/// <param name="NewRegion">For split: the code of the new region.</param>
/// <param name="Children">For split: what goes to the new region; none for a village.</param>
public sealed record RegionChangeRequest(
    string? Kind, string? Region, string? Name = null, string? Parent = null, string? Into = null, string? NewRegion = null, IReadOnlyList<string>? Children = null);

/// <param name="Version">Number of the tree that the change made.</param>
/// <param name="HouseholdsMoved">Households that moved out of a village that was merged.</param>
public sealed record RegionChangeResponse(long Version, int HouseholdsMoved);

/// <summary>Commands on the region tree; every figure follows them by itself.</summary>
public static class RegionChangeEndpoints
{
    private static readonly DomainError Malformed = new("region.change-malformed", "变更内容不完整:须有 kind、区划代码及该变更所需的字段。");

    public static void MapRegionChanges(this IEndpointRouteBuilder api) => api.MapGroup("/regions").WithTags("行政区划")
        .MapPost("/changes", Change).WithSummary("更名、新设、移动、合并、拆分").Requires(Permission.ChangeRegions, Area.InBody);

    private static async Task<Results<Ok<RegionChangeResponse>, ProblemHttpResult>> Change(
        RegionChangeRequest body, HttpContext context, Caller caller, IGrainFactory grains, CancellationToken ct)
    {
        if (Parsed(body) is not { } change) return Problems.From(Malformed);
        if (!Touched(change, caller).All(caller.Covers)) return Problems.From(AreaErrors.OutsideArea);
        var answer = await grains.GetGrain<IRegionStructureGrain>(IRegionStructureGrain.Key).ApplyAsync(
            new RegionChangeCommand
            {
                CommandId = IdOf(context, caller),
                Actor = new Actor(caller.Name, caller.DisplayName, caller.RoleNames.FirstOrDefault() ?? "", caller.Region.ToString()),
                Change = change,
            },
            ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors);
        return TypedResults.Ok(new RegionChangeResponse(answer.Version, answer.HouseholdsMoved));
    }

    private static RegionChange? Parsed(RegionChangeRequest body)
    {
        if (!RegionCode.TryParse(body.Region, out var region)) return null;
        var name = body.Name?.Trim() ?? "";
        return body.Kind switch
        {
            "rename" => new RegionChange.Rename(region, name),
            "create" => RegionCode.TryParse(body.Parent, out var parent) ? new RegionChange.Create(region, name, parent) : null,
            "move" => RegionCode.TryParse(body.Parent, out var parent) ? new RegionChange.Move(region, parent) : null,
            "merge" => RegionCode.TryParse(body.Into, out var into) ? new RegionChange.Merge(region, into) : null,
            "split" => Split(region, name, body),
            _ => null,
        };
    }

    private static RegionChange.Split? Split(RegionCode region, string name, RegionChangeRequest body)
    {
        var children = (body.Children ?? []).Select(c => RegionCode.TryParse(c, out var code) ? code : (RegionCode?)null).ToList();
        return RegionCode.TryParse(body.NewRegion, out var made) && !children.Contains(null)
            ? new RegionChange.Split(region, made, name, [.. children.Select(c => c!.Value)])
            : null;
    }

    /// <summary>Who moves or merges a region must cover where it was as well as where it goes; the caller's own region cannot be moved away from above it.</summary>
    private static IEnumerable<RegionCode> Touched(RegionChange change, Caller caller) => change switch
    {
        RegionChange.Rename(var code, _) => [code],
        RegionChange.Create(_, _, var parent) => [parent],
        RegionChange.Move(var code, var parent) => code == caller.Region ? [default] : [code, parent],
        RegionChange.Merge(var code, var into) => code == caller.Region ? [default] : [code, into],
        RegionChange.Split split => split.Region == caller.Region ? [default] : [split.Region],
        _ => [default],
    };

    /// <summary>The same key of the same account is the same command.</summary>
    private static Guid IdOf(HttpContext context, Caller caller) => context.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } key]
        ? new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"region\n{caller.Name}\n{key}"))[..16])
        : Guid.NewGuid();
}
