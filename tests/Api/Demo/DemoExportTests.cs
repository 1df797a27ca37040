using FangFanPin.Api.Demo;
using FangFanPin.Api.Imports.Reading;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Api.Demo;

/// <summary>What is printed is read by the reader and the parser of imports, in every format.</summary>
public sealed class DemoExportTests : IDisposable
{
    private static readonly RegionCode Town = RegionCode.Parse("411424101000");
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-demo-").FullName;
    private static readonly DemoRegions regions = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(DemoFormat.Csv)]
    [InlineData(DemoFormat.CsvGb18030)]
    [InlineData(DemoFormat.Xlsx)]
    public void Clean_exports_read_back_to_the_same_files(DemoFormat format)
    {
        var options = new DemoOptions { Dirty = 0, VillageMax = 12 };
        var import = Read(Export(options, format));
        Assert.Empty(import.Errors);
        var expected = Population(options).ToDictionary(f => f.Household.HouseholdCode!);
        Assert.Equal(expected.Keys.Order(), import.Files.Keys.Order());
        foreach (var (code, file) in expected) Assert.Equal(Texts(file), Texts(import.Files[code]));
    }

    [Fact]
    public void Dirty_exports_are_refused_as_the_manifest_says_and_understood_as_the_clean_ones()
    {
        var options = new DemoOptions { Dirty = 0.05, VillageMax = 25 };
        var result = Export(options, DemoFormat.Csv);
        var import = Read(result);
        var foreign = Population(options).Where(f => DemoDirt.Of(f, options) is DirtKind.ForeignVillage or DirtKind.UnknownVillage).Select(f => f.Household.HouseholdCode).ToHashSet();
        Assert.NotEmpty(foreign);
        // Villages are looked up when an import is decided, not when it is parsed: until then those households stand.
        var wrong = Population(options).Select(f => (Dirt: DemoDirt.Of(f, options), Met: Met(f, import.Files.GetValueOrDefault(f.Household.HouseholdCode!), foreign.Contains(f.Household.HouseholdCode))));
        Assert.Empty(wrong.Where(w => !Expected(w.Dirt).Contains(w.Met)).GroupBy(w => w).Select(g => $"{g.Key.Dirt} {g.Key.Met}: {g.Count()}"));
        Assert.Equal(result.Manifest.HouseholdsPrinted - result.Manifest.HouseholdsRefused + foreign.Count, import.Files.Count);
    }

    private static string Met(HouseholdFile printed, HouseholdFile? read, bool foreign) =>
        read is null ? "refused" : foreign ? "refused later" : Texts(printed).SequenceEqual(Texts(read)) ? "same" : "other";

    private static string[] Expected(DirtKind? dirt) => dirt is null ? ["same"] : DirtEffects.Of(dirt.Value) switch
    {
        DirtEffect.HouseholdRefused => ["refused", "refused later"],
        DirtEffect.Understood => ["same"],
        _ => ["other"],
    };

    [Fact]
    public void Measures_in_the_wide_form_are_the_same_items()
    {
        var options = new DemoOptions { Dirty = 0, VillageMax = 20 };
        var import = Read(Export(options, DemoFormat.Csv, wide: true));
        Assert.Empty(import.Errors);
        foreach (var file in Population(options).Where(f => f.Measures.Length > 0))
        {
            var read = import.Files[file.Household.HouseholdCode!];
            Assert.Equal(file.Measures.Select(m => m.Item).Distinct().Order(), read.Measures.Select(m => m.Item).Order());
        }
    }

    [Fact]
    public void The_province_and_the_example_county_have_their_known_sizes()
    {
        long Households(string code) => regions.VillagesBy(RegionLevel.Province, regions.Find(RegionCode.Parse(code))!).SelectMany(g => g).Sum(v => (long)DemoScale.HouseholdsOf(v, new DemoOptions()));
        Assert.InRange(Households("410000000000"), 2_200_000, 2_450_000);
        // 33,215 脱贫户 and the monitored that are none.
        Assert.InRange(Households("411424000000"), 33_500, 36_500);
    }

    [Fact]
    public void Every_file_says_that_its_people_are_invented()
    {
        foreach (var path in Export(new DemoOptions { VillageMax = 3 }, DemoFormat.Csv).Files.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)))
        {
            Assert.Contains("虚构", Path.GetFileName(path));
            Assert.Contains("虚构", File.ReadLines(path).First());
            Assert.StartsWith("户编号", File.ReadLines(path).ElementAt(2).TrimStart("监测记录号,".ToCharArray()).TrimStart("措施ID,".ToCharArray()));
        }
    }

    private DemoExport.Result Export(DemoOptions options, DemoFormat format, bool wide = false) =>
        new DemoExport(regions, DataDictionary.Shipped, new DemoExportOptions { Directory = folder, Population = options, Format = format, WideMeasures = wide }).Run(regions.Find(Town)!);

    private IEnumerable<HouseholdFile> Population(DemoOptions options) =>
        regions.VillagesBy(RegionLevel.County, regions.Find(Town)!).SelectMany(g => g).SelectMany(v => DemoPopulation.HouseholdsOf(v, options));

    /// <summary>All fields that an export carries; members in the order of their codes, as an import keeps them.</summary>
    private static List<string> Texts(HouseholdFile file) =>
    [
        .. file.Records().SelectMany(r => r.Map.Fields.Where(f => !f.IsEmpty(r.Record)).Select(f => $"{r.Map.Name}/{r.Map.Key.Text(r.Record)}/{f.Id}={f.Text(r.Record)}")).Order(StringComparer.Ordinal),
    ];

    private static (Dictionary<string, HouseholdFile> Files, List<RowError> Errors) Read(DemoExport.Result export)
    {
        var sink = new Sink();
        var reading = new ImportReading(DataDictionary.Shipped, new DateOnly(2026, 11, 2), _ => null);
        var parser = new ImportParser(reading);
        foreach (var path in export.Files.Where(f => !f.EndsWith(".json", StringComparison.Ordinal)))
        {
            using var file = File.OpenRead(path);
            foreach (var sheet in new WorkbookReader(ReadingLimits.Default).Open(file, path)) Assert.True(parser.Parse(sheet, sink, CancellationToken.None), sheet.Name);
        }
        Assert.Equal(7, parser.Sheets.Count);
        Assert.All(parser.Sheets, s => Assert.Equal((3, 0), (s.HeaderRow, s.Unknown.Length)));
        var assembly = new HouseholdAssembly(DataDictionary.Shipped, parser.Sheets, "demo");
        var reader = new HouseholdRowReader(reading, parser.Sheets);
        var households = sink.Rows.GroupBy(r => r.HouseholdCode).Select(g => assembly.Assemble(g.Key, reader.Read(g.Key, [.. g], sink.Errors), _ => false)).ToList();
        var errors = sink.Errors.Concat(households.SelectMany(h => h.Errors)).ToList();
        var taken = households.Where(h => h.Change?.Incoming is { Members.IsEmpty: false });
        return (taken.ToDictionary(h => h.Code, h => h.Change!.Incoming), errors);
    }

    private sealed class Sink : IImportSink
    {
        private readonly RawRowWriter writer = new();
        private readonly RawRowReader reader = new();
        public List<RawRow> Rows { get; } = [];
        public List<RowError> Errors { get; } = [];

        public void Take(int source, int row, string householdCode, string? person, ReadOnlySpan<SheetCell> cells) =>
            Rows.Add(reader.Read(writer.Write(householdCode, source, row, cells).ToArray()));

        public void Take(RowError error) => Errors.Add(error);
    }
}
