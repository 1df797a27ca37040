namespace FangFanPin.Domain.Regions;

/// <summary>Writes changes of the tree; each is one transaction with the new epochs and the debts that it makes (rule 6).</summary>
public interface IRegionStructureStore
{
    /// <summary>Decides on the newest tree and writes.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="actor">Account that asks, for the record.</param>
    /// <param name="today">First day on which it holds.</param>
    /// <param name="command">Under which key it is asked for, by a person; null for the system's own.</param>
    /// <param name="ct">Before the transaction begins.</param>
    /// <returns>The regions that are owed something now: nudge them; what was done before under this key is answered as then. Errors of <see cref="RegionErrors"/>; nothing is changed then.</returns>
    Task<Outcome<RegionChanged>> ApplyAsync(RegionChange change, string actor, DateOnly today, RegionCommandMark? command = null, CancellationToken ct = default);

    /// <summary>What was done under a key; null when nothing was.</summary>
    Task<RegionChangeDone?> FindAsync(Guid commandId, CancellationToken ct = default);
}

/// <summary>What a change did.</summary>
/// <param name="Version">Number of the change.</param>
/// <param name="Owing">Regions with a structure debt from it.</param>
/// <param name="HouseholdsMoved">As the command that did it said.</param>
public sealed record RegionChanged(long Version, IReadOnlyList<Region> Owing, int HouseholdsMoved);

/// <param name="HouseholdsMoved">Households that moved for the command before the tree is changed.</param>
/// <param name="Role">Of whoever asks, for the audit.</param>
public sealed record RegionCommandMark(Guid CommandId, int HouseholdsMoved, string Role = "");

/// <summary>A change as the journal has it.</summary>
public sealed record RegionChangeDone(long Version, string Actor, RegionChange Change, int HouseholdsMoved)
{
    /// <returns>The same answer again, or that the key belongs to something else.</returns>
    public Outcome<RegionChanged> Again(RegionChange change, string actor) =>
        actor == Actor && Change.SameAs(change) ? new RegionChanged(Version, [], HouseholdsMoved) : RegionErrors.CommandReused;
}
