using System.Collections.Immutable;
using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Regions;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Regions;

public sealed record RenameRegionRequest(string Name);

/// <param name="Code">Of the new region, twelve digits, never used before.</param>
public sealed record CreateRegionRequest(string Code, string Name);

/// <param name="Parent">The region below which it stands from today on.</param>
public sealed record MoveRegionRequest(string Parent);

/// <param name="Into">The region of the same level that takes over what is below.</param>
public sealed record MergeRegionRequest(string Into);

/// <param name="Code">Of the new region beside the old one.</param>
/// <param name="Children">What goes over to the new region.</param>
public sealed record SplitRegionRequest(string Code, string Name, IReadOnlyList<string> Children);

/// <param name="Version">Number of the tree after the change.</param>
/// <param name="HouseholdsMoved">Households that moved because their village ended.</param>
public sealed record RegionChangedResponse(long Version, int HouseholdsMoved);

/// <summary>Changing the region tree. Figures of old parents and new follow by themselves.</summary>
public static class RegionChangeEndpoints
{
    public static void MapRegionChanges(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/regions/{code}").WithTags("行政区划");
        group.MapPost("/rename", RenameAsync).WithSummary("更名").Requires(Permission.ChangeRegions, Area.FromChangedRoute("code"));
        group.MapPost("/children", CreateAsync).WithSummary("新设下级区划").Requires(Permission.ChangeRegions, Area.FromChangedRoute("code"));
        group.MapPost("/move", MoveAsync).WithSummary("划转到另一上级").Requires(Permission.ChangeRegions, Area.FromChangedRoute("code"));
        group.MapPost("/merge", MergeAsync).WithSummary("并入同级区划").Requires(Permission.ChangeRegions, Area.FromChangedRoute("code"));
        group.MapPost("/split", SplitAsync).WithSummary("拆分").Requires(Permission.ChangeRegions, Area.FromChangedRoute("code"));
    }

    private static Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> RenameAsync(
        string code, RenameRegionRequest body, Changes changes, CancellationToken ct) =>
        changes.ApplyAsync([], codes => new RegionChange.Rename(codes[0], body.Name?.Trim() ?? ""), code, ct);

    private static Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> CreateAsync(
        string code, CreateRegionRequest body, Changes changes, CancellationToken ct) =>
        changes.ApplyAsync([body.Code], codes => new RegionChange.Create(codes[1], body.Name?.Trim() ?? "", codes[0]), code, ct);

    private static Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> MoveAsync(
        string code, MoveRegionRequest body, Changes changes, CancellationToken ct) =>
        changes.ApplyAsync([body.Parent], codes => new RegionChange.Move(codes[0], codes[1]), code, ct, leavesPlace: true);

    private static Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> MergeAsync(
        string code, MergeRegionRequest body, Changes changes, CancellationToken ct) =>
        changes.ApplyAsync([body.Into], codes => new RegionChange.Merge(codes[0], codes[1]), code, ct, leavesPlace: true);

    private static Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> SplitAsync(
        string code, SplitRegionRequest body, Changes changes, CancellationToken ct) =>
        changes.ApplyAsync(
            [body.Code, .. body.Children ?? []],
            codes => new RegionChange.Split(codes[0], codes[1], body.Name?.Trim() ?? "", codes[2..]), code, ct, leavesPlace: true);

    /// <summary>What every change of the tree needs of its request.</summary>
    internal sealed record Changes(Caller Caller, IGrainFactory Grains, IRegions Regions, Guid? CommandId)
    {
        private const int CodesMax = 200;

        public static async ValueTask<Changes?> BindAsync(HttpContext context)
        {
            await Task.CompletedTask;
            var key = context.Request.Headers["Idempotency-Key"];
            // Who gives no key does not mean to ask again.
            Guid? commandId = Guid.TryParse(key, out var id) && id != Guid.Empty ? id : key.Count == 0 ? Guid.NewGuid() : null;
            return Caller.Of(context) is not { } caller ? null : new Changes(
                caller, context.RequestServices.GetRequiredService<IGrainFactory>(), context.RequestServices.GetRequiredService<IRegions>(),
                commandId);
        }

        /// <param name="others">Codes in the body; those that exist must lie in the caller's area.</param>
        /// <param name="change">Of the codes: the path's first, then those of the body.</param>
        /// <param name="code">In the path.</param>
        /// <param name="ct">Ends the waiting, not the change.</param>
        /// <param name="leavesPlace">What stands above the region changes too, so the caller must be above it.</param>
        public async Task<Results<Ok<RegionChangedResponse>, ProblemHttpResult>> ApplyAsync(
            IReadOnlyList<string?> others, Func<ImmutableArray<RegionCode>, RegionChange> change, string code, CancellationToken ct, bool leavesPlace = false)
        {
            if (others.Count > CodesMax || others.Any(o => !RegionCode.TryParse(o, out _))) return Problems.From(AreaErrors.BadCode);
            ImmutableArray<RegionCode> codes = [RegionCode.Parse(code), .. others.Select(o => RegionCode.Parse(o!))];
            if (CommandId is not { } commandId) return Problems.From(HouseholdRequestErrors.KeyRequired);
            var command = new RegionChangeCommand { CommandId = commandId, Actor = Caller.ToActor(), Change = change(codes) };
            var structure = Grains.GetGrain<IRegionStructureGrain>(IRegionStructureGrain.Key);
            // A repeat first: of what it changed, nothing may stand any more where it stood.
            var answer = await structure.FindAsync(command, ct);
            if (answer is null && Outside(codes, leavesPlace) is { } error) return Problems.From(error);
            answer ??= await structure.ApplyAsync(command, ct);
            if (answer.Errors.Count > 0) return Problems.From(answer.Errors);
            await Regions.RefreshAsync(ct);
            return TypedResults.Ok(new RegionChangedResponse(answer.Version, answer.HouseholdsMoved));
        }

        private DomainError? Outside(ImmutableArray<RegionCode> codes, bool leavesPlace)
        {
            var tree = Regions.Tree;
            if (tree.Find(codes[0]) is not { } region) return RegionErrors.NotFound;
            if (leavesPlace && region.Parent is { } parent && !Caller.Covers(parent)) return AreaErrors.OutsideArea;
            return codes.Any(c => tree.Find(c) is not null && !Caller.Covers(c)) ? AreaErrors.OutsideArea : null;
        }
    }
}
