using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Statistics;

/// <summary>
/// Statistic 8's cells of one household. Every recognition since 2021 counts under its category, once for "any risk" and once for each of its risks. 累计 counts a
/// household once under each filter: recognitions that are not the first under a filter are counted as repeats of that filter and taken off when read.
/// Repeats are few, so this keeps vectors a third of what first recognitions per filter would take.
/// </summary>
internal static class EpisodeCells
{
    public static CellVector Of(HouseholdFile file, StatisticClass @class, int activeMembers)
    {
        var cells = new CellVector.Builder();
        var seen = file.Episodes.Length > 1 ? new HashSet<(int Category, int Risk)>() : null;
        foreach (var episode in InOrder(file))
        {
            if (MonthNumber(episode) is not { } month) continue;
            var people = episode.IdMemberCount is > 0 and var counted ? counted : activeMembers;
            var category = Codes.Category(episode.MonitorCategory);
            foreach (var risk in RiskOptions(episode))
            {
                Add(cells, Measures.NewEpisodes, Measures.NewPersons, @class, new(month, category, risk), people);
                if (month == 0 || seen is null) continue;
                if (!seen.Add((0, risk))) Add(cells, Measures.RepeatEpisodes, Measures.RepeatPersons, @class, new(month, 0, risk), people);
                if (category != 0 && !seen.Add((category, risk)))
                    Add(cells, Measures.RepeatEpisodes, Measures.RepeatPersons, @class, new(month, category, risk), people);
            }
        }
        return cells.Build();
    }

    private static IEnumerable<RiskEpisode> InOrder(HouseholdFile file) => file.Episodes.Length == 1
        ? file.Episodes
        : file.Episodes.OrderBy(e => e.RecognizedMonth?.Number ?? 0).ThenBy(e => e.EpisodeNo ?? int.MaxValue);

    private static int? MonthNumber(RiskEpisode episode) => episode.RecognizedMonth is { } month ? EpisodeArgument.MonthNumber(month) : 0;

    /// <summary>0 for "whatever risk", then each risk of the five slots once.</summary>
    private static List<int> RiskOptions(RiskEpisode episode)
    {
        var options = new List<int>(6) { 0 };
        foreach (var code in (ReadOnlySpan<string?>)[episode.RiskType1, episode.RiskType2, episode.RiskType3, episode.RiskType4, episode.RiskType5])
            if (Codes.Risk(code) is > 0 and var risk && !options.Contains(risk))
                options.Add(risk);
        return options;
    }

    private static void Add(
        CellVector.Builder cells, MeasureDefinition homes, MeasureDefinition heads, StatisticClass @class, EpisodeArgument argument, int people)
    {
        cells.Add(Cell.Of(homes.Number, homes.Version, @class.Number, argument.Packed));
        cells.Add(Cell.Of(heads.Number, heads.Version, @class.Number, argument.Packed), people);
    }
}
