using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;

namespace FangFanPin.Grains.Rollup;

/// <summary>Compares what one region shows for its children with what stands behind them: a town's villages with their rows, others with their children's own totals.</summary>
/// <remarks>
/// Figures move while they are compared, so a difference counts only when what stands behind was the same before and after the figure was
/// read, and nothing was owed below in between: then every write that was seen had already been carried up.
/// </remarks>
internal sealed class RecountComparison(IRollupStore store, IRegions regions, IGrainFactory grains)
{
    private const int AttemptsMax = 5;

    /// <summary>Longer than an answer about open debts may be old.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1200);

    /// <returns>Null: could not be decided now.</returns>
    public async Task<IReadOnlyList<RecountDifference>?> CompareAsync(Region region)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            if (await TryAsync(region) is { } decided) return decided;
            if (attempt < AttemptsMax) await Task.Delay(Pause);
        }
        return null;
    }

    private async Task<IReadOnlyList<RecountDifference>?> TryAsync(Region region)
    {
        var before = await BehindAsync(region);
        if (before is null || await ShownAsync(region) is not { } early) return null;
        if (RecountDifference.Between(early, before).Count == 0) return [];

        await Task.Delay(Pause); // what is said to be owed from here on was read after the rows were
        var debts = await store.OpenDebtsAsync(CancellationToken.None);
        if (debts.AsOf(region.Code) < debts.At || await ShownAsync(region) is not { } shown) return null;
        var after = await BehindAsync(region);
        return after is null || RecountDifference.Between(before, after).Count > 0 ? null : RecountDifference.Between(shown, after);
    }

    private async Task<IReadOnlyDictionary<RegionCode, CellVector>?> ShownAsync(Region region)
    {
        var figures = await grains.Region(region).GetFiguresAsync();
        return figures.Stamp.Complete ? figures.Children.ToDictionary(c => c.Region, c => c.Vector) : null;
    }

    private async Task<IReadOnlyDictionary<RegionCode, CellVector>?> BehindAsync(Region region)
    {
        if (region.Level == RegionLevel.Town)
        {
            var rows = await store.ReadChildrenAsync(region.Code, region.Level, CancellationToken.None);
            return rows.Children.ToDictionary(c => c.Region, c => c.Known ?? CellVector.Empty);
        }
        var children = regions.Tree.ChildrenOf(region.Code);
        var figures = await Task.WhenAll(children.Select(c => grains.Region(c).GetFiguresAsync()));
        if (figures.Any(f => !f.Stamp.Complete)) return null;
        return children.Zip(figures).ToDictionary(c => c.First.Code, c => c.Second.Total);
    }
}
