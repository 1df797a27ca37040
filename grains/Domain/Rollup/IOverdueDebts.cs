using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>Debts that nobody seems to be carrying.</summary>
public interface IOverdueDebts
{
    /// <summary>Regions that have owed for longer than <paramref name="age"/>, those who have owed longest first.</summary>
    Task<IReadOnlyList<RegionCode>> ReadAsync(TimeSpan age, int limit, CancellationToken ct);

    /// <summary>All open debts, young ones included.</summary>
    Task<long> CountAsync(CancellationToken ct);
}

/// <summary>Households whose contribution changes by itself.</summary>
public interface IDueHouseholds
{
    /// <summary>Households of one shard that are due up to and with <paramref name="day"/>, longest waiting first.</summary>
    /// <param name="day">In Asia/Shanghai.</param>
    /// <param name="shard">From 0 to below <paramref name="shards"/>; a household is always in the same one.</param>
    /// <param name="shards">A power of two.</param>
    /// <param name="after">The last one of the batch before; null from the beginning.</param>
    /// <param name="limit">At most so many; fewer mean that there are no more.</param>
    /// <param name="ct">Stops the statement.</param>
    Task<IReadOnlyList<DueHousehold>> ReadAsync(DateOnly day, int shard, int shards, DueHousehold? after, int limit, CancellationToken ct);
}

public sealed record DueHousehold(string Code, DateOnly Due);
