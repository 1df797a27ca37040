using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Sync;

/// <summary>已审定未录入 of one area.</summary>
/// <param name="Approved">Approved recognitions that are not confirmed by the national system.</param>
/// <param name="Late">Of these, approved more than seven days ago.</param>
/// <param name="Rank">From 1, the most late ones first; equal numbers share a rank.</param>
public sealed record NotInNational(Region Region, int Approved, int Late, int Rank);

/// <summary>Which areas have approved what the national system does not know. Pure.</summary>
public static class NotInNationalRanking
{
    /// <param name="level">Of the areas that are compared; those of other levels where the tree has none of that level are left out.</param>
    /// <returns>By rank, then by code; areas with nothing come last and are listed too.</returns>
    public static IReadOnlyList<NotInNational> Of(RegionTree tree, RegionCode within, RegionLevel level, IReadOnlyList<OpenTally> open)
    {
        var counts = new Dictionary<RegionCode, (int Approved, int Late)>();
        foreach (var tally in open.Where(t => t is { Kind: CaseKinds.Recognition, Step: CaseSteps.Booked }))
        {
            if (tree.PathTo(tally.Village).FirstOrDefault(r => r.Level == level) is not { } owner) continue;
            var (approved, late) = counts.GetValueOrDefault(owner.Code);
            counts[owner.Code] = (approved + tally.Count, late + tally.Lingering);
        }
        var areas = tree.All.Where(r => r.Level == level && tree.Contains(within, r.Code))
            .Select(r => (Region: r, Counts: counts.GetValueOrDefault(r.Code))).OrderByDescending(a => a.Counts.Late).ThenBy(a => a.Region.Code).ToList();
        var ranked = new List<NotInNational>(areas.Count);
        foreach (var (region, (approved, late)) in areas)
            ranked.Add(new NotInNational(region, approved, late, ranked.Count > 0 && ranked[^1].Late == late ? ranked[^1].Rank : ranked.Count + 1));
        return ranked;
    }
}
