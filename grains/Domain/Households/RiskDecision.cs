using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>Monitoring episodes: recognised and eliminated; the household's own fields repeat the current one, as the national system does.</summary>
internal static class RiskDecision
{
    private static readonly string[] Fixed =
        [nameof(RiskEpisode.EpisodeId), nameof(RiskEpisode.HouseholdCode), nameof(RiskEpisode.EpisodeNo), nameof(RiskEpisode.RiskEliminated)];

    private static readonly string[] NeededToIdentify =
        [nameof(RiskEpisode.MonitorCategory), nameof(RiskEpisode.RiskType1), nameof(RiskEpisode.RecognizedMonth)];

    private static readonly string[] NeededToEliminate = [nameof(RiskEpisode.EliminationMode), nameof(RiskEpisode.EliminatedMonth)];

    public static Outcome<HouseholdFile> Identify(HouseholdFile file, IdentifyRisk identify, DecisionContext context)
    {
        if (file.Episodes.Any(e => e.EpisodeId == identify.EpisodeId)) return HouseholdErrors.EpisodeExists;
        if (Monitoring.Current(context.Code, file) is { RiskEliminated: not YesNo.Yes }) return HouseholdErrors.EpisodeOpen;
        if (file.Episodes.Length >= HouseholdLimits.RecordsMax) return HouseholdErrors.TooManyRecords;
        var fresh = new RiskEpisode
        {
            EpisodeId = identify.EpisodeId,
            HouseholdCode = context.Code,
            EpisodeNo = (file.Episodes.LastOrDefault()?.EpisodeNo ?? 0) + 1,
            RiskEliminated = YesNo.No,
            IdMemberCount = file.ActiveMembers.Count(),
            InNationalSystem = YesNo.No,
        };
        return Form.Fill(fresh, EntityMap.RiskEpisode, identify.Fields, nameof(RiskEpisode), context, NeededToIdentify, Fixed)
            .As(episode => file with { Episodes = file.Episodes.Add(episode), Household = Mirrored(file.Household, episode) });
    }

    public static Outcome<HouseholdFile> Eliminate(HouseholdFile file, EliminateRisk eliminate, DecisionContext context)
    {
        file = Monitoring.WithEpisode(context.Code, file, eliminate.EpisodeId);
        if (file.Episodes.FirstOrDefault(e => e.EpisodeId == eliminate.EpisodeId) is not { } episode) return HouseholdErrors.EpisodeNotFound;
        if (episode.RiskEliminated == YesNo.Yes) return HouseholdErrors.EpisodeClosed;
        var filled = Form.Fill(episode, EntityMap.RiskEpisode, eliminate.Fields, nameof(RiskEpisode), context, NeededToEliminate, Fixed);
        if (!filled.Ok) return new Outcome<HouseholdFile> { Errors = filled.Errors };
        var ended = filled.Value! with { RiskEliminated = YesNo.Yes };
        if (ended.EliminatedMonth < ended.RecognizedMonth) return HouseholdErrors.EliminatedBeforeRecognized;
        var isCurrent = file.Episodes[^1] == episode;
        return file with
        {
            Episodes = file.Episodes.Replace(episode, ended),
            Household = isCurrent ? Mirrored(file.Household, ended) : file.Household,
        };
    }

    public static HouseholdFile Found(HouseholdFile file) => file.Episodes.IsEmpty ? file : file with
    {
        Episodes = file.Episodes.SetItem(file.Episodes.Length - 1, file.Episodes[^1] with { InNationalSystem = YesNo.Yes }),
    };

    private static Household Mirrored(Household household, RiskEpisode episode) => household with
    {
        MonitorCategory = episode.MonitorCategory,
        RecognizedMonth = episode.RecognizedMonth,
        RiskEliminated = episode.RiskEliminated,
        EliminatedMonth = episode.EliminatedMonth,
        RiskType1 = episode.RiskType1,
        RiskType2 = episode.RiskType2,
        RiskType3 = episode.RiskType3,
        RiskType4 = episode.RiskType4,
        RiskType5 = episode.RiskType5,
        RiskOtherRemark = episode.RiskOtherRemark,
    };
}
