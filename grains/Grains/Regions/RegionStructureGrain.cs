using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Regions;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;

namespace FangFanPin.Grains.Regions;

/// <summary>Passes changes of the tree to the store, one after the other, and nudges the regions that are owed something by them.</summary>
[GrainType("region-structure")]
public sealed class RegionStructureGrain(
    IRegionStructureStore store, IVillageHouseholds households, IRegions regions, IGrainFactory grains, TimeProvider clock) : DatabaseGrain, IRegionStructureGrain
{
    /// <summary>Households that move at the same time.</summary>
    private const int AtOnce = 64;

    public async Task<RegionChangeAnswer> ApplyAsync(RegionChangeCommand command, CancellationToken ct)
    {
        if (await FindAsync(command, ct) is { } before) return before;
        await regions.RefreshAsync(ct);
        var moved = 0;
        if (command.Change is RegionChange.Merge merge && regions.Tree.Find(merge.Region)?.Level == RegionLevel.Village)
        {
            if (RegionDecision.Check(regions.Tree, merge) is { Count: > 0 } errors) return new RegionChangeAnswer { Errors = errors };
            (moved, var refused) = await EmptyAsync(merge, command);
            if (refused.Count > 0) return new RegionChangeAnswer { Errors = refused, HouseholdsMoved = moved };
        }
        var outcome = await store.ApplyAsync(command.Change, command.Actor.Account, ChinaTime.DayOf(clock.GetUtcNow()), new RegionCommandMark(command.CommandId, moved, command.Actor.Role), ct);
        if (!outcome.Ok) return new RegionChangeAnswer { Errors = outcome.Errors, HouseholdsMoved = moved };
        foreach (var region in outcome.Value!.Owing) grains.Region(region).NudgeAsync().Ignore();
        return new RegionChangeAnswer { Version = outcome.Value.Version, HouseholdsMoved = outcome.Value.HouseholdsMoved };
    }

    public async Task<RegionChangeAnswer?> FindAsync(RegionChangeCommand command, CancellationToken ct)
    {
        if (await store.FindAsync(command.CommandId, ct) is not { } done) return null;
        var again = done.Again(command.Change, command.Actor.Account);
        return again.Ok ? new RegionChangeAnswer { Version = again.Value!.Version, HouseholdsMoved = again.Value.HouseholdsMoved } : new RegionChangeAnswer { Errors = again.Errors };
    }

    public async Task<int> GatherStrandedAsync()
    {
        var moved = 0;
        if (await households.StrandedAsync(AtOnce, CancellationToken.None) is { Count: > 0 } stranded)
        {
            await regions.RefreshAsync(CancellationToken.None);
            var answers = await Task.WhenAll(stranded.Select(h => FollowAsync(h.Code, h.Village, h.Into, Guid.NewGuid(), Actor.System)));
            moved = answers.Count(a => a.Changed);
        }
        await households.ForgiveEndedAsync(CancellationToken.None);
        return moved;
    }

    /// <summary>Every household of a village that is to end goes to the one that takes its place.</summary>
    private async Task<(int Moved, IReadOnlyList<DomainError> Refused)> EmptyAsync(RegionChange.Merge merge, RegionChangeCommand command)
    {
        var (moved, after) = (0, "");
        while (await households.ReadAsync(merge.Region, after, AtOnce, CancellationToken.None) is { Count: > 0 } codes)
        {
            var answers = await Task.WhenAll(codes.Select(code =>
                FollowAsync(code, merge.Region, merge.Into, CommandContent.Derived(command.CommandId, code), command.Actor)));
            if (answers.FirstOrDefault(a => a.Errors.Count > 0) is { } refused) return (moved + answers.Count(a => a.Changed), refused.Errors);
            (moved, after) = (moved + answers.Count(a => a.Changed), codes[^1]);
        }
        return (moved, []);
    }

    private Task<CommandAnswer> FollowAsync(string code, RegionCode from, RegionCode into, Guid commandId, Actor actor) =>
        grains.Household(code).ExecuteAsync(new HouseholdCommand
        {
            CommandId = commandId,
            ExpectedVersion = null,
            Actor = actor,
            Change = new FollowVillage { FromVillage = from.ToString(), ToVillage = into.ToString() },
        });
}
