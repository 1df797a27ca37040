using System.Globalization;
using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Statistics;

/// <summary>
/// Statistic 8: rows are months from 2021-01 to the day's month, after 合计 and before 未填 and, if there is any, 异常 (a month that is still to come).
/// 累计 is recognitions up to the month less those that were not their household's first under the chosen filter.
/// </summary>
internal static class MonthRows
{
    private const string TotalKey = "total";
    private const string EmptyKey = "empty";
    private const string LaterKey = "later";

    public static IReadOnlyList<StatisticRow> Of(StatisticQuery query, CellVector vector, DateOnly day)
    {
        var sums = new MonthSums(query, vector);
        var last = LastMonth(day);
        var rows = new List<StatisticRow> { Row(query, sums, day, TotalKey, StatisticTable.TotalLabel) };
        for (var month = 1; month <= last; month++)
        {
            var at = EpisodeArgument.MonthOf(month);
            rows.Add(Row(query, sums, day, at.ToString(), $"{at.Year:D4}-{at.Month:D2}"));
        }
        rows.Add(Row(query, sums, day, EmptyKey, "未填"));
        var later = Row(query, sums, day, LaterKey, "异常(晚于本月)");
        if (later.Values.Any(v => v is > 0)) rows.Add(later);
        return rows;
    }

    public static Selection? SelectionOf(StatisticQuery query, string cell, DateOnly day)
    {
        var at = cell.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || query.Definition.Columns.FirstOrDefault(c => c.Id == cell[..at]) is not MonthColumn column) return null;
        if (MonthsOf(cell[(at + 1)..], day) is not { } row || (column.Running && row.Running is null)) return null;
        if (column.Category is { } only && query.Category is { } chosen && only != chosen) return new Selection(query.Types.Classes, []);
        var category = column.Category ?? query.Category;
        var risk = Codes.Risk(query.Risk);
        return column.Running
            ? new Selection(query.Types.Classes,
            [
                new(Measures.NewOf(column.Heads), 1, new(1, row.Running!.Value, category, risk)),
                new(Measures.RepeatOf(column.Heads), -1, new(1, row.Running!.Value, category ?? 0, risk)),
            ])
            : new Selection(query.Types.Classes, [new(Measures.NewOf(column.Heads), 1, new(row.From, row.To, category, risk))]);
    }

    /// <summary>Month numbers that a row stands for, and the month up to which its 累计 runs; null when the key is no row.</summary>
    private static (int From, int To, int? Running)? MonthsOf(string key, DateOnly day)
    {
        var last = LastMonth(day);
        switch (key)
        {
            case TotalKey: return (0, int.MaxValue, last);
            case EmptyKey: return (0, 0, null);
            case LaterKey: return (last + 1, int.MaxValue, null);
        }
        return YearMonth.TryParse(key, out var month) && EpisodeArgument.MonthNumber(month) is { } number && number <= last ? (number, number, number) : null;
    }

    private static int LastMonth(DateOnly day) => EpisodeArgument.MonthNumber(YearMonth.Of(day)) ?? 0;

    private static StatisticRow Row(StatisticQuery query, MonthSums sums, DateOnly day, string key, string name)
    {
        var (from, to, running) = MonthsOf(key, day)!.Value;
        return new(key, name, [.. query.Definition.Columns.Cast<MonthColumn>().Select(column =>
            column.Running ? running is { } until ? sums.Running(column, until) : (decimal?)null : sums.New(column, from, to))]);
    }
}

/// <summary>One pass over a vector's recognitions, so that a table of a hundred months does not look at every cell a hundred times.</summary>
internal sealed class MonthSums
{
    private const int Categories = 4;

    /// <summary>By heads (0 households, 1 people), category (0 = in no list) and month: sums of all months up to and with it.</summary>
    private readonly long[][][] _new;

    /// <summary>By heads and month: repeats under the chosen filter, summed up likewise.</summary>
    private readonly long[][] _repeats;
    private readonly int? _category;

    public MonthSums(StatisticQuery query, CellVector vector)
    {
        _category = query.Category;
        var risk = Codes.Risk(query.Risk);
        _new = [.. new[] { false, true }.Select(heads => Enumerable.Range(0, Categories).Select(category =>
            Sum(vector, query, Measures.NewOf(heads), category, risk)).ToArray())];
        _repeats = [.. new[] { false, true }.Select(heads => Sum(vector, query, Measures.RepeatOf(heads), query.Category ?? 0, risk))];
    }

    public long New(MonthColumn column, int from, int to)
    {
        var sums = _new[column.Heads ? 1 : 0];
        return Enumerable.Range(0, Categories).Where(c => Counts(column, c)).Sum(c => UpTo(sums[c], to) - UpTo(sums[c], from - 1));
    }

    public long Running(MonthColumn column, int until) =>
        New(column, 1, until) - UpTo(_repeats[column.Heads ? 1 : 0], until);

    private bool Counts(MonthColumn column, int category) =>
        (column.Category is null || column.Category == category) && (_category is null || _category == category);

    private static long UpTo(long[] sums, int month) => month < 0 || sums.Length == 0 ? 0 : sums[Math.Min(month, sums.Length - 1)];

    private static long[] Sum(CellVector vector, StatisticQuery query, MeasureDefinition measure, int category, int risk)
    {
        var months = new List<long>(128);
        foreach (var (cell, count) in vector.OfMeasure(measure.Number))
        {
            var argument = EpisodeArgument.FromPacked(cell.Argument);
            if (cell.Version != measure.Version || argument.Category != category || argument.Risk != risk || !query.Types.Classes.Has(cell.Class)) continue;
            while (months.Count <= argument.Month) months.Add(0);
            months[argument.Month] += count;
        }
        for (var at = 1; at < months.Count; at++) months[at] += months[at - 1];
        return [.. months];
    }
}
