using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Statistics;

/// <summary>Bounds of the statistics' HTTP side.</summary>
public sealed class StatisticsOptions
{
    /// <summary>Rendered tables kept, in bytes.</summary>
    public long RenderedBytesMax { get; set; } = 128 * 1024 * 1024;

    /// <summary>For how long a region's word is good for further requests; zero asks for every one.</summary>
    public TimeSpan StampsKept { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Open event streams of this process.</summary>
    public int StreamsMax { get; set; } = 500;

    /// <summary>How often a stream looks for a change: at most so often it sends one.</summary>
    public TimeSpan StreamLooksEvery { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Silence after which a stream says that it lives.</summary>
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>After this a stream ends and the client connects anew, with the permissions of then.</summary>
    public TimeSpan StreamLife { get; set; } = TimeSpan.FromMinutes(30);
}

/// <summary>A rendered table and what it was rendered from.</summary>
/// <param name="Body">See <see cref="StatisticJson.Rest"/>.</param>
internal sealed record Rendered(long Epoch, long Change, DateOnly Day, long TreeVersion, byte[] Body)
{
    /// <summary>At least as new as a region's word: that may be a few milliseconds older than the table that another request has made since.</summary>
    public bool IsOf(FigureStamp stamp, long treeVersion) =>
        (Epoch == stamp.Epoch ? Change >= stamp.Change : Epoch > stamp.Epoch) && Day >= stamp.Day && treeVersion == TreeVersion;
}

/// <summary>An answer: the moment up to which it is complete, and the table.</summary>
internal readonly record struct StatisticAnswer(DateTimeOffset AsOf, Rendered Table);

/// <summary>
/// Tables rendered once per state of the figures. Every request first has the region's stamp (<see cref="StampDesk"/>) and gets only a table at least as new,
/// so an answer is never older than the region was <see cref="StatisticsOptions.StampsKept"/> before; what is saved is the table, not the question.
/// </summary>
internal sealed class RenderedStatistics : IDisposable
{
    private const int Stripes = 64;
    private const int EntryOverheadBytes = 256;
    private readonly GrainSums sums;
    private readonly IRegions regions;
    private readonly MemoryCache tables;
    private readonly SemaphoreSlim[] rendering = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];

    public RenderedStatistics(GrainSums sums, IRegions regions, IOptions<StatisticsOptions> options)
    {
        (this.sums, this.regions) = (sums, regions);
        tables = new MemoryCache(new MemoryCacheOptions { SizeLimit = options.Value.RenderedBytesMax });
    }

    /// <returns>Null while the region cannot answer completely.</returns>
    public async ValueTask<StatisticAnswer?> GetAsync(Region region, StatisticQuery query, CancellationToken ct)
    {
        var key = (region.Code, query.Key);
        var stamp = await sums.StampAsync(region);
        if (!stamp.Complete) return null;
        if (Kept(key, stamp) is { } table) return new StatisticAnswer(stamp.AsOf, table);

        var turn = rendering[(uint)key.GetHashCode() % Stripes];
        await turn.WaitAsync(ct);
        try
        {
            stamp = await sums.StampAsync(region); // somebody may have rendered it while this request waited for its turn
            if (!stamp.Complete) return null;
            return Kept(key, stamp) is { } meanwhile ? new StatisticAnswer(stamp.AsOf, meanwhile) : await RenderAsync(region, query, key);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        tables.Dispose();
        foreach (var turn in rendering) turn.Dispose();
    }

    private Rendered? Kept((RegionCode, string) key, FigureStamp stamp) =>
        tables.TryGetValue(key, out Rendered? table) && table!.IsOf(stamp, regions.Tree.Version) ? table : null;

    private async Task<StatisticAnswer?> RenderAsync(Region region, StatisticQuery query, (RegionCode, string) key)
    {
        var tree = regions.Tree;
        var figures = await sums.FiguresAsync(region);
        var stamp = figures.Stamp;
        if (!stamp.Complete) return null;
        var body = StatisticJson.Rest(TableOf(GrainSums.Of(region, figures, tree), region, query), region);
        var table = new Rendered(stamp.Epoch, stamp.Change, stamp.Day, tree.Version, body);
        tables.Set(key, table, new MemoryCacheEntryOptions { Size = body.Length + EntryOverheadBytes });
        return new StatisticAnswer(stamp.AsOf, table);
    }

    internal static StatisticTable TableOf(RegionSums figures, Region region, StatisticQuery query) =>
        StatisticTable.Of(query, new RegionVector(region.Code, region.Name, figures.Total), figures.Children, figures.Day);
}
