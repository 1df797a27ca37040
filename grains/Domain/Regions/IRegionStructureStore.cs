namespace FangFanPin.Domain.Regions;

/// <summary>Writes changes of the tree; each is one transaction with the new epochs and the debts that it makes (rule 6).</summary>
public interface IRegionStructureStore
{
    /// <summary>Decides on the newest tree and writes.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="actor">Account that asks, for the record.</param>
    /// <param name="today">First day on which it holds.</param>
    /// <param name="ct">Before the transaction begins.</param>
    /// <returns>The regions that are owed something now: nudge them. Errors of <see cref="RegionErrors"/>; nothing is changed then.</returns>
    Task<Outcome<RegionChanged>> ApplyAsync(RegionChange change, string actor, DateOnly today, CancellationToken ct = default);
}

/// <summary>What a change did.</summary>
/// <param name="Version">Number of the change.</param>
/// <param name="Owing">Regions with a structure debt from it.</param>
public sealed record RegionChanged(long Version, IReadOnlyList<Region> Owing);
