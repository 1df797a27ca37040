using System.Diagnostics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Recount;

/// <summary>One round of the recount over every cell of every region without the pauses that it keeps in service; against a scan of the same rows.</summary>
internal static class RecountBench
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(15);

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        await MeasureAsync(host, population);
    }

    /// <returns>Differences.</returns>
    public static async Task<double> MeasureAsync(BenchHost host, Population population)
    {
        Report.Value("recount.households", population.Count);
        await host.RestartAsync("--FangFanPin:Rollup:RecountPause=00:00:00.001", "--FangFanPin:Rollup:RecountAtOnce=16");
        var first = await RoundAsync(host);
        var second = await RoundAsync(host);
        Report.Value("recount.first_seconds", Seconds(first)); // brings every region into memory as well
        Report.Value("recount.seconds", Seconds(second));
        Report.Value("recount.regions", second.RegionsCompared);
        Report.Value("recount.undecided", second.RegionsUndecided);
        Report.Value("recount.differences", second.Differences);
        Report.Value("recount.scan_seconds", (await StoredFigures.ScanAsync(host)).Took.TotalSeconds);
        return second.Differences;
    }

    private static double Seconds(RecountRound round) => (round.EndedAt!.Value - round.StartedAt).TotalSeconds;

    internal static async Task<RecountRound> RoundAsync(BenchHost host)
    {
        var recount = host.Grains.GetGrain<IRecountGrain>(IRecountGrain.Key);
        var (watch, before) = (Stopwatch.StartNew(), (await recount.GetAsync()).Last?.StartedAt);
        await recount.StartAsync();
        while (watch.Elapsed < Most)
        {
            if ((await recount.GetAsync()).Last is { } last && last.StartedAt != before) return last;
            await Task.Delay(50);
        }
        throw new TimeoutException($"no round ended within {Most}");
    }
}
