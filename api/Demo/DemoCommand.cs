using System.Globalization;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Demo;

/// <summary>The verb <c>demo</c>: writes national exports of an invented population.</summary>
public static class DemoCommand
{
    private const string Usage =
        "用法:demo --region 代码(6位或12位) --out 目录 [--seed N] [--format csv|csv-gb18030|xlsx] [--dirty 0.005] [--village-max N] [--per county|town] [--wide]";

    /// <param name="args">After the verb.</param>
    /// <returns>0, or 2 when the arguments are wrong.</returns>
    public static Task<int> RunAsync(string[] args) => Task.FromResult(Run(args, Console.Out));

    private static int Run(string[] args, TextWriter output)
    {
        if (!TryParse(args, out var code, out var options))
        {
            output.WriteLine(Usage);
            return 2;
        }
        var regions = new DemoRegions();
        if (!RegionCode.TryParse(code, out var number) || regions.Find(number) is not { } region)
        {
            output.WriteLine($"没有这个区划代码:{code}");
            return 2;
        }
        output.WriteLine($"{DemoExport.Mark}:{region.Name}({region.Code})。所有人员、号码、金额均为虚构。种子 {options.Population.Seed}");
        var started = Environment.CpuUsage.TotalTime;
        var result = new DemoExport(regions, DataDictionary.Shipped, options).Run(region, (part, total) => output.WriteLine($"  {part}:累计 {total.HouseholdsPrinted:N0} 户"));
        Report(result, (Environment.CpuUsage.TotalTime - started).TotalSeconds, output);
        return 0;
    }

    private static void Report(DemoExport.Result result, double cpuSeconds, TextWriter output)
    {
        var (manifest, seconds) = (result.Manifest, result.Elapsed.TotalSeconds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            demo.seed={manifest.Seed}
            demo.households={manifest.HouseholdsPrinted}
            demo.people_rows={manifest.PeopleRowsPrinted}
            demo.rows={result.Rows}
            demo.households_refused={manifest.HouseholdsRefused}
            demo.seconds={seconds:0.00}
            demo.cpu_seconds={cpuSeconds:0.00}
            demo.persons_per_s={manifest.PeopleRowsPrinted / seconds:0}
            demo.persons_per_cpu_s={manifest.PeopleRowsPrinted / cpuSeconds:0}
            demo.rows_per_s={result.Rows / seconds:0}
            demo.files={result.Files.Count}
            demo.manifest={result.Files[^1]}
            """));
    }

    private static bool TryParse(string[] args, out string region, out DemoExportOptions options)
    {
        (region, options) = ("", new DemoExportOptions { Directory = "" });
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--wide") options = options with { WideMeasures = true };
            else if (i + 1 >= args.Length || Apply(args[i], args[++i], ref region, options) is not { } next) return false;
            else options = next;
        }
        return region.Length == 12 && options.Directory.Length > 0;
    }

    private static DemoExportOptions? Apply(string name, string value, ref string region, DemoExportOptions options)
    {
        var population = options.Population;
        switch (name)
        {
            case "--region": region = value.PadRight(12, '0'); return options;
            case "--out": return options with { Directory = value };
            case "--per" when value is "county" or "town": return options with { Per = value == "town" ? RegionLevel.Town : RegionLevel.County };
            case "--seed" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed): return options with { Population = population with { Seed = seed } };
            case "--dirty" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 0.05: return options with { Population = population with { Dirty = share } };
            case "--village-max" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var max) && max > 0: return options with { Population = population with { VillageMax = max } };
            case "--format": return FormatOf(value) is { } format ? options with { Format = format } : null;
            default: return null;
        }
    }

    private static DemoFormat? FormatOf(string value) => value switch
    {
        "csv" => DemoFormat.Csv,
        "csv-gb18030" => DemoFormat.CsvGb18030,
        "xlsx" => DemoFormat.Xlsx,
        _ => null,
    };
}
