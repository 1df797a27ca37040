using System.Collections.Concurrent;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Statistics;

/// <summary>Figures from the regions' grains, named by this process's copy of the tree.</summary>
internal sealed class GrainSums : IRegionSums
{
    private readonly IGrainFactory grains;
    private readonly IRegions regions;

    /// <summary>Making a reference looks at attributes each time, which is half the cost of a call inside one process.</summary>
    private readonly ConcurrentDictionary<RegionKey, IRegionGrain> references = new();
    private readonly StampDesk stamps;

    public GrainSums(IGrainFactory grains, IRegions regions, IOptions<StatisticsOptions> options)
    {
        (this.grains, this.regions) = (grains, regions);
        stamps = new StampDesk(region => GrainOf(region).GetStampAsync(), options.Value.StampsKept);
    }

    public async ValueTask<RegionSums?> GetAsync(RegionCode region, CancellationToken ct)
    {
        var tree = regions.Tree;
        if (tree.Find(region) is not { } found) return null;
        var figures = await GrainOf(found).GetFiguresAsync().WaitAsync(ct);
        return figures.Stamp.Complete ? Of(found, figures, tree) : null;
    }

    public Task<FigureStamp> StampAsync(Region region) => stamps.GetAsync(region);

    public Task<RegionFigures> FiguresAsync(Region region) => GrainOf(region).GetFiguresAsync();

    /// <summary>
    /// A child that has no figure yet stands with zeros; one that the copy of the tree does not know stands under its code, so that rows add up.
    /// </summary>
    public static RegionSums Of(Region region, RegionFigures figures, RegionTree tree)
    {
        var vectors = figures.Children.ToDictionary(c => c.Region, c => c.Vector);
        var codes = tree.ChildrenOf(region.Code).Select(c => c.Code).Concat(vectors.Keys).Distinct().Order();
        return new RegionSums(
            region.Code, region.Level, figures.Stamp.AsOf, figures.Stamp.Day, figures.Total,
            [.. codes.Select(code => new RegionVector(code, tree.Find(code)?.Name ?? code.ToString(), vectors.GetValueOrDefault(code, CellVector.Empty)))]);
    }

    private IRegionGrain GrainOf(Region region) =>
        references.GetOrAdd(RegionKey.Of(region), static (key, factory) => factory.Region(key), grains);
}
