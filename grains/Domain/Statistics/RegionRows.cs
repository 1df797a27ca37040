using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Statistics;

/// <summary>Statistics whose rows are areas: every column is a count of one measure, or is made of two such counts of its row.</summary>
internal static class RegionRows
{
    public static IReadOnlyList<StatisticRow> Of(StatisticQuery query, RegionVector total, IReadOnlyList<RegionVector> children) =>
    [
        Row(query, total, StatisticTable.TotalLabel),
        .. children.Select(child => Row(query, child, child.Name)),
    ];

    public static Selection? SelectionOf(StatisticQuery query, string cell) =>
        query.Definition.Columns.FirstOrDefault(c => c.Id == cell) is CountColumn column ? new Selection(query.Types.Classes, [new(column.Measure)]) : null;

    private static StatisticRow Row(StatisticQuery query, RegionVector region, string name)
    {
        var counts = Counts(region.Vector, query.Types.Classes);
        return new(region.Code.ToString(), name, [.. query.Definition.Columns.Select(column => Value(column, counts))]);
    }

    private static long[] Counts(CellVector vector, ClassSet classes)
    {
        var counts = new long[Measures.FlatLimit];
        foreach (var (cell, count) in vector)
        {
            if (cell.Measure >= Measures.FlatLimit) break;
            if (classes.Has(cell.Class) && Measures.Find(cell.Measure) is { } measure && measure.Version == cell.Version) counts[cell.Measure] += count;
        }
        return counts;
    }

    private static decimal? Value(StatisticColumn column, long[] counts) => column switch
    {
        CountColumn count => counts[count.Measure.Number],
        ShareColumn share => Rounded.Hundredths(counts[share.Part.Measure.Number] * 100, counts[share.Whole.Measure.Number]),
        AverageColumn average => Rounded.Hundredths(counts[average.Part.Measure.Number], counts[average.Whole.Measure.Number]),
        _ => throw new System.Diagnostics.UnreachableException(column.Id),
    };
}

/// <summary>Quotients of counts.</summary>
public static class Rounded
{
    /// <summary>Two decimals, half up; null when the denominator is 0.</summary>
    public static decimal? Hundredths(long numerator, long denominator) =>
        denominator == 0 ? null : new decimal(((numerator * 200) + denominator) / (2 * denominator)) / 100m;
}
