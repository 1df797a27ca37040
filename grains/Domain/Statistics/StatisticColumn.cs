namespace FangFanPin.Domain.Statistics;

/// <summary>One column of a statistic.</summary>
/// <param name="Id">Identifier in the API, unique in its table.</param>
/// <param name="Group">Upper header over neighbouring columns of the same group; null = the label spans both header rows.</param>
/// <param name="Unit">户, 人, % or 人/户.</param>
public abstract record StatisticColumn(string Id, string? Group, string Label, string Unit);

/// <summary>A sum of one measure over the chosen classes.</summary>
public sealed record CountColumn(MeasureDefinition Measure, string? Group, string Label) : StatisticColumn(Measure.Id, Group, Label, Measure.Unit);

/// <summary>One count in percent of another, 0.00 to 100.00.</summary>
public sealed record ShareColumn(CountColumn Part, CountColumn Whole) : StatisticColumn(Part.Id + "Share", Part.Group, "占比", "%");

/// <summary>One count per another, two decimals.</summary>
public sealed record AverageColumn(string Id, string Label, string Unit, CountColumn Part, CountColumn Whole) : StatisticColumn(Id, null, Label, Unit);

/// <summary>Statistic 8: recognitions of the row's month, or households recognised up to it.</summary>
/// <param name="Heads">People instead of households.</param>
/// <param name="Category">Only this 监测对象类别; null = all that the filter leaves.</param>
/// <param name="Running">累计.</param>
public sealed record MonthColumn(string Id, string? Group, string Label, string Unit, bool Heads, int? Category, bool Running)
    : StatisticColumn(Id, Group, Label, Unit);
