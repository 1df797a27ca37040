using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>A cell in which a live figure and the recount disagree.</summary>
/// <param name="Region">Whose figure.</param>
/// <param name="Shown">What the region above it holds for it.</param>
/// <param name="Stored">What the recount says.</param>
public sealed record RecountDifference(RegionCode Region, Cell Cell, long Shown, long Stored)
{
    /// <summary>Every cell that differs; a region that only one side knows counts as empty on the other.</summary>
    public static IReadOnlyList<RecountDifference> Between(
        IReadOnlyDictionary<RegionCode, CellVector> shown, IReadOnlyDictionary<RegionCode, CellVector> stored) =>
        [.. shown.Keys.Union(stored.Keys).Order().SelectMany(region => Between(
            region, shown.GetValueOrDefault(region, CellVector.Empty), stored.GetValueOrDefault(region, CellVector.Empty)))];

    private static IEnumerable<RecountDifference> Between(RegionCode region, CellVector shown, CellVector stored) =>
        shown.Diff(stored).Select(cell => new RecountDifference(region, cell.Key, shown[cell.Key], stored[cell.Key]));
}
