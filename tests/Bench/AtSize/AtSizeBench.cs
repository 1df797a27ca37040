using System.Diagnostics;
using FangFanPin.Tests.Bench.Cold;
using FangFanPin.Tests.Bench.Export;
using FangFanPin.Tests.Bench.Freshness;
using FangFanPin.Tests.Bench.Host;
using FangFanPin.Tests.Bench.Idle;
using FangFanPin.Tests.Bench.Read;
using FangFanPin.Tests.Bench.Recount;
using FangFanPin.Tests.Bench.Search;
using FangFanPin.Tests.Bench.Write;

namespace FangFanPin.Tests.Bench.AtSize;

/// <summary>
/// One load, and everything that is measured over it: a province takes half an hour to load, and nobody would do it five times. What has been measured is
/// printed at once, so that a run that is cut short has said something; what starts the server anew comes last.
/// </summary>
internal static class AtSizeBench
{
    private static readonly Stopwatch Watch = new();

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await LoadAsync(host, options);
        Watch.Start();
        await StepAsync(options, "idle", () => IdleBench.MeasureAsync(host, population.People));
        await StepAsync(options, "read", () => ReadBench.MeasureAsync(host, population, options));
        await StepAsync(options, "freshness", () => FreshnessBench.MeasureAsync(host, population, options));
        await StepAsync(options, "write", () => WriteBench.MeasureAsync(host, population, options));
        await StepAsync(options, "search", () => SearchBench.MeasureLoadedAsync(host, options));
        await StepAsync(options, "export", () => ExportBench.MeasureAsync(host, options));
        await StepAsync(options, "cold", () => ColdBench.MeasureAsync(host, population));
        await StepAsync(options, "recount", async () => Report.Value("load.recount_differences", await RecountBench.MeasureAsync(host, population)));
    }

    private static async Task<Population> LoadAsync(BenchHost host, BenchOptions options)
    {
        var population = await Population.LoadAsync(host, options.Region);
        var settled = await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        Report.Value("load.households", population.Count);
        Report.Value("load.persons", population.People);
        if (population.Loaded is not { } loaded) return population;
        var seconds = (loaded + settled).TotalSeconds;
        Report.Value("load.seconds", seconds);
        Report.Value("load.persons_per_s", population.People / seconds);
        Report.Value("load.silo_peak_mb", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
        Report.Value("load.database_mb", (long)(await host.AskAsync("select pg_database_size(current_database())"))! / 1048576.0);
        return population;
    }

    /// <summary>One that fails says so and leaves the others their turn.</summary>
    private static async Task StepAsync(BenchOptions options, string name, Func<Task> measure)
    {
        if (options.Only.Count > 0 && !options.Only.Contains(name)) return;
        Report.Progress($"{name}, {Watch.Elapsed.TotalSeconds:0} s after the load");
        try
        {
            await measure();
        }
        catch (Exception fault)
        {
            Report.Text($"{name}.failed", $"{fault.GetType().Name}: {fault.Message}");
        }
    }
}
