using System.Diagnostics;
using FangFanPin.Tests.Bench.Cold;
using FangFanPin.Tests.Bench.Freshness;
using FangFanPin.Tests.Bench.Host;
using FangFanPin.Tests.Bench.Idle;
using FangFanPin.Tests.Bench.Read;
using FangFanPin.Tests.Bench.Recount;

namespace FangFanPin.Tests.Bench.AtSize;

/// <summary>One load, and everything that is measured over it: a province takes half an hour to load, and nobody would do it five times.</summary>
internal static class AtSizeBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        Report.Value("at-size.households", population.Count);
        Report.Value("at-size.load_seconds", population.Loaded.TotalSeconds);
        Report.Value("at-size.load_persons_per_s", population.People / population.Loaded.TotalSeconds);
        Report.Value("at-size.settled_after_ms", (await Population.SettledAsync(host, TimeSpan.FromMinutes(10))).TotalMilliseconds);
        Report.Value("at-size.silo_peak_mb", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
        Report.Value("at-size.database_mb", (long)(await host.AskAsync("select pg_database_size(current_database())"))! / 1048576.0);
        await IdleBench.MeasureAsync(host, population.People);
        await ReadBench.MeasureAsync(host, population, options);
        await FreshnessBench.MeasureAsync(host, population, options);
        await ColdBench.MeasureAsync(host, population);
        await RecountBench.MeasureAsync(host, population);
    }
}
