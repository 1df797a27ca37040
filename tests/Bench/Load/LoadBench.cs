using System.Diagnostics;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Load;

/// <summary>A population through its grains until the province's figures are those that the generator's own count says.</summary>
internal static class LoadBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var expected = new DemoFigures();
        foreach (var file in Population.Files(options.Region)) expected.Add(file);
        var watch = Stopwatch.StartNew();
        var population = await Population.LoadAsync(host, options.Region);
        var written = watch.Elapsed;
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        var settled = watch.Elapsed;
        var total = (await Population.ProvinceAsync(host)).Total;
        Report.Value("load.households", population.Households.Count);
        Report.Value("load.people", population.People);
        Report.Value("load.persons_per_s", population.People / settled.TotalSeconds);
        Report.Value("load.households_per_s", population.Households.Count / written.TotalSeconds);
        Report.Value("load.settled_after_ms", (settled - written).TotalMilliseconds);
        Check("households", expected.Households, Of(total, Measures.Households));
        Check("people", expected.People, Of(total, Measures.Persons));
        Check("men", expected.Men, Of(total, Measures.Male));
        Check("party_members", expected.PartyMembers, Of(total, Measures.PartyMembers));
        Check("minority", expected.Minority, Of(total, Measures.Minority));
        Report.Text("load.figures", "as generated");
    }

    private static long Of(CellVector total, MeasureDefinition measure) => total.Where(c => c.Key.Measure == measure.Number).Sum(c => c.Value);

    private static void Check(string name, long expected, long met)
    {
        if (expected != met) throw new InvalidOperationException($"{name}: generated {expected}, the province says {met}");
    }
}
