using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Imports;

/// <summary>The sheets of one import, linked by 户编号.</summary>
public enum SheetKind { HouseholdsAndMembers, Incomes, Expenditures, Living, Securities, Episodes, Measures }

/// <summary>What a column of a sheet goes into.</summary>
public abstract record ColumnTarget;

/// <param name="Field">Null for a run-time indicator.</param>
public sealed record FieldTarget(EntityMap Map, FieldDefinition Definition, EntityField? Field) : ColumnTarget;

/// <summary>A field that the platform computes: the column is ignored, and listed.</summary>
public sealed record DerivedTarget(FieldDefinition Definition) : ColumnTarget;

/// <summary>One of the columns 省 市 县 镇 that make up the place of work.</summary>
public sealed record WorkPlaceTarget(int Part) : ColumnTarget;

/// <summary>A column of the wide form of 措施: the items of one category.</summary>
public sealed record CategoryTarget(string Category) : ColumnTarget;

/// <summary>Which names a sheet goes by and which headers it knows.</summary>
public sealed class SheetLayout
{
    /// <summary>National ids of 务工所在地: province, city, county, town.</summary>
    private static readonly string[] WorkPlaceIds = ["AAB025", "AAB026", "AAB027", "AAB028"];
    public const int CountyPart = 2;

    private static readonly (SheetKind Kind, string Name, string[] Names, EntityMap[] Maps)[] Sheets =
    [
        (SheetKind.HouseholdsAndMembers, "户和成员", ["户和成员", "户及成员", "户信息", "家庭成员", "成员", "监测对象信息", "脱贫户信息"], [EntityMap.Household, EntityMap.Member]),
        (SheetKind.Incomes, "年度收入", ["年度收入", "收入"], [EntityMap.AnnualIncome]),
        (SheetKind.Expenditures, "年度支出", ["年度支出", "支出"], [EntityMap.AnnualExpenditure]),
        (SheetKind.Living, "生产生活条件", ["生产生活条件", "生产生活", "生活条件"], [EntityMap.LivingCondition]),
        (SheetKind.Securities, "三保障", ["三保障", "三保障和饮水安全"], [EntityMap.SecurityStatus]),
        (SheetKind.Episodes, "风险", ["风险", "风险识别消除"], [EntityMap.RiskEpisode]),
        (SheetKind.Measures, "措施", ["措施", "帮扶措施"], [EntityMap.Measure]),
    ];

    private readonly Dictionary<string, ColumnTarget> targets = new(StringComparer.Ordinal);
    private readonly string[] names;

    private SheetLayout(DataDictionary dictionary, SheetKind kind, string name, string[] names, EntityMap[] maps)
    {
        (Kind, Name, this.names, Maps) = (kind, name, [.. names.Select(n => Fold.Label(n))], [.. maps]);
        var keys = maps.SelectMany(m => dictionary.Entity(m.Name).Fields.SelectMany(f => KeysOf(f).Select(k => (k.Rank, k.Key, Target: TargetOf(m, f))))).ToList();
        if (kind == SheetKind.Measures) keys.AddRange(CategoryKeys(dictionary));
        if (kind == SheetKind.HouseholdsAndMembers) keys.AddRange(WorkPlaceIds.Select((id, i) => (0, id, (ColumnTarget)new WorkPlaceTarget(i))));
        foreach (var rank in keys.GroupBy(k => k.Rank).OrderBy(g => g.Key)) Add(rank);
    }

    public SheetKind Kind { get; }

    /// <summary>中文名 as the platform writes it.</summary>
    public string Name { get; }
    public ImmutableArray<EntityMap> Maps { get; }

    public static ImmutableArray<SheetLayout> All(DataDictionary dictionary) => [.. Sheets.Select(s => new SheetLayout(dictionary, s.Kind, s.Name, s.Names, s.Maps))];

    /// <summary>By the whole name or a part of it between dashes: csv files are named 柘城县-年度收入.</summary>
    public bool GoesBy(string sheetName) =>
        names.Contains(Fold.Label(sheetName)) || sheetName.Split('-', '_', '－', '—').Any(part => names.Contains(Fold.Label(part)));

    /// <summary>Null when the header is none of this sheet.</summary>
    public ColumnTarget? Find(string header)
    {
        var key = Fold.Label(header).Trim('*');
        return targets.GetValueOrDefault(key);
    }

    private static ColumnTarget TargetOf(EntityMap map, FieldDefinition field) =>
        field.Derived ? new DerivedTarget(field) : new FieldTarget(map, field, map.Find(field.Id));

    /// <summary>
    /// The spellings of one field, best first. What a bracket says is dropped only if the rest is no better spelling of another field
    /// (公益性岗位 / 公益性岗位(月数)), which the ranks see to.
    /// </summary>
    private static IEnumerable<(int Rank, string Key)> KeysOf(FieldDefinition field)
    {
        yield return (0, Fold.Label(field.Label));
        yield return (0, Fold.Label(field.Id));
        foreach (var alias in field.Aliases) yield return (1, Fold.Label(alias));
        foreach (var unit in UnitsOf(field)) yield return (2, Fold.Label(field.Label + unit));
        var bare = Fold.WithoutBrackets(field.Label);
        if (bare == field.Label) yield break;
        yield return (3, Fold.Label(bare));
        foreach (var unit in UnitsOf(field)) yield return (3, Fold.Label(bare + unit));
        if (InBrackets(field.Label) is { } inner && inner != "推导") yield return (4, Fold.Label(inner));
    }

    /// <summary>元/月 may also be written 元. A header in 万元 is another quantity and stays unknown.</summary>
    private static IEnumerable<string> UnitsOf(FieldDefinition field) =>
        field.Unit is null ? [] : field.Unit.Contains('/', StringComparison.Ordinal) ? [field.Unit, field.Unit[..field.Unit.IndexOf('/', StringComparison.Ordinal)]] : [field.Unit];

    private static string? InBrackets(string label)
    {
        var open = label.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && label.EndsWith(')') ? label[(open + 1)..^1] : null;
    }

    private static IEnumerable<(int, string, ColumnTarget)> CategoryKeys(DataDictionary dictionary)
    {
        foreach (var category in dictionary.List("MeasureCategory").Codes)
        {
            yield return (0, Fold.Label(category.Label), new CategoryTarget(category.Code));
            yield return (2, Fold.Label(category.Label + "措施"), new CategoryTarget(category.Code));
            yield return (3, Fold.Label(Fold.WithoutBrackets(category.Label)), new CategoryTarget(category.Code));
        }
    }

    private void Add(IEnumerable<(int Rank, string Key, ColumnTarget Target)> rank)
    {
        foreach (var spelling in rank.GroupBy(k => k.Key).Where(g => !targets.ContainsKey(g.Key)).ToList())
        {
            if (spelling.Select(k => k.Target).Distinct().Count() == 1) targets.Add(spelling.Key, spelling.First().Target);
        }
    }
}
