using System.Collections.Frozen;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>The database side of the roll-up. Requests of many regions of one silo are gathered into few statements; each answer is of one snapshot.</summary>
/// <remarks>Throws <see cref="TimeoutException"/> or <see cref="IOException"/> when the database does not answer; never a driver's exception.</remarks>
public interface IRollupStore
{
    /// <summary>Commits epoch + 1. Null: the region does not exist (any more).</summary>
    Task<EpochGrant?> TakeEpochAsync(RegionCode region, CancellationToken ct);

    Task<VillageSnapshot> ReadVillageAsync(RegionCode village, CancellationToken ct);

    /// <summary>For a town with its villages' vectors, summed from the rows of the same snapshot.</summary>
    Task<ChildrenSnapshot> ReadChildrenAsync(RegionCode region, RegionLevel level, CancellationToken ct);

    Task<OwnSnapshot> ReadOwnAsync(RegionCode region, CancellationToken ct);

    /// <summary>Rule 2 and 3: deletes debts up to their versions if every step of the path is current and is the tree's path.</summary>
    Task<SettlementResult> SettleAsync(Settlement settlement, CancellationToken ct);

    /// <summary>What was open at one moment; at most a second old.</summary>
    Task<OpenDebts> OpenDebtsAsync(CancellationToken ct);
}

/// <summary>The debts of all regions at one moment.</summary>
/// <param name="At">The database's clock when they were read: a write committed before it was either settled or is listed.</param>
/// <param name="OldestBelow">Per region with open debts, its own or below it, the moment of the oldest one.</param>
/// <param name="WorkedOffTo">The last day for which no household waits to be recomputed; null when none waits at all.</param>
public sealed record OpenDebts(DateTimeOffset At, FrozenDictionary<RegionCode, DateTimeOffset> OldestBelow, DateOnly? WorkedOffTo)
{
    /// <summary>Every write committed before this moment is in the region's figure, if the figure is read after the debts were.</summary>
    public DateTimeOffset AsOf(RegionCode region) => OldestBelow.TryGetValue(region, out var oldest) && oldest < At ? oldest : At;
}
