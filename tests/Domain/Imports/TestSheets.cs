using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Imports;

/// <summary>A sheet in memory: rows of texts, the first row is number 1.</summary>
internal sealed class TestSheet(string name, params string?[][] rows) : ISheetRows
{
    private int at = -1;
    private SheetCell[] cells = [];

    public string Name => name;
    public int Row => at + 1;
    public ReadOnlySpan<SheetCell> Cells => cells;
    public IReadOnlyList<string?[]> Rows => rows;

    public bool Next()
    {
        if (++at >= rows.Length) return false;
        cells = [.. rows[at].Select(t => new SheetCell(t))];
        return true;
    }
}

/// <summary>What the import of some sheets comes to, without a database.</summary>
internal sealed class TestImport : IImportSink
{
    public static readonly DateOnly Today = new(2026, 11, 23);
    public const string Village = "411424001001", FarVillage = "410102001001";
    private readonly List<RawRow> rows = [];
    private readonly HashSet<(string Person, string Household)> persons = [];

    public List<RowError> Errors { get; } = [];
    public required ImportParser Parser { get; init; }
    public SortedDictionary<string, AssembledHousehold> Households { get; } = new(StringComparer.Ordinal);
    public IEnumerable<string> Codes => Errors.Select(e => e.Error.Code);

    public void Take(int source, int row, string householdCode, string? person, ReadOnlySpan<SheetCell> cells)
    {
        rows.Add(new RawRowReader().Read(new RawRowWriter().Write(householdCode, source, row, cells).ToArray()));
        if (person is not null) persons.Add((person, householdCode));
    }

    public void Take(RowError error) => Errors.Add(error);

    public static TestImport Of(params ISheetRows[] sheets)
    {
        var import = new TestImport { Parser = new ImportParser(Reading) };
        foreach (var sheet in sheets) import.Parser.Parse(sheet, import, CancellationToken.None);
        import.Assemble();
        return import;
    }

    private static readonly ImportReading Reading = new(DataDictionary.Shipped, Today, name => name == "柘城县" ? "411424" : null);

    private void Assemble()
    {
        var assembly = new HouseholdAssembly(DataDictionary.Shipped, Parser.Sheets, "I1");
        var reader = new HouseholdRowReader(Reading, Parser.Sheets);
        var repeated = persons.GroupBy(p => p.Person).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        foreach (var group in rows.GroupBy(r => r.HouseholdCode))
        {
            var household = assembly.Assemble(group.Key, reader.Read(group.Key, [.. group], Errors), repeated.Contains);
            Errors.AddRange(household.Errors);
            Households.Add(group.Key, household);
        }
    }

    public static DecisionContext Context(string code, string region = "411424000000") =>
        new(code, DataDictionary.Shipped, new Villages(), new Actor("u", "县级用户", "editor", region), Today);

    public Outcome<HouseholdFile> Decide(string code, HouseholdFile? stored = null) => HouseholdDecision.Decide(stored, Households[code].Change!, Context(code));

    private sealed class Villages : IVillages
    {
        public VillagePath? Find(string? code) => code is Village or FarVillage ? new VillagePath("商丘市", "柘城县", "城关镇", "某村") : null;
        public bool IsWithin(string region, string code) => code.StartsWith(region.TrimEnd('0'), StringComparison.Ordinal);
    }
}

/// <summary>Prints household files as the sheets of an export, labels and all.</summary>
internal static class TestExport
{
    private static readonly (string Name, EntityMap Map, Func<HouseholdFile, IEnumerable<Entity>> Records)[] Sheets =
    [
        ("年度收入", EntityMap.AnnualIncome, f => f.Incomes), ("年度支出", EntityMap.AnnualExpenditure, f => f.Expenditures),
        ("生产生活条件", EntityMap.LivingCondition, f => f.Living), ("三保障", EntityMap.SecurityStatus, f => f.Securities),
        ("风险", EntityMap.RiskEpisode, f => f.Episodes), ("措施", EntityMap.Measure, f => f.Measures),
    ];

    public static TestSheet[] Print(IReadOnlyList<HouseholdFile> files, Func<string?[][], string?[][]>? shuffle = null)
    {
        shuffle ??= rows => rows;
        var sheets = new List<TestSheet> { new("户和成员", [[], ["防返贫监测户和成员"], Labels(EntityMap.Household, EntityMap.Member), .. shuffle([.. files.SelectMany(Family)])]) };
        foreach (var (name, map, records) in Sheets)
            sheets.Add(new TestSheet(name, [Labels(map), .. shuffle([.. files.SelectMany(f => records(f).Select(r => Values(map, r)))])]));
        return [.. sheets];
    }

    private static IEnumerable<string?[]> Family(HouseholdFile file)
    {
        var household = Values(EntityMap.Household, file.Household);
        return file.Members.IsEmpty ? [household] : file.Members.Select(m => household.Concat(Values(EntityMap.Member, m)).ToArray());
    }

    private static IEnumerable<FieldDefinition> Fields(EntityMap map) => DataDictionary.Shipped.Entity(map.Name).Fields.Where(f => !f.Derived);

    private static string[] Labels(params EntityMap[] maps) => [.. maps.SelectMany(m => Fields(m).Select(f => f.Label))];

    private static string?[] Values(EntityMap map, Entity record) => [.. Fields(map).Select(f => Value(f, map.Find(f.Id)?.Text(record) ?? record.Extra?.GetValueOrDefault(f.Id)))];

    private static string? Value(FieldDefinition field, string? text) => text is null ? null : field.Kind switch
    {
        FieldKind.Code when field.Id != "Item" => field.CodeList!.LabelOf(text),
        FieldKind.Multi => string.Join('、', text.Split(',').Select(c => field.CodeList!.LabelOf(c))),
        FieldKind.Flag => text == "true" ? "是" : "否",
        _ => text,
    };
}
