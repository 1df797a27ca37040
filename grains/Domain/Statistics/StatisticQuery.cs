using System.Globalization;

namespace FangFanPin.Domain.Statistics;

/// <summary>Which statistic, with which filters. Two equal queries have equal <see cref="Key"/>s.</summary>
public sealed record StatisticQuery
{
    public required StatisticDefinition Definition { get; init; }
    public required HouseholdTypeFilter Types { get; init; }

    /// <summary>监测对象类别 1 to 3; null = all. Statistic 8 only.</summary>
    public int? Category { get; init; }

    /// <summary>风险类型 as in <see cref="RiskOptions"/>; null = all. Statistic 8 only.</summary>
    public string? Risk { get; init; }

    /// <summary>Canonical text of everything chosen.</summary>
    public string Key => $"{Definition.Number}|{Types.Code}|{Category}|{Risk}";

    /// <summary>风险类型: code and label.</summary>
    public static IReadOnlyDictionary<string, string> RiskOptions { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["01"] = "因病", ["02"] = "因残", ["03"] = "因学", ["04"] = "因自然灾害", ["05"] = "因意外事故", ["06"] = "因产业项目失败",
        ["07"] = "因务工就业不稳", ["08"] = "缺劳动力", ["09"] = "因住房出现安全问题", ["10"] = "因饮水出现安全问题", ["99"] = "其他",
    };

    /// <summary>监测对象类别: label by number - 1.</summary>
    public static IReadOnlyList<string> CategoryOptions { get; } = ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"];

    /// <summary>As printed under 统计口径.</summary>
    public string FilterText => "户类型:" + Types.Label
        + (Definition.ByMonth ? $";监测对象类别:{(Category is { } c ? CategoryOptions[c - 1] : "全部")};风险类型:{(Risk is { } r ? RiskOptions[r] : "全部")}" : "");

    /// <summary>Reads what a request says; every fault at once.</summary>
    /// <param name="number">Statistic number as text.</param>
    /// <param name="types">Codes of 户类型 with commas; null = 帮扶对象.</param>
    /// <param name="category">监测对象类别; only with statistic 8.</param>
    /// <param name="risk">风险类型; only with statistic 8.</param>
    /// <param name="year">统计年度; null = the year of <paramref name="today"/>.</param>
    /// <param name="today">Day in Asia/Shanghai.</param>
    public static Outcome<StatisticQuery> Parse(string number, string? types, string? category, string? risk, string? year, DateOnly today)
    {
        if (StatisticDefinition.Find(number) is not { } definition) return StatisticsErrors.Unknown(number);
        var errors = new List<DomainError>();
        if (!HouseholdTypeFilter.TryParse(types, out var filter)) errors.Add(StatisticsErrors.BadFilter("householdTypes"));
        if (!string.IsNullOrEmpty(category) && (!definition.ByMonth || Codes.Category(category) == 0)) errors.Add(StatisticsErrors.BadFilter("category"));
        if (!string.IsNullOrEmpty(risk) && (!definition.ByMonth || !RiskOptions.ContainsKey(risk))) errors.Add(StatisticsErrors.BadFilter("risk"));
        if (YearError(year, today) is { } wrong) errors.Add(wrong);
        if (errors.Count > 0) return errors;
        return new StatisticQuery
        {
            Definition = definition,
            Types = filter!,
            Category = string.IsNullOrEmpty(category) ? null : Codes.Category(category),
            Risk = string.IsNullOrEmpty(risk) ? null : risk,
        };
    }

    private static DomainError? YearError(string? year, DateOnly today)
    {
        if (string.IsNullOrEmpty(year)) return null;
        var read = int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (!read || year.Length != 4 || number > today.Year) return StatisticsErrors.BadYear();
        return number == today.Year ? null : StatisticsErrors.YearNotClosed(number);
    }
}
