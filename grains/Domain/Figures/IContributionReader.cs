using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Figures;

/// <summary>What one household adds to its village's figures, as stored beside it.</summary>
/// <param name="Code">户编号.</param>
/// <param name="HeadName">As stored, unmasked; null when empty.</param>
public sealed record HouseholdContribution(RegionCode Village, string Code, CellVector Vector, string? HeadName);

/// <summary>Where in the order (village, household code) reading goes on: after this household.</summary>
public readonly record struct ContributionPlace(RegionCode Village, string Code);

/// <summary>Reads the stored contributions of households, which villages add up.</summary>
public interface IContributionReader
{
    /// <summary>Households of some villages that add anything at all, by village and household code, bytewise.</summary>
    /// <param name="villages">A few dozen: the villages of one town.</param>
    /// <param name="after">Null = from the beginning.</param>
    /// <param name="limit">At most so many; fewer mean that there are no more.</param>
    /// <param name="ct">Stops the statement.</param>
    Task<IReadOnlyList<HouseholdContribution>> ReadAsync(
        IReadOnlyCollection<RegionCode> villages, ContributionPlace? after, int limit, CancellationToken ct = default);
}
