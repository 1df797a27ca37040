using System.Diagnostics;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Load;

/// <summary>
/// National exports, faults included, through the import over HTTP, without a preview, one import for each county and several at a time, until the
/// province's figures are those of the generator's own count. Against COPY of the rows that came of it into tables of the same shape. Then, but for a
/// province, the same once more with a preview that is committed as soon as it is there.
/// </summary>
internal static class LoadBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var (csv, seconds) = await LoadAsync(host, http, options, DemoFormat.Csv, "csv", preview: false);
        Report.Value("load.households", await CountAsync(host, "household"));
        Report.Value("load.persons", csv.PeopleRowsPrinted);
        Report.Value("load.seconds", seconds);
        Report.Value("load.persons_per_s", csv.PeopleRowsPrinted / seconds);
        Report.Value("load.silo_peak_mb", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
        CheckFigures(csv.Figures, (await Population.ProvinceAsync(host)).Total);
        Report.Value("load.recount_differences", await DifferencesAsync(host));
        var copied = await CopiedRows.RunAsync(host);
        Report.Value("load.copy_persons_per_s", copied);
        Report.Value("load.vs_copy", csv.PeopleRowsPrinted / seconds / copied);
        if (options.Size is "county" or "town") await AgainAsync(options, "xlsx", DemoFormat.Xlsx, preview: false);
        if (options.Size != "province") await AgainAsync(options, "previewed", DemoFormat.Csv, preview: true);
    }

    /// <summary>The same data once more in another way, into a database of its own, by a process that is warm by then.</summary>
    private static async Task AgainAsync(BenchOptions options, string way, DemoFormat format, bool preview)
    {
        await using var host = await BenchHost.StartAsync(options);
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var (loaded, seconds) = await LoadAsync(host, http, options, format, way, preview);
        Report.Value($"load.{way}_persons_per_s", loaded.PeopleRowsPrinted / seconds);
    }

    private static async Task<(DemoManifest Manifest, double Seconds)> LoadAsync(
        BenchHost host, HttpClient http, BenchOptions options, DemoFormat format, string way, bool preview)
    {
        var (manifest, counties) = Export(host, options, format);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var database = await PostgresCpu.OfAsync(host);
        var databaseCpu = database?.Seconds();
        var log = await LogBytesAsync(host);
        var watch = Stopwatch.StartNew();
        await CountyImports.RunAsync(http, counties, county =>
        {
            foreach (var file in county.Files) File.Delete(file);
        }, preview);
        var committed = watch.Elapsed;
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        var seconds = watch.Elapsed.TotalSeconds;
        Report.Value($"load.{way}_settled_after_ms", (watch.Elapsed - committed).TotalMilliseconds);
        Report.Value($"load.{way}_silo_cpu_us_per_person", (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / manifest.PeopleRowsPrinted);
        if (database is not null) Report.Value($"load.{way}_postgres_cpu_us_per_person", (database.Seconds() - databaseCpu!.Value) * 1e6 / manifest.PeopleRowsPrinted);
        Report.Value($"load.{way}_wal_bytes_per_person", (double)(await LogBytesAsync(host) - log) / manifest.PeopleRowsPrinted);
        return (manifest, seconds);
    }

    private static async Task<decimal> LogBytesAsync(BenchHost host) => (decimal)(await host.AskAsync("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))!;

    private static (DemoManifest Manifest, List<CountyImports.County> Counties) Export(BenchHost host, BenchOptions options, DemoFormat format)
    {
        var (total, counties) = (default(DemoManifest), new List<CountyImports.County>());
        foreach (var (county, manifest) in CountyImports.Export(host.Folder, options.Region, format, new DemoOptions()))
        {
            counties.Add(county);
            if (total is null) total = manifest;
            else total.Add(manifest);
        }
        return (total!, counties);
    }

    private static async Task<double> DifferencesAsync(BenchHost host)
    {
        await host.RestartAsync("--FangFanPin:Rollup:RecountPause=00:00:00.001", "--FangFanPin:Rollup:RecountAtOnce=16");
        return (await Recount.RecountBench.RoundAsync(host)).Differences;
    }

    private static async Task<long> CountAsync(BenchHost host, string table) => (long)(await host.AskAsync($"select count(*) from {table}"))!;

    private static void CheckFigures(DemoFigures expected, CellVector total)
    {
        Check("households", expected.Households, Of(total, Measures.Households));
        Check("people", expected.People, Of(total, Measures.Persons));
        Check("men", expected.Men, Of(total, Measures.Male));
        Check("party members", expected.PartyMembers, Of(total, Measures.PartyMembers));
        Check("minority", expected.Minority, Of(total, Measures.Minority));
        Report.Text("load.figures", "as generated");
    }

    private static long Of(CellVector total, MeasureDefinition measure) => total.Where(c => c.Key.Measure == measure.Number).Sum(c => c.Value);

    private static void Check(string name, long expected, long met)
    {
        if (expected != met) throw new InvalidOperationException($"{name}: generated {expected}, met {met}");
    }
}
