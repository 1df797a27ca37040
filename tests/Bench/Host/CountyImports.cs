using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>National exports of invented households and their way in: one import for each county over HTTP, several at a time.</summary>
internal static class CountyImports
{
    private const int AtOnce = 3;
    private static readonly TimeSpan Most = TimeSpan.FromHours(2);

    /// <summary>Loaded while something else is measured; part of no size but the province, which is loaded without them at first.</summary>
    private static readonly RegionCode[] Further = [RegionCode.Parse("411727000000"), RegionCode.Parse("411728000000"), RegionCode.Parse("411729000000")];

    /// <summary>In which they lie.</summary>
    public static readonly RegionCode FurtherCity = RegionCode.Parse("411700000000");

    public sealed record County(RegionCode Region, IReadOnlyList<string> Files);

    /// <summary>The counties of a region, each with its own folder and manifest, made when it is asked for.</summary>
    public static IEnumerable<(County County, DemoManifest Manifest)> Export(string folder, RegionCode region, DemoFormat format, DemoOptions options)
    {
        var regions = new DemoRegions();
        return CountiesOf(regions, region).Select(county => Make(regions, county, folder, format, options));
    }

    /// <summary>All but <see cref="ExportFurther"/>, without faults.</summary>
    public static List<(County County, DemoManifest Manifest)> ExportClean(string folder, RegionCode region)
    {
        var regions = new DemoRegions();
        return Clean(regions, CountiesOf(regions, region).Where(c => !Further.Contains(c.Code)), folder);
    }

    /// <summary>Without faults.</summary>
    public static List<(County County, DemoManifest Manifest)> ExportFurther(string folder)
    {
        var regions = new DemoRegions();
        return Clean(regions, Further.SelectMany(c => CountiesOf(regions, c)), folder);
    }

    private static IEnumerable<Region> CountiesOf(DemoRegions regions, RegionCode region) => regions.VillagesBy(RegionLevel.County, regions.Find(region)!).Select(villages => villages.Key);

    private static (County, DemoManifest) Make(DemoRegions regions, Region county, string folder, DemoFormat format, DemoOptions options)
    {
        var code = county.Code;
        var result = new DemoExport(regions, DataDictionary.Shipped, new DemoExportOptions { Directory = Path.Combine(folder, $"{code}"), Format = format, Population = options }).Run(county);
        return (new County(code, [.. result.Files.Where(f => !f.EndsWith(".json", StringComparison.Ordinal))]), result.Manifest);
    }

    /// <summary>Everything is on disk before a load begins, whose time it would be otherwise; made on all processors.</summary>
    private static List<(County County, DemoManifest Manifest)> Clean(DemoRegions regions, IEnumerable<Region> counties, string folder)
    {
        var (watch, made) = (Stopwatch.StartNew(), 0);
        return [.. counties.ToList().AsParallel().AsOrdered().Select(county =>
        {
            var one = Make(regions, county, folder, DemoFormat.Csv, new DemoOptions { Dirty = 0 });
            if (Interlocked.Increment(ref made) is var count && count % 10 == 0) Report.Progress($"files of {count} counties made in {watch.Elapsed.TotalSeconds:0} s");
            return one;
        })];
    }

    /// <param name="after">Called when a county is in.</param>
    /// <param name="preview">Whether each is staged and looked at before it is committed.</param>
    public static Task RunAsync(HttpClient http, IEnumerable<County> counties, Action<County>? after = null, bool preview = false)
    {
        var (watch, done) = (Stopwatch.StartNew(), 0);
        return Parallel.ForEachAsync(counties, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (county, _) =>
        {
            var id = await UploadAsync(http, county, atOnce: !preview);
            if (preview)
            {
                await StageAsync(http, id, "Previewed");
                (await http.PostAsync($"/api/v1/imports/{id}/commit", null)).EnsureSuccessStatusCode();
            }
            await StageAsync(http, id, "Done");
            after?.Invoke(county);
            Report.Progress($"{Interlocked.Increment(ref done)} counties, {watch.Elapsed.TotalSeconds:0} s");
        });
    }

    private static async Task<string> UploadAsync(HttpClient http, County county, bool atOnce)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in county.Files) form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file));
        var answer = await http.PostAsync($"/api/v1/imports?region={county.Region}&atOnce={(atOnce ? "true" : "false")}", form);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task StageAsync(HttpClient http, string id, string wanted)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var job = await http.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{id}");
            var stage = job.GetProperty("stage").GetString();
            if (stage == wanted) return;
            if (stage is "Failed" or "Cancelled" || watch.Elapsed > Most) throw new InvalidOperationException(job.ToString());
            await Task.Delay(100);
        }
    }
}
