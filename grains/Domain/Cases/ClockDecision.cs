using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Cases;

/// <summary>What time does to a case: a reminder, red and the next level up, and the end of an applicant's patience. Never an approval.</summary>
internal static class ClockDecision
{
    private const int CountyKnows = 3;

    public static Outcome<CaseMove> Tick(CaseFile file, CaseContext context)
    {
        if (CaseClock.Next(file).At > context.Now) return CaseErrors.NothingDue;
        // After an absence only the newest of what was missed is made up for, once.
        var (after, action, planned) = Step(file, context);
        while (after.IsOpen && CaseClock.Next(after) is var next && next.At <= context.Now && action is not (CaseActions.Overdue or CaseActions.Defect))
            (after, action, planned) = Step(after, context);
        return new CaseMove(after, action)
        {
            Late = context.Now - planned > CaseClock.Punctual,
            Details = after.Deadline is { Escalation: > 0 } late ? FieldTexts.Of(("Escalation", late.Escalation.ToString(System.Globalization.CultureInfo.InvariantCulture))) : FieldTexts.None,
        };
    }

    private static (CaseFile File, string Action, DateTimeOffset Planned) Step(CaseFile file, CaseContext context)
    {
        var (action, planned) = CaseClock.Next(file);
        var deadline = file.Deadline!;
        return action switch
        {
            CaseActions.Remind => (file with { Deadline = deadline with { Reminded = true } }, action, planned),
            CaseActions.Defect => (file with { Plan = file.Plan! with { DefectMarked = true }, Deadline = deadline with { Reminded = true, Escalation = Math.Max(deadline.Escalation, CountyKnows), EscalatedOn = context.Today } }, action, planned),
            CaseActions.Lapse => (file.Close(CaseSteps.Refused, "逾期未补正", context), action, planned),
            _ => (file with { Deadline = Escalated(file, deadline, context.Today) }, action, planned),
        };
    }

    /// <summary>As many levels up as days have passed: a day each, and no further than the city.</summary>
    private static CaseDeadline Escalated(CaseFile file, CaseDeadline deadline, DateOnly today)
    {
        var days = today.DayNumber - file.DueOn!.Value.DayNumber;
        return deadline with { Escalation = Math.Max(1, Math.Min(days, CaseClock.EscalationMost)), EscalatedOn = today };
    }
}
