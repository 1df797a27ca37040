using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>The statements of the protocol. Requests of many regions of one process are gathered into few statements.</summary>
public interface IRollupStore
{
    /// <summary>Commits epoch + 1. Null: no such region (any more).</summary>
    Task<EpochGrant?> TakeEpochAsync(RegionCode region, CancellationToken ct = default);

    /// <summary>Rows and debts of a village in one snapshot.</summary>
    Task<VillageSnapshot> ReadVillageAsync(RegionCode village, CancellationToken ct = default);

    /// <summary>Children, their epochs and the region's own debts in one snapshot; for a town with its villages' vectors.</summary>
    Task<ChildrenSnapshot> ReadChildrenAsync(RegionCode region, RegionLevel level, CancellationToken ct = default);

    /// <summary>The region's own epoch row and debts.</summary>
    Task<OwnSnapshot> ReadOwnAsync(RegionCode region, CancellationToken ct = default);

    /// <summary>Deletes debts if the whole path is current.</summary>
    Task<SettlementResult> SettleAsync(Settlement settlement, CancellationToken ct = default);

    /// <summary>The database's clock, what is still owed and the day of the figures, in one snapshot.</summary>
    Task<RollupMoment> ReadMomentAsync(CancellationToken ct = default);
}

/// <summary>What is open at one moment.</summary>
/// <param name="Now">The database's clock at the snapshot.</param>
/// <param name="OldestDebts">Per region that owes: when the oldest write was made that it still has to carry up.</param>
/// <param name="OwedRows">Open debts in all.</param>
/// <param name="NextDue">First day that some household's contribution still waits for; null: none before <paramref name="Now"/>'s tomorrow.</param>
public sealed record RollupMoment(
    DateTimeOffset Now, IReadOnlyDictionary<RegionCode, DateTimeOffset> OldestDebts, long OwedRows, DateOnly? NextDue);
