using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Statistics;

/// <summary>One consistent answer of a region: its children's vectors add up to the total.</summary>
/// <param name="AsOf">Every write committed before it is included.</param>
/// <param name="Day">The day at which ages stand.</param>
/// <param name="Children">In code order; none for a village.</param>
public sealed record RegionSums(
    RegionCode Region, RegionLevel Level, DateTimeOffset AsOf, DateOnly Day, CellVector Total, ImmutableArray<RegionVector> Children);

/// <summary>Figures as the regions hold them now.</summary>
public interface IRegionSums
{
    /// <returns>Null while the region cannot answer completely, or when there is no such region.</returns>
    ValueTask<RegionSums?> GetAsync(RegionCode region, CancellationToken ct);
}
