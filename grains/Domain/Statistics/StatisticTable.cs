using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Statistics;

/// <summary>A region with its figures.</summary>
public sealed record RegionVector(RegionCode Code, string Name, CellVector Vector);

/// <summary>One row.</summary>
/// <param name="Key">The region's code; in statistic 8 the month (<c>202103</c>), <c>total</c>, <c>empty</c> or <c>later</c>.</param>
/// <param name="Values">Per column; shares in percent; null prints as "—".</param>
public sealed record StatisticRow(string Key, string Name, IReadOnlyList<decimal?> Values);

/// <summary>A statistic filled in. The first row is 合计; the counts of the others add up to it.</summary>
public sealed record StatisticTable(StatisticQuery Query, DateOnly Day, IReadOnlyList<StatisticRow> Rows, IReadOnlyList<string> Notes)
{
    public const string TotalLabel = "合计";

    public IReadOnlyList<StatisticColumn> Columns => Query.Definition.Columns;

    /// <summary>Header over the rows' names.</summary>
    public string RowHeader => Query.Definition.ByMonth ? "月份" : "地区";

    /// <summary>Fills a statistic.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="total">The region itself; its name stays out of the table, whose first row says 合计.</param>
    /// <param name="children">Whose vectors add up to the total, in code order.</param>
    /// <param name="day">The day at which the figures stand.</param>
    public static StatisticTable Of(StatisticQuery query, RegionVector total, IReadOnlyList<RegionVector> children, DateOnly day) => new(
        query,
        day,
        query.Definition.ByMonth ? MonthRows.Of(query, total.Vector, day) : RegionRows.Of(query, total, children),
        StatisticNotes.Of(query, total.Vector));

    /// <summary>The cells behind a figure.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="cell">A count column's id; in statistic 8 followed by <c>@</c> and the row's key.</param>
    /// <param name="day">The day at which the figures stand.</param>
    /// <returns>Null when the table has no such cell, or the cell is no count.</returns>
    public static Selection? SelectionOf(StatisticQuery query, string cell, DateOnly day) =>
        query.Definition.ByMonth ? MonthRows.SelectionOf(query, cell, day) : RegionRows.SelectionOf(query, cell);
}
