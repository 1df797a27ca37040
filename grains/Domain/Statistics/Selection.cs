using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Statistics;

/// <summary>Which cells a figure adds up (and takes off): what opens it to its households.</summary>
/// <remarks>For one household it is what the household adds to the figure, never negative.</remarks>
public sealed record Selection(ClassSet Classes, IReadOnlyList<SelectionTerm> Terms)
{
    /// <summary>The figure of a vector.</summary>
    public long In(CellVector vector)
    {
        var sum = 0L;
        foreach (var term in Terms)
            foreach (var (cell, count) in vector.OfMeasure(term.Measure.Number))
                if (cell.Version == term.Measure.Version && Classes.Has(cell.Class) && term.Takes(cell.Argument))
                    sum += term.Sign * count;
        return sum;
    }
}

/// <summary>Cells of one measure, all of them or those of some months under one filter.</summary>
/// <param name="Sign">1 or -1.</param>
/// <param name="Months">Null = the measure has no argument.</param>
public sealed record SelectionTerm(MeasureDefinition Measure, int Sign = 1, EpisodeRange? Months = null)
{
    internal bool Takes(int argument) => Months is null || Months.Takes(EpisodeArgument.FromPacked(argument));
}

/// <summary>Months from-to (see <see cref="EpisodeArgument.Month"/>, both included), one category or any, one risk option.</summary>
public sealed record EpisodeRange(int From, int To, int? Category, int Risk)
{
    internal bool Takes(EpisodeArgument argument) =>
        argument.Month >= From && argument.Month <= To && argument.Risk == Risk && (Category is null || argument.Category == Category);
}
