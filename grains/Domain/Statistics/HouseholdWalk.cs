using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Statistics;

/// <summary>One household behind a figure.</summary>
/// <param name="Count">What it adds to the figure.</param>
public sealed record HouseholdPart(RegionCode Village, string Code, string? HeadName, long Count);

/// <param name="Total">The figure.</param>
/// <param name="Next">Null when this page is the last.</param>
public sealed record HouseholdPage(DateTimeOffset AsOf, DateOnly Day, long Total, IReadOnlyList<HouseholdPart> Parts, ContributionPlace? Next);

/// <summary>
/// From a figure to its households: down the tree in code order, only into children whose vectors hold the cells, then through the rows of a town's villages.
/// Only places that have something are visited, so a page costs at most as many reads as it has households.
/// </summary>
/// <param name="figures">What regions answer.</param>
/// <param name="contributions">What households add.</param>
/// <param name="pathOf">Ancestors of a village and itself, by the tree of now.</param>
public sealed class HouseholdWalk(IRegionSums figures, IContributionReader contributions, Func<RegionCode, IReadOnlyCollection<RegionCode>> pathOf)
{
    /// <summary>Rows of one read: about a town's.</summary>
    private const int RowsPerRead = 1000;

    /// <returns>Null while some region on the way cannot answer.</returns>
    public async Task<HouseholdPage?> PageAsync(
        RegionCode region, Func<DateOnly, Selection> selectionOn, ContributionPlace? after, int limit, CancellationToken ct)
    {
        if (await figures.GetAsync(region, ct) is not { } top) return null;
        var selection = selectionOn(top.Day);
        var page = new Page(selection, limit + 1, after, after is { } place ? [.. pathOf(place.Village)] : []);
        if (!await VisitAsync(top, page, ct)) return null;
        var more = page.Parts.Count > limit;
        var parts = more ? page.Parts.GetRange(0, limit) : page.Parts;
        return new HouseholdPage(top.AsOf, top.Day, selection.In(top.Total), parts, more ? new ContributionPlace(parts[^1].Village, parts[^1].Code) : null);
    }

    private async Task<bool> VisitAsync(RegionSums region, Page page, CancellationToken ct)
    {
        if (page.Selection.In(region.Total) == 0) return true;
        if (region.Level >= RegionLevel.Town)
        {
            await ReadAsync(region, page, ct);
            return true;
        }
        foreach (var child in page.Open(region.Children))
        {
            if (page.IsFull) break;
            if (await figures.GetAsync(child, ct) is not { } below || !await VisitAsync(below, page, ct)) return false;
        }
        return true;
    }

    private async Task ReadAsync(RegionSums region, Page page, CancellationToken ct)
    {
        IReadOnlyList<RegionCode> villages = region.Level == RegionLevel.Village ? [region.Region] : page.Open(region.Children);
        var after = page.Path.Contains(region.Region) ? page.After : null;
        while (villages.Count > 0 && !page.IsFull)
        {
            var rows = await contributions.ReadAsync(villages, after, RowsPerRead, ct);
            foreach (var row in rows) page.Take(row);
            if (rows.Count < RowsPerRead) return;
            after = new ContributionPlace(rows[^1].Village, rows[^1].Code);
        }
    }

    private sealed class Page(Selection selection, int limit, ContributionPlace? after, HashSet<RegionCode> path)
    {
        public Selection Selection => selection;
        public ContributionPlace? After => after;
        public HashSet<RegionCode> Path => path;
        public List<HouseholdPart> Parts { get; } = [];
        public bool IsFull => Parts.Count >= limit;

        /// <summary>Children that hold something, without those that were finished before <see cref="After"/>: those in front of the one on its path.</summary>
        public IReadOnlyList<RegionCode> Open(IReadOnlyCollection<RegionVector> children)
        {
            var from = children.Select(c => c.Code).FirstOrDefault(path.Contains);
            return [.. children.Where(c => c.Code.CompareTo(from) >= 0 && selection.In(c.Vector) != 0).Select(c => c.Code)];
        }

        public void Take(HouseholdContribution row)
        {
            if (!IsFull && selection.In(row.Vector) is not 0 and var count) Parts.Add(new(row.Village, row.Code, row.HeadName, count));
        }
    }
}
