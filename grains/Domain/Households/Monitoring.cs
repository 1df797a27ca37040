using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>
/// Which episode a household is monitored in. The national system's main sheet says it in columns of the household; the sheet of episodes comes apart from it, or
/// never. What only the columns say is an episode all the same, and stands in the file as soon as somebody decides about it.
/// </summary>
public static class Monitoring
{
    /// <summary>The newest episode, whether eliminated or not; null when there is none.</summary>
    public static RiskEpisode? Current(string code, HouseholdFile file)
    {
        var newest = file.Episodes.LastOrDefault();
        if (newest is { RiskEliminated: not YesNo.Yes } || !ByColumns(file.Household)) return newest;
        return newest is not null && newest.RecognizedMonth == file.Household.RecognizedMonth ? newest : OfColumns(code, file);
    }

    /// <summary>The file in which that episode stands, where it is the current one.</summary>
    internal static HouseholdFile WithEpisode(string code, HouseholdFile file, string episodeId) =>
        file.Episodes.All(e => e.EpisodeId != episodeId) && Current(code, file) is { } current && current.EpisodeId == episodeId
            ? file with { Episodes = file.Episodes.Add(current) }
            : file;

    /// <summary>Whether the episode was made here of what the columns, or a sheet without numbers, said.</summary>
    internal static bool IsUnnumbered(string code, RiskEpisode episode) => episode.EpisodeId == IdOf(code, episode.RecognizedMonth);

    private static bool ByColumns(Household household) => household is { MonitorCategory: { Length: > 0 }, RiskEliminated: not YesNo.Yes };

    private static string IdOf(string code, YearMonth? month) => ImportDecision.IdOf("episode", code, RecordMerge.KeyOf(new RiskEpisode { RecognizedMonth = month }));

    private static RiskEpisode OfColumns(string code, HouseholdFile file)
    {
        var h = file.Household;
        return new RiskEpisode
        {
            EpisodeId = IdOf(code, h.RecognizedMonth), HouseholdCode = code, EpisodeNo = (file.Episodes.LastOrDefault()?.EpisodeNo ?? 0) + 1, RiskEliminated = YesNo.No,
            MonitorCategory = h.MonitorCategory, RecognizedMonth = h.RecognizedMonth, InNationalSystem = YesNo.Yes, IdMemberCount = file.ActiveMembers.Count(),
            RiskType1 = h.RiskType1, RiskType2 = h.RiskType2, RiskType3 = h.RiskType3, RiskType4 = h.RiskType4, RiskType5 = h.RiskType5, RiskOtherRemark = h.RiskOtherRemark,
        };
    }
}
