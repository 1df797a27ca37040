using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace FangFanPin.Domain.Regions;

/// <summary>
/// The villages below a region as few ranges of codes, so that a list in code order is one walk along an index. Made from the tree, not
/// from prefixes: where another region's village lies between, a range ends.
/// </summary>
public static class VillageRanges
{
    private static readonly ConditionalWeakTable<RegionTree, Known> KnownOf = [];

    /// <summary>Every list asks for the ranges of its region, and those of the province take the whole tree to find.</summary>
    private sealed class Known(RegionTree tree)
    {
        private readonly RegionCode[] sorted = [.. tree.All.Where(r => r.Level == RegionLevel.Village).Select(r => r.Code).Order()];
        private readonly ConcurrentDictionary<RegionCode, IReadOnlyList<(RegionCode From, RegionCode To)>> ranges = new();

        /// <summary>Codes that are no region must not fill the memory.</summary>
        public IReadOnlyList<(RegionCode From, RegionCode To)> Of(RegionTree all, RegionCode region) =>
            all.Find(region) is null ? [] : ranges.GetOrAdd(region, code => Find(all, sorted, code));
    }

    /// <summary>Ascending, not overlapping, bounds included; empty when there is no village below.</summary>
    public static IReadOnlyList<(RegionCode From, RegionCode To)> Below(RegionTree tree, RegionCode region) =>
        KnownOf.GetValue(tree, t => new Known(t)).Of(tree, region);

    private static IReadOnlyList<(RegionCode From, RegionCode To)> Find(RegionTree tree, RegionCode[] all, RegionCode region)
    {
        var ranges = new List<(RegionCode From, RegionCode To)>();
        var last = -2;
        foreach (var village in tree.VillagesBelow(region).Select(r => r.Code).Order())
        {
            var at = Array.BinarySearch(all, village);
            if (at == last + 1 && ranges.Count > 0) ranges[^1] = (ranges[^1].From, village);
            else ranges.Add((village, village));
            last = at;
        }
        return ranges;
    }
}
