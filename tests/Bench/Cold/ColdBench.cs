using System.Diagnostics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Figures;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Cold;

/// <summary>
/// From the start of a server that remembers nothing until the province answers and its figures are those of a scan over the rows; against that scan alone.
/// </summary>
internal static class ColdBench
{
    private const int Starts = 3;
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        await MeasureAsync(host, population);
    }

    public static async Task MeasureAsync(BenchHost host, Population population)
    {
        Report.Value("cold.households", population.Count);
        var (expected, scanned) = await StoredFigures.ScanAsync(host);
        var times = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            var began = await host.RestartAsync();
            var total = await AnsweredAsync(host, began);
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            if (!total.Equals(expected)) Report.Text("cold.differs", "the province is not what the rows add up to");
        }
        Report.Rounds("cold.seconds", times);
        Report.Value("cold.scan_seconds", scanned.TotalSeconds);
    }

    private static async Task<CellVector> AnsweredAsync(BenchHost host, long began)
    {
        while (true)
        {
            try
            {
                if (await Population.ProvinceAsync(host) is { Stamp.Complete: true } province) return province.Total;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(began) < Most)
            {
                // Not there yet: a caller of a starting province is told so.
            }
            if (Stopwatch.GetElapsedTime(began) > Most) throw new TimeoutException($"no complete province after {Most}");
            await Task.Delay(20);
        }
    }
}
