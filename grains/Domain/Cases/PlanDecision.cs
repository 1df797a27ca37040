using System.Collections.Immutable;
using System.Globalization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>帮扶措施落实 (W4): the village proposes, the town confirms, months are noted, and every measure ends with a reason.</summary>
internal static class PlanDecision
{
    /// <summary>
    /// By the system when a recognition is approved, and for households that came monitored from elsewhere; by the village too. What such a household's file has in
    /// measures becomes the plan's: where that answers every risk they are followed month by month, and otherwise the village adds what is missing.
    /// </summary>
    public static Outcome<CaseMove> Open(OpenMeasures open, CaseContext context)
    {
        if (context.Household is not { Active: true, Village: { } village } household) return CaseErrors.UnknownHousehold;
        if (context.Actor.Party == CaseParty.Officer && !context.ActsAt(RegionLevel.Village, village)) return CaseErrors.NotYourStep;
        if (!household.Monitored || household.Current!.EpisodeId is not { } episode) return CaseErrors.NoEpisode;
        if (context.Id != CaseIds.MeasuresOf(episode)) return CaseErrors.WrongEpisode;
        var recognized = household.Current.ApprovedOn ?? EndOf(household.Current.RecognizedMonth) ?? context.Today;
        var file = new CaseFile
        {
            Id = context.Id, Kind = CaseKinds.Measures, Step = CaseSteps.PlanWaiting, StepSince = context.Now, Village = village, HouseholdCode = household.Code, HeadName = household.HeadName,
            RiskSource = household.Current.RiskSource ?? "5", ClueFoundOn = context.Today, CountedFrom = context.Today, OpenedAt = context.Now, OpenedBy = context.Actor.Actor.Account,
            Deadline = CaseDeadline.In(context.Today, context.Parameters.DaysOf(CaseSteps.PlanWaiting)),
            Plan = new MeasurePlan
            {
                EpisodeId = episode, EpisodeNo = household.Current.EpisodeNo, Risks = RisksOf(household.Current), DefectOn = recognized.AddMonths(context.Parameters.MeasureDefectMonths),
                ConfirmedOn = household.Standing.Count > 0 ? household.Current.MeasureDecidedOn ?? context.Today : null, Measures = [.. household.Standing.Select(m => Known(m, context.Today))],
            },
        };
        var complete = household.Standing.Count > 0 && !MeasureRules.Missing(file.Plan, household).Any();
        return new CaseMove(complete ? OnTheWay(file, file.Plan, context) : file, CaseActions.OpenMeasures);
    }

    /// <summary>What was proposed before and not confirmed is replaced, so that a returned plan is corrected and not sent twice.</summary>
    public static Outcome<CaseMove> Propose(CaseFile file, ProposeMeasures propose, CaseContext context)
    {
        if (Gone(file, context) is { } gone) return gone;
        if (propose.Measures.IsDefaultOrEmpty) return CaseErrors.MeasureRequired;
        if (file.Plan!.Measures.Count(m => m.Status != MeasureStates.Proposed) + propose.Measures.Length > CaseLimits.MeasuresMax) return CaseErrors.TooManyMeasures;
        List<DomainError> errors = [];
        List<PlannedMeasure> proposed = [];
        foreach (var proposal in propose.Measures)
        {
            errors.AddRange(MeasureRules.Faults(proposal, context, out var fields));
            proposed.Add(new PlannedMeasure { MeasureId = $"{file.Id}-{file.MeasuresMade + proposed.Count + 1:D3}", Status = MeasureStates.Proposed, Fields = fields });
        }
        if (errors.Count > 0) return errors;
        var plan = file.Plan with { Measures = [.. file.Plan.Measures.Where(m => m.Status != MeasureStates.Proposed), .. proposed] };
        errors.AddRange(MeasureRules.Missing(plan, context.Household!));
        if (errors.Count > 0) return errors;
        var sent = file.SendUp(CaseSteps.PlanConfirming, context) with { Plan = plan, MeasuresMade = file.MeasuresMade + proposed.Count, ClosedAt = null, ResultText = null };
        return new CaseMove(sent, CaseActions.ProposeMeasures) { Details = Listed(proposed) };
    }

    /// <summary>The town confirms: from now on the measures stand in the household's file.</summary>
    public static Outcome<CaseMove> Confirm(CaseFile file, CaseContext context)
    {
        if (Gone(file, context) is { } gone) return gone;
        List<DomainError> missing = [.. MeasureRules.Missing(file.Plan!, context.Household!)];
        if (missing.Count > 0) return missing;
        List<PlannedMeasure> fresh = [.. file.Plan!.Measures.Where(m => m.Status == MeasureStates.Proposed).Select(m => m with { Status = MeasureStates.Decided, DecidedOn = context.Today })];
        var plan = file.Plan with
        {
            ConfirmedOn = file.Plan.ConfirmedOn ?? context.Today,
            Measures = [.. file.Plan.Measures.Where(m => m.Status != MeasureStates.Proposed), .. fresh],
        };
        return new CaseMove(OnTheWay(file, plan, context).OwingMeasures(fresh, context), CaseActions.Approve) { Details = Listed(fresh) };
    }

    /// <summary>Back to the village: to its planning, or to what runs already when only a supplement was refused.</summary>
    public static Outcome<CaseMove> SendBack(CaseFile file, SendBack back, CaseContext context)
    {
        if (CaseDecision.IsBlank(back.Opinion)) return CaseErrors.OpinionRequired;
        if (back.To is not null) return CaseErrors.BadReturn;
        return new CaseMove(Before(file, CaseDeadline.In(context.Today, context.Parameters.DaysAfterReturn(CaseSteps.PlanWaiting)), context), CaseActions.SendBack);
    }

    public static Outcome<CaseMove> Withdraw(CaseFile file, CaseContext context)
    {
        if (file.Opened) return CaseErrors.AlreadyLookedAt;
        return file.SentUnder is { } due ? new CaseMove(Before(file, due, context), CaseActions.Withdraw) : CaseErrors.WrongStep;
    }

    public static Outcome<CaseMove> Start(CaseFile file, StartMeasure start, CaseContext context)
    {
        if (Find(file, start.MeasureId) is not { Status: MeasureStates.Decided } measure) return CaseErrors.NoSuchMeasure;
        if (start.StartedOn > context.Today) return CaseErrors.FutureDate with { Field = nameof(start.StartedOn) };
        if (start.StartedOn < measure.DecidedOn!.Value.AddYears(-1)) return CaseErrors.StartsTooEarly;
        var plan = file.Plan!.With(measure with { Status = MeasureStates.Running, StartedOn = start.StartedOn, NotedOn = context.Today });
        var fields = FieldTexts.Of((nameof(Measure.Status), MeasureStates.Running), (nameof(Measure.StartedOn), Booking.DayText(start.StartedOn)));
        var after = Noted(file, plan, context).OwingMeasure(OwedPurposes.StartMeasure, new AmendMeasure { MeasureId = measure.MeasureId, Fields = fields }, context);
        return new CaseMove(after, CaseActions.StartMeasure) { Details = FieldTexts.Of(("MeasureId", measure.MeasureId), ("Item", measure.Item), ("StartedOn", Booking.DayText(start.StartedOn))) };
    }

    /// <summary>每月进展: one note may speak of several measures, and of all that stand when it names none.</summary>
    public static Outcome<CaseMove> Note(CaseFile file, NoteProgress note, CaseContext context)
    {
        if (CaseDecision.IsBlank(note.Opinion)) return CaseErrors.OpinionRequired;
        ImmutableArray<string> named = note.MeasureIds.IsDefaultOrEmpty ? [.. file.Plan!.Standing.Select(m => m.MeasureId)] : note.MeasureIds;
        if (named.IsEmpty || named.Any(id => Find(file, id) is not { Status: MeasureStates.Decided or MeasureStates.Running })) return CaseErrors.NoSuchMeasure;
        var plan = file.Plan! with { Measures = [.. file.Plan.Measures.Select(m => named.Contains(m.MeasureId) ? m with { NotedOn = context.Today } : m)] };
        return new CaseMove(Noted(file, plan, context), CaseActions.NoteProgress) { Details = FieldTexts.Of(("Measures", string.Join(',', named))) };
    }

    public static Outcome<CaseMove> End(CaseFile file, EndMeasure end, CaseContext context)
    {
        if (Find(file, end.MeasureId) is not { Status: MeasureStates.Decided or MeasureStates.Running } measure) return CaseErrors.NoSuchMeasure;
        if (end.Status is not (MeasureStates.Finished or MeasureStates.Stopped)) return HouseholdErrors.BadMeasureStatus;
        if (end.Status == MeasureStates.Finished && measure.Status == MeasureStates.Decided) return CaseErrors.NotStarted;
        if (CaseDecision.IsBlank(end.Opinion)) return CaseErrors.OpinionRequired;
        if (end.EndedOn > context.Today) return CaseErrors.FutureDate with { Field = nameof(end.EndedOn) };
        if (end.EndedOn < measure.StartedOn) return HouseholdErrors.EndsBeforeStart;
        var ended = Ended(file, [(measure, end.Status, end.EndedOn, end.Opinion!)], context);
        return new CaseMove(ClosedIfOver(ended, "措施全部结束", context), CaseActions.EndMeasure)
        {
            Details = FieldTexts.Of(("MeasureId", measure.MeasureId), ("Item", measure.Item), ("Status", end.Status), ("EndedOn", Booking.DayText(end.EndedOn))),
        };
    }

    /// <summary>
    /// The household is monitored no more: nothing that has not begun will begin, what runs is ended by people, each with its reason, and what is
    /// under contract goes on until the contract ends.
    /// </summary>
    public static Outcome<CaseMove> Over(CaseFile file, MeasuresOver over, CaseContext context)
    {
        if (file.Plan!.RiskGone) return CaseErrors.NothingDue;
        var kept = file.Plan with { RiskGone = true, Measures = [.. file.Plan.Measures.Where(m => m.Status != MeasureStates.Proposed)] };
        var dropped = kept.Measures.Where(m => m is { Status: MeasureStates.Decided, UnderContract: false }).Select(m => (m, MeasureStates.Stopped, context.Today, over.Reason)).ToList();
        var after = Ended(file with { Plan = kept }, dropped, context);
        if (!after.Plan!.Standing.Any()) after = after.Close(after.Plan.ConfirmedOn is null ? CaseSteps.PlanVoid : CaseSteps.PlanDone, over.Reason, context);
        else if (after.Step != CaseSteps.PlanRunning) after = OnTheWay(after, after.Plan, context);
        return new CaseMove(after, CaseActions.MeasuresOver) { Remark = over.Reason };
    }

    /// <summary>The household refused: what it does not have is not decided; the rest stands, with the reason in the history.</summary>
    public static Outcome<CaseMove> TakeBack(CaseFile file, BookingRefused refused, CaseContext context)
    {
        var (owed, rest) = (file.Owed.FirstOrDefault(), file.Owed.IsEmpty ? file.Owed : file.Owed.RemoveAt(0));
        var after = file with { Owed = rest };
        if (owed?.Change is DecideMeasures decide && after.IsOpen)
        {
            HashSet<string> lost = [.. decide.Measures.Select(m => m.MeasureId)];
            var plan = file.Plan! with { Measures = [.. file.Plan.Measures.Select(m => lost.Contains(m.MeasureId) ? m with { Status = MeasureStates.Proposed, DecidedOn = null, StartedOn = null } : m)] };
            if (plan.Measures.All(m => m.Status == MeasureStates.Proposed)) plan = plan with { ConfirmedOn = null };
            after = Before(after with { Plan = plan, Owed = [] }, CaseDeadline.In(context.Today, context.Parameters.DaysAfterReturn(CaseSteps.PlanWaiting)), context);
        }
        return new CaseMove(after, CaseActions.BookingRefused) { Details = FieldTexts.Of(("Code", refused.Code)), Remark = refused.Opinion };
    }

    private static DomainError? Gone(CaseFile file, CaseContext context)
    {
        if (context.Household is not { Active: true } household) return CaseErrors.UnknownHousehold;
        return file.Plan!.RiskGone || !household.IsMonitoredIn(file.Plan) ? CaseErrors.NoEpisode : null;
    }

    /// <summary>A measure of the file; nothing is owed for the months before the plan.</summary>
    private static PlannedMeasure Known(Measure measure, DateOnly today) => new()
    {
        MeasureId = measure.MeasureId!, Status = HasBegun(measure) ? MeasureStates.Running : MeasureStates.Decided,
        Fields = FieldTexts.Of((nameof(Measure.Category), measure.Category), (nameof(Measure.Item), measure.Item), (nameof(Measure.PersonCode), measure.PersonCode), (nameof(Measure.StartedOn), measure.StartedOn is { } day ? Booking.DayText(day) : null)),
        DecidedOn = measure.StartedOn < today ? measure.StartedOn : today, StartedOn = HasBegun(measure) ? measure.StartedOn : null, NotedOn = today,
    };

    private static bool HasBegun(Measure measure) => measure is { StartedOn: not null, Status: not MeasureStates.Decided };

    private static PlannedMeasure? Find(CaseFile file, string id) => file.Plan!.Measures.FirstOrDefault(m => m.MeasureId == id);

    private static CaseFile OnTheWay(CaseFile file, MeasurePlan plan, CaseContext context) =>
        file.Arrive(CaseSteps.PlanRunning, CaseDeadline.On(context.Today, plan.NoteDueOn(context.Today)), context) with { Plan = plan };

    /// <summary>From the town back to where the plan stood before it was sent up.</summary>
    private static CaseFile Before(CaseFile file, CaseDeadline due, CaseContext context) => file.Plan!.Standing.Any()
        ? OnTheWay(file, file.Plan, context)
        : file.Arrive(CaseSteps.PlanWaiting, due, context);

    /// <summary>The month's due day moves on; on the other steps it is not the one that is waited for.</summary>
    private static CaseFile Noted(CaseFile file, MeasurePlan plan, CaseContext context)
    {
        var due = plan.NoteDueOn(context.Today);
        var noted = file with { Plan = plan };
        return file.Step == CaseSteps.PlanRunning && due != file.Deadline!.DueOn ? noted with { Deadline = CaseDeadline.On(context.Today, due), UrgedOn = null } : noted;
    }

    private static CaseFile Ended(CaseFile file, IReadOnlyList<(PlannedMeasure Measure, string Status, DateOnly On, string Reason)> ends, CaseContext context)
    {
        foreach (var (measure, status, on, reason) in ends)
        {
            // The file holds a measure that never began with the day on which it was to begin, and that may lie ahead.
            var planned = DateOnly.TryParse(measure.Fields[nameof(Measure.StartedOn)], CultureInfo.InvariantCulture, out var day) && day > on && measure.StartedOn is null ? day : on;
            file = file with { Plan = file.Plan!.With(measure with { Status = status, EndedOn = on }) };
            file = file.OwingMeasure(OwedPurposes.EndMeasure, new FinishMeasure { MeasureId = measure.MeasureId, EndedOn = planned, Status = status, EffectNote = reason }, context);
        }
        return Noted(file, file.Plan!, context);
    }

    /// <summary>A plan under way is over with its last measure; one that waits for the town waits on.</summary>
    private static CaseFile ClosedIfOver(CaseFile file, string result, CaseContext context) =>
        file.Step == CaseSteps.PlanRunning && !file.Plan!.Standing.Any() ? file.Close(CaseSteps.PlanDone, result, context) : file;

    private static ImmutableArray<string> RisksOf(RiskEpisode e) =>
        [.. new[] { e.RiskType1, e.RiskType2, e.RiskType3, e.RiskType4, e.RiskType5 }.Where(r => !string.IsNullOrEmpty(r)).Distinct()!];

    private static DateOnly? EndOf(YearMonth? month) => month is { } m ? new DateOnly(m.Year, m.Month, 1).AddMonths(1).AddDays(-1) : null;

    private static FieldTexts Listed(IReadOnlyCollection<PlannedMeasure> measures) => FieldTexts.Of(
        ("Measures", string.Join(',', measures.Select(m => m.MeasureId))), ("Items", string.Join(',', measures.Select(m => m.Item))), ("Count", measures.Count.ToString(CultureInfo.InvariantCulture)));
}
