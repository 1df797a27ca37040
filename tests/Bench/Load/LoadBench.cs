using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Load;

/// <summary>
/// National exports of a county, faults included, as csv through the import over HTTP (upload, parse, commit) until the province's figures are those of
/// the generator's own count.
/// </summary>
internal static class LoadBench
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var export = Export(Path.Combine(host.Folder, "export"), options);
        Report.Value("load.people", export.Manifest.PeopleRowsPrinted);
        Report.Value("load.generated_per_s", export.Manifest.PeopleRowsPrinted / export.Elapsed.TotalSeconds);
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var watch = Stopwatch.StartNew();
        var id = await UploadAsync(http, options.Region, export.Files);
        var uploaded = watch.Elapsed;
        var preview = await StageAsync(http, id, "Previewed");
        var parsed = watch.Elapsed;
        (await http.PostAsync($"/api/v1/imports/{id}/commit", null)).EnsureSuccessStatusCode();
        var done = await StageAsync(http, id, "Done");
        var committed = watch.Elapsed;
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        Print(export.Manifest, uploaded, parsed, committed, watch.Elapsed);
        CheckPreview(export.Manifest, preview.GetProperty("counts"));
        CheckFigures(export.Manifest.Figures, (await Population.ProvinceAsync(host)).Total);
        Report.Value("load.households_written", done.GetProperty("counts").GetProperty("written").GetInt64());
    }

    private static void Print(DemoManifest manifest, TimeSpan uploaded, TimeSpan parsed, TimeSpan committed, TimeSpan settled)
    {
        var people = manifest.PeopleRowsPrinted;
        Report.Value("load.persons_per_s", people / settled.TotalSeconds);
        Report.Value("load.upload_s", uploaded.TotalSeconds);
        Report.Value("load.parse_persons_per_s", people / (parsed - uploaded).TotalSeconds);
        Report.Value("load.commit_persons_per_s", people / (committed - parsed).TotalSeconds);
        Report.Value("load.settled_after_ms", (settled - committed).TotalMilliseconds);
    }

    /// <param name="folder">Where the files go.</param>
    internal static DemoExport.Result Export(string folder, BenchOptions options)
    {
        var regions = new DemoRegions();
        var files = new DemoExportOptions { Directory = folder };
        return new DemoExport(regions, DataDictionary.Shipped, files).Run(regions.Find(options.Region)!);
    }

    internal static async Task<string> UploadAsync(HttpClient http, RegionCode region, IEnumerable<string> files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files.Where(f => f.EndsWith(".csv", StringComparison.Ordinal))) form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file));
        var answer = await http.PostAsync($"/api/v1/imports?region={region}", form);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    internal static async Task<JsonElement> StageAsync(HttpClient http, string id, string wanted)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var job = await http.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{id}");
            var stage = job.GetProperty("stage").GetString();
            if (stage == wanted) return job;
            if (stage is "Failed" or "Cancelled" || watch.Elapsed > Most) throw new InvalidOperationException(job.ToString());
            await Task.Delay(100);
        }
    }

    /// <summary>Households whose people have no code are refused too: their other sheets name a household that nobody knows.</summary>
    private static void CheckPreview(DemoManifest manifest, JsonElement counts)
    {
        Check("refused households", manifest.HouseholdsRefused, counts.GetProperty("refused").GetInt64());
        Check("new households", manifest.HouseholdsPrinted - manifest.HouseholdsRefused, counts.GetProperty("new").GetInt64());
    }

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
        if (expected != met) Report.Text("load.differs", $"{name}: generated {expected}, met {met}");
    }
}
