using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Demo;

public enum DemoFormat { Csv, CsvGb18030, Xlsx }

/// <summary>What to write and where.</summary>
public sealed record DemoExportOptions
{
    public required string Directory { get; init; }
    public DemoOptions Population { get; init; } = new();
    public DemoFormat Format { get; init; } = DemoFormat.Csv;

    /// <summary>Level of which each region gets its own files.</summary>
    public RegionLevel Per { get; init; } = RegionLevel.County;

    /// <summary>措施 as one column per category instead of one row per measure.</summary>
    public bool WideMeasures { get; init; }
}

/// <summary>Writes the invented population of a region as national exports with a manifest of what an import must come to.</summary>
public sealed class DemoExport(DemoRegions regions, DataDictionary dictionary, DemoExportOptions options)
{
    /// <summary>Stands in every file and file name: nobody may take these people for real ones.</summary>
    public const string Mark = "虚构演示数据";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly ExportLayout layout = new(dictionary);

    /// <summary>Seconds spent, rows of all sheets and what was printed; the files are complete when it returns.</summary>
    public sealed record Result(DemoManifest Manifest, IReadOnlyList<string> Files, long Rows, TimeSpan Elapsed);

    /// <param name="region">Of any level.</param>
    /// <param name="progress">Called after each file set with its region's name and the total so far.</param>
    public Result Run(Region region, Action<string, DemoManifest>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        Directory.CreateDirectory(options.Directory);
        var total = NewManifest();
        var files = new List<string>();
        long rows = 0;
        foreach (var group in regions.VillagesBy(options.Per, region))
        {
            var (part, paths, printed) = WritePart(group.Key, group);
            total.Add(part);
            files.AddRange(paths);
            rows += printed;
            progress?.Invoke(group.Key.Name, total);
        }
        files.Add(WriteManifest(Stem(region), total));
        return new Result(total, files, rows, watch.Elapsed);
    }

    private (DemoManifest, List<string>, long) WritePart(Region region, IEnumerable<DemoVillage> villages)
    {
        using ExportFiles files = options.Format == DemoFormat.Xlsx ? new XlsxFile(Stem(region)) : new CsvFiles(Stem(region), options.Format == DemoFormat.CsvGb18030);
        var printer = new HouseholdPrinter(layout, options.Format == DemoFormat.Xlsx ? RowFormat.Xlsx : RowFormat.Csv, options.WideMeasures);
        printer.PrintHead(Note(region));
        var manifest = NewManifest();
        foreach (var village in villages) PrintVillage(village, printer, files, manifest);
        files.Finish(printer);
        return (manifest, files.Paths, printer.Rows);
    }

    private void PrintVillage(DemoVillage village, HouseholdPrinter printer, ExportFiles files, DemoManifest manifest)
    {
        foreach (var file in DemoPopulation.HouseholdsOf(village, options.Population))
        {
            var dirt = DemoDirt.Of(file, options.Population);
            printer.Print(file, dirt);
            manifest.Count(file, dirt);
        }
        files.Take(printer);
    }

    private string Note(Region region) =>
        $"{Mark}:本文件所有户、人、号码、金额均为程序虚构,与任何真实人员无关,不得作为真实数据使用。地区 {region.Name}({region.Code}),种子 {options.Population.Seed},口径日期 {options.Population.Today:yyyy-MM-dd}";

    private string Stem(Region region) => Path.Combine(options.Directory, $"{region.Code}-{region.Name}-{Mark}");

    private DemoManifest NewManifest() => new() { Seed = options.Population.Seed, Today = options.Population.Today, Dirty = options.Population.Dirty };

    private static string WriteManifest(string stem, DemoManifest manifest)
    {
        var path = stem + "-清单.json";
        File.WriteAllText(path, JsonSerializer.Serialize(manifest, Json));
        return path;
    }
}
