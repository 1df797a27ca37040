namespace FangFanPin.Domain.Statistics;

/// <summary>One statistic of the contract: its number, name and columns. Rows are areas, or months in statistic 8.</summary>
public sealed record StatisticDefinition(int Number, string Name, string Unit, bool ByMonth, IReadOnlyList<StatisticColumn> Columns)
{
    private static readonly CountColumn Homes = Plain(Measures.Households);
    private static readonly CountColumn Heads = Plain(Measures.Persons);
    private static readonly CountColumn TotalHeads = new(Measures.Persons, "合计", "人");

    public static StatisticDefinition Population { get; } = new(1, "人口基本信息", "户、人", false,
    [
        Homes, Heads, Plain(Measures.Male), Plain(Measures.Female), Plain(Measures.SexEmpty),
        Plain(Measures.Minority), Plain(Measures.Han), Plain(Measures.EthnicEmpty),
        new AverageColumn("personsPerHousehold", "户均人口", "人/户", Heads, Homes),
        Plain(Measures.PartyMembers), Plain(Measures.WorkingAge), Plain(Measures.InSchool),
    ]);

    public static StatisticDefinition Ages { get; } = new(2, "年龄分组", "人", false,
    [
        TotalHeads,
        .. WithShares(Measures.AgeUnder16, Measures.Age16, Measures.Age30, Measures.Age40, Measures.Age50, Measures.Age60),
        new CountColumn(Measures.AgeEmpty, "未填", "人"),
    ]);

    public static StatisticDefinition Health { get; } = new(3, "身体健康状况", "人", false,
    [
        TotalHeads,
        .. WithShares(Measures.Chronic, Measures.SeriousIllness, Measures.Disabled, Measures.Healthy),
        new CountColumn(Measures.HealthEmpty, "未填", "人"),
        new CountColumn(Measures.AnyChronic, "含多选", "长期慢性病"),
        new CountColumn(Measures.AnySeriousIllness, "含多选", "患大病"),
        new CountColumn(Measures.AnyDisabled, "含多选", "残疾"),
        new CountColumn(Measures.AnyHealthy, "含多选", "健康"),
        new CountColumn(Measures.SevereDisability, "其中一二级残疾", "人"),
    ]);

    public static StatisticDefinition Recognised { get; } = new(8, "2021年以来新识别监测对象", "户、人", true,
    [
        new MonthColumn("newHouseholds", null, "新增户", "户", false, null, false),
        new MonthColumn("newPersons", null, "新增人", "人", true, null, false),
        .. Pair("unstable", "脱贫不稳定", 1),
        .. Pair("marginal", "边缘易致贫", 2),
        .. Pair("sudden", "突发严重困难", 3),
        new MonthColumn("totalHouseholds", null, "累计户", "户", false, null, true),
        new MonthColumn("totalPersons", null, "累计人", "人", true, null, true),
    ]);

    public static IReadOnlyList<StatisticDefinition> All { get; } = [Population, Ages, Health, Recognised];

    /// <summary>The statistic of a number as text; null when there is none (yet).</summary>
    public static StatisticDefinition? Find(string? number) =>
        All.FirstOrDefault(d => d.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) == number);

    private static CountColumn Plain(MeasureDefinition measure) => new(measure, null, measure.Label);

    private static IEnumerable<StatisticColumn> WithShares(params MeasureDefinition[] measures)
    {
        foreach (var measure in measures)
        {
            var count = new CountColumn(measure, measure.Label, "人");
            yield return count;
            yield return new ShareColumn(count, TotalHeads);
        }
    }

    private static IEnumerable<StatisticColumn> Pair(string id, string label, int category) =>
    [
        new MonthColumn(id + "Households", label, "户", "户", false, category, false),
        new MonthColumn(id + "Persons", label, "人", "人", true, category, false),
    ];
}
