using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Freshness;

/// <summary>Asks the province again and again and notes when each answer first contained what.</summary>
internal sealed class ProvinceObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);
    private readonly IRegionGrain province;
    private readonly Dictionary<int, long> baseline;
    private readonly long membersBefore;
    private readonly ConcurrentDictionary<int, long> markerAt = [];
    private readonly List<long> countAt = [];
    private readonly CancellationTokenSource stop = new();
    private Task looking = Task.CompletedTask;
    private int looks;

    private readonly RegionCode? but;

    private ProvinceObserver(IRegionGrain province, RegionCode? but, CellVector before)
    {
        (this.province, this.but) = (province, but);
        (membersBefore, baseline) = (PartyMembers(before), Recognitions(before));
    }

    /// <param name="CountAt">When the n-th party member more was in the answer.</param>
    internal sealed record Seen(IReadOnlyDictionary<int, long> MarkerAt, IReadOnlyList<long> CountAt, double LookEveryMs);

    /// <param name="but">Whose part of the answer is left out: where households come in meanwhile that nobody counts.</param>
    public static async Task<ProvinceObserver> StartAsync(BenchHost host, RegionCode? but = null)
    {
        var province = host.Grains.GetGrain<IRegionGrain>("province/410000000000");
        var observer = new ProvinceObserver(province, but, Watched(await province.GetFiguresAsync(), but));
        observer.looking = Task.Run(observer.LookAsync);
        return observer;
    }

    /// <exception cref="TimeoutException">Something never arrived.</exception>
    public async Task<Seen> FinishAsync(int counted, IReadOnlyCollection<int> markers)
    {
        var watch = Stopwatch.StartNew();
        while (countAt.Count < counted || !markers.All(markerAt.ContainsKey))
        {
            if (looking.IsCompleted) await looking;
            if (watch.Elapsed > Most) throw new TimeoutException($"{countAt.Count} of {counted} party members and {markers.Count(markerAt.ContainsKey)} of {markers.Count} recognitions arrived");
            await Task.Delay(100);
        }
        await stop.CancelAsync();
        await looking;
        return new Seen(markerAt, countAt, started.Elapsed.TotalMilliseconds / looks);
    }

    private readonly Stopwatch started = Stopwatch.StartNew();

    private async Task LookAsync()
    {
        CellVector? last = null;
        while (!stop.IsCancellationRequested)
        {
            var figures = await province.GetFiguresAsync();
            looks++;
            if (figures.Stamp.Complete && !ReferenceEquals(last, figures.Total))
            {
                var now = Stopwatch.GetTimestamp();
                last = figures.Total;
                Note(Watched(figures, but), now);
            }
            await Task.Delay(Pause);
        }
    }

    private static CellVector Watched(RegionFigures province, RegionCode? but) =>
        but is null ? province.Total : CellVector.Sum(province.Children.Where(c => c.Region != but).Select(c => c.Vector));

    private void Note(CellVector total, long now)
    {
        for (var more = PartyMembers(total) - membersBefore; countAt.Count < more;) countAt.Add(now);
        foreach (var (argument, count) in Recognitions(total))
        {
            if (count > baseline.GetValueOrDefault(argument)) markerAt.TryAdd(argument, now);
        }
    }

    private static long PartyMembers(CellVector total) => total.Where(c => c.Key.Measure == Measures.PartyMembers.Number).Sum(c => c.Value);

    private static Dictionary<int, long> Recognitions(CellVector total)
    {
        var counts = new Dictionary<int, long>();
        foreach (var (cell, value) in total)
        {
            if (cell.Measure == Measures.NewEpisodes.Number) counts[cell.Argument] = counts.GetValueOrDefault(cell.Argument) + value;
        }
        return counts;
    }
}
