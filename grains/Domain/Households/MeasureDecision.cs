using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>帮扶措施: planned or under way until finished or stopped.</summary>
internal static class MeasureDecision
{
    private const string Planned = "1", Running = "2", Finished = "3", Stopped = "4";
    private static readonly string[] Fixed = [nameof(Measure.MeasureId), nameof(Measure.HouseholdCode)];
    private static readonly string[] Needed = [nameof(Measure.Category), nameof(Measure.Item), nameof(Measure.StartedOn)];

    public static Outcome<HouseholdFile> Add(HouseholdFile file, AddMeasure add, DecisionContext context)
    {
        if (file.Measures.Any(m => m.MeasureId == add.MeasureId)) return HouseholdErrors.MeasureExists;
        if (file.Measures.Length >= HouseholdLimits.RecordsMax) return HouseholdErrors.TooManyRecords;
        var fresh = new Measure { MeasureId = add.MeasureId, HouseholdCode = context.Code, EpisodeId = file.Episodes.LastOrDefault()?.EpisodeId, Status = Planned };
        var filled = Form.Fill(fresh, EntityMap.Measure, add.Fields, nameof(Measure), context, Needed, Fixed);
        if (!filled.Ok) return new Outcome<HouseholdFile> { Errors = filled.Errors };
        var measure = filled.Value!;
        if (Fault(file, measure) is { } fault) return fault;
        return file with { Measures = file.Measures.Add(measure with { StatYear = measure.StatYear ?? measure.StartedOn!.Value.Year }) };
    }

    public static Outcome<HouseholdFile> Amend(HouseholdFile file, AmendMeasure amend, DecisionContext context)
    {
        if (file.Measures.FirstOrDefault(m => m.MeasureId == amend.MeasureId) is not { } measure) return HouseholdErrors.MeasureNotFound;
        if (measure.Status is Finished or Stopped) return HouseholdErrors.MeasureEnded;
        if (amend.Fields[nameof(Measure.Status)] is not (null or Planned or Running)) return HouseholdErrors.BadMeasureStatus;
        var filled = Form.Fill(measure, EntityMap.Measure, amend.Fields, nameof(Measure), context, Needed, [.. Fixed, nameof(Measure.EpisodeId), nameof(Measure.EndedOn)]);
        if (!filled.Ok) return new Outcome<HouseholdFile> { Errors = filled.Errors };
        return Fault(file, filled.Value!) is { } fault ? fault : file with { Measures = file.Measures.Replace(measure, filled.Value!) };
    }

    /// <summary>All or none.</summary>
    public static Outcome<HouseholdFile> Decide(HouseholdFile file, DecideMeasures decide, DecisionContext context)
    {
        file = Monitoring.WithEpisode(context.Code, file, decide.EpisodeId);
        if (file.Episodes.FirstOrDefault(e => e.EpisodeId == decide.EpisodeId) is not { } episode) return HouseholdErrors.EpisodeNotFound;
        var after = file with { Episodes = file.Episodes.Replace(episode, episode with { MeasureDecidedOn = episode.MeasureDecidedOn ?? decide.DecidedOn }) };
        foreach (var measure in decide.Measures)
        {
            var fields = measure.Fields.With(nameof(Measure.EpisodeId), decide.EpisodeId);
            var added = Add(after, new AddMeasure { MeasureId = measure.MeasureId, Fields = fields }, context);
            if (!added.Ok) return added;
            after = added.Value!;
        }
        return after;
    }

    private static DomainError? Fault(HouseholdFile file, Measure measure)
    {
        if (!measure.Item!.StartsWith(measure.Category!, StringComparison.Ordinal)) return HouseholdErrors.ItemOfOtherCategory;
        if (measure.PersonCode is { } person && MemberDecision.Find(file, person) is null) return HouseholdErrors.MemberNotFound;
        return measure.EpisodeId is { } episode && file.Episodes.All(e => e.EpisodeId != episode) ? HouseholdErrors.EpisodeNotFound : null;
    }

    public static Outcome<HouseholdFile> Finish(HouseholdFile file, FinishMeasure finish, DecisionContext context)
    {
        if (file.Measures.FirstOrDefault(m => m.MeasureId == finish.MeasureId) is not { } measure) return HouseholdErrors.MeasureNotFound;
        if (measure.Status is Finished or Stopped) return HouseholdErrors.MeasureEnded;
        if (finish.Status is not (Finished or Stopped)) return HouseholdErrors.BadMeasureStatus;
        if (finish.EndedOn < measure.StartedOn) return HouseholdErrors.EndsBeforeStart;
        var fields = finish.EffectNote is null ? FieldTexts.None : FieldTexts.Of((nameof(Measure.EffectNote), finish.EffectNote));
        fields = fields.With(nameof(Measure.EndedOn), FieldText.Of(finish.EndedOn)).With(nameof(Measure.Status), finish.Status);
        return Form.Fill(measure, EntityMap.Measure, fields, nameof(Measure), context)
            .As(ended => file with { Measures = file.Measures.Replace(measure, ended) });
    }
}
