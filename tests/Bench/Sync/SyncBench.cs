using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Sync;

/// <summary>
/// National exports, faults included, loaded by the import over HTTP; then the same files synchronised: the first time, when nothing is known of them, again and
/// again unchanged, and with one household in a hundred changed. Beside it the seconds of the load of the same data in the same run.
/// </summary>
internal static class SyncBench
{
    private const int Rounds = 3;
    private const int OneIn = 100;
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(BenchOptions options)
    {
        var temporary = Directory.CreateTempSubdirectory("ffp-extract-").FullName;
        var (coming, folder) = (Path.Combine(temporary, "coming"), Path.Combine(temporary, "national"));
        try
        {
            var regions = new DemoRegions();
            var export = new DemoExport(regions, DataDictionary.Shipped, new DemoExportOptions { Directory = coming }).Run(regions.Find(options.Region)!);
            var files = export.Files.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)).ToList();
            await using var host = await BenchHost.StartAsync(options, $"--FangFanPin:Sync:Folder={folder}", "--FangFanPin:Sync:LookEvery=01:00:00");
            using var http = await BenchAccounts.ClientAsync(host, "province-importer");
            Report.Value("sync.households", export.Manifest.HouseholdsPrinted);
            Report.Value("sync.megabytes", files.Sum(f => new FileInfo(f).Length) / 1e6);
            var load = await LoadAsync(http, host, files);
            Directory.Move(coming, folder); // only now, or the weekly synchronisation would begin while the load is measured
            await SyncAsync(http, [.. files.Select(f => Path.Combine(folder, Path.GetFileName(f)))], load);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static async Task<double> LoadAsync(HttpClient http, BenchHost host, List<string> files)
    {
        var watch = Stopwatch.StartNew();
        var counties = files.GroupBy(f => Path.GetFileName(f)[..RegionCode.Digits]).Select(g => new CountyImports.County(RegionCode.Parse(g.Key), [.. g]));
        await CountyImports.RunAsync(http, counties);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        Report.Value("load.seconds", watch.Elapsed.TotalSeconds);
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task SyncAsync(HttpClient http, List<string> files, double load)
    {
        var (first, seconds) = await OneAsync(http);
        Report.Value("sync.first_seconds", seconds);
        Report.Text("sync.first", Counts(first));
        var rounds = new List<double>();
        long peak = 0, before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < Rounds; round++)
        {
            var (detail, took) = await OneAsync(http, () => peak = Math.Max(peak, GC.GetTotalMemory(false)));
            if (round == 0) Report.Text("sync.unchanged", Counts(detail));
            rounds.Add(took);
        }
        var unchanged = Report.Rounds("sync.unchanged_seconds", rounds);
        Report.Value("sync.unchanged_households_per_s", Households(first) / unchanged);
        Report.Value("sync.unchanged_vs_load", load / unchanged);
        Report.Value("sync.unchanged_heap_growth_mb", (peak - before) / 1e6);
        var changed = files.Where(f => f.Contains("户和成员", StringComparison.Ordinal)).Sum(Change);
        Report.Value("sync.changed_households", changed);
        var (last, tookChanged) = await OneAsync(http);
        Report.Text("sync.changed", Counts(last));
        Report.Value("sync.seconds", tookChanged);
        Report.Value("sync.vs_load", load / tookChanged);
    }

    private static async Task<(JsonElement Detail, double Seconds)> OneAsync(HttpClient http, Action? meanwhile = null)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await http.PostAsync("/api/v1/sync/batches", null);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        while (true)
        {
            var detail = await http.GetFromJsonAsync<JsonElement>($"/api/v1/sync/batches/{id}");
            var stage = detail.GetProperty("batch").GetProperty("stage").GetString();
            if (stage == "Done") return (detail, watch.Elapsed.TotalSeconds);
            if (stage == "Failed" || watch.Elapsed > Most) throw new InvalidOperationException(detail.ToString());
            meanwhile?.Invoke();
            await Task.Delay(20);
        }
    }

    private static double Households(JsonElement detail) => detail.GetProperty("batch").GetProperty("counts").GetProperty("households").GetInt64();
    private static string Counts(JsonElement detail) => detail.GetProperty("batch").GetProperty("counts").ToString();

    /// <summary>Another address for every hundredth household, in place.</summary>
    /// <returns>How many.</returns>
    private static long Change(string file)
    {
        var (changed, seen, last, column) = (0L, 0L, "", -1);
        var target = file + ".next";
        using (var writer = new StreamWriter(target, append: false, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true)))
            foreach (var line in File.ReadLines(file))
            {
                var cells = line.Contains('"', StringComparison.Ordinal) ? [] : line.Split(',');
                if (column < 0) column = Array.IndexOf(cells, "家庭住址");
                else if (cells.Length > column)
                {
                    if (cells[0] != last && ++seen % OneIn == 0) changed++;
                    last = cells[0];
                    if (seen % OneIn == 0) cells[column] = "改过的住址";
                }
                writer.WriteLine(cells.Length > 0 ? string.Join(',', cells) : line);
            }
        File.Move(target, file, overwrite: true);
        return changed;
    }
}
