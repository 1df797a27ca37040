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
    IRegionStructureStore store, IVillageHouseholds households, IRegions regions, IGrainFactory grains, TimeProvider clock) : Grain, IRegionStructureGrain
{
    /// <summary>Households that move at the same time.</summary>
    private const int AtOnce = 64;

    public async Task<RegionChangeAnswer> ApplyAsync(RegionChangeCommand command, CancellationToken ct)
    {
        await regions.RefreshAsync(ct);
        var moved = 0;
        if (command.Change is RegionChange.Merge merge && regions.Tree.Find(merge.Region)?.Level == RegionLevel.Village)
        {
            if (RegionDecision.Check(regions.Tree, merge) is { Count: > 0 } errors) return new RegionChangeAnswer { Errors = errors };
            (moved, var refused) = await EmptyAsync(merge, command);
            if (refused.Count > 0) return new RegionChangeAnswer { Errors = refused, HouseholdsMoved = moved };
        }
        var outcome = await store.ApplyAsync(command.Change, command.Actor.Account, ChinaTime.DayOf(clock.GetUtcNow()), ct);
        if (!outcome.Ok) return new RegionChangeAnswer { Errors = outcome.Errors, HouseholdsMoved = moved };
        foreach (var region in outcome.Value!.Owing) grains.Region(region).NudgeAsync().Ignore();
        return new RegionChangeAnswer { Version = outcome.Value.Version, HouseholdsMoved = moved };
    }

    /// <summary>Moves every household of a village that is to end; deregistered ones stay with its code.</summary>
    private async Task<(int Moved, IReadOnlyList<DomainError> Refused)> EmptyAsync(RegionChange.Merge merge, RegionChangeCommand command)
    {
        var (moved, after) = (0, "");
        while (await households.ReadAsync(merge.Region, after, AtOnce, CancellationToken.None) is { Count: > 0 } codes)
        {
            var answers = await Task.WhenAll(codes.Select(code => MoveAsync(code, merge, command)));
            if (answers.FirstOrDefault(a => a.Errors.Count > 0) is { } refused) return (moved + answers.Count(a => a.Changed), refused.Errors);
            (moved, after) = (moved + codes.Count, codes[^1]);
        }
        return (moved, []);
    }

    private Task<CommandAnswer> MoveAsync(string code, RegionChange.Merge merge, RegionChangeCommand command) =>
        grains.Household(code).ExecuteAsync(new HouseholdCommand
        {
            CommandId = CommandContent.Derived(command.CommandId, code),
            ExpectedVersion = null,
            Actor = command.Actor,
            Change = new MoveHousehold { ToVillage = merge.Into.ToString() },
        });
}
