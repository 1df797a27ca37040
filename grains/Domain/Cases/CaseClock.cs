namespace FangFanPin.Domain.Cases;

/// <summary>
/// What is due on a step and what has been done about it. Days are those of Asia/Shanghai, counted from the day after <see cref="StartedOn"/>;
/// due is the end of <see cref="DueOn"/>.
/// </summary>
public sealed record CaseDeadline
{
    public required DateOnly StartedOn { get; init; }
    public required DateOnly DueOn { get; init; }
    public bool Reminded { get; init; }

    /// <summary>0: in time. 1: late, its handler was told. Each further one: the next level up was told too.</summary>
    public int Escalation { get; init; }

    /// <summary>When the newest escalation was made; the next one follows a day later, and weekly once the city knows.</summary>
    public DateOnly? EscalatedOn { get; init; }

    public static CaseDeadline In(DateOnly start, int days) => new() { StartedOn = start, DueOn = start.AddDays(days) };
    public static CaseDeadline On(DateOnly start, DateOnly due) => new() { StartedOn = start, DueOn = due };
}

/// <summary>When a deadline asks to be looked at, and what is then to be done.</summary>
public static class CaseClock
{
    /// <summary>Village → town → county → city.</summary>
    public const int EscalationMost = 4;
    private const int RepeatDays = 7;

    /// <summary>Whoever looks later than this was away: what is made up for is marked late.</summary>
    public static readonly TimeSpan Punctual = TimeSpan.FromMinutes(30);
    private static readonly TimeOnly Morning = new(8, 0);

    /// <summary>The first moment after the due day.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => At(day.AddDays(1), TimeOnly.MinValue);

    /// <summary>The last second of the due day, as screens show it.</summary>
    public static DateTimeOffset DueAt(DateOnly day) => EndOf(day).AddSeconds(-1);

    public static bool IsLate(DateOnly dueOn, DateTimeOffset now) => now >= EndOf(dueOn);

    /// <summary>The next moment at which somebody must look at the case; null when it is closed and nothing is owed.</summary>
    public static DateTimeOffset? CheckAt(CaseFile file)
    {
        if (file.Owes) return file.StepSince;
        return file.Deadline is null ? null : Next(file).At;
    }

    /// <summary>What is done next, and when.</summary>
    public static (string Action, DateTimeOffset At) Next(CaseFile file)
    {
        var next = NextOfDeadline(file);
        if (file is not { Step: CaseSteps.PlanWaiting or CaseSteps.PlanConfirming, Plan: { DefectMarked: false, ConfirmedOn: null, DefectOn: var last } }) return next;
        return EndOf(last) < next.At ? (CaseActions.Defect, EndOf(last)) : next;
    }

    private static (string Action, DateTimeOffset At) NextOfDeadline(CaseFile file)
    {
        var (deadline, due) = (file.Deadline!, file.DueOn!.Value);
        if (file.Step == CaseSteps.Supplement && deadline.Reminded) return (CaseActions.Lapse, EndOf(due));
        if (!deadline.Reminded) return (CaseActions.Remind, At(ReminderDay(deadline.StartedOn, due), Morning));
        if (deadline.Escalation == 0) return (CaseActions.Overdue, EndOf(due));
        var again = deadline.EscalatedOn!.Value.AddDays(deadline.Escalation < EscalationMost ? 1 : RepeatDays);
        return (CaseActions.Overdue, At(again, TimeOnly.MinValue));
    }

    /// <summary>The day before, or the due day itself where there are only one or two.</summary>
    private static DateOnly ReminderDay(DateOnly start, DateOnly due) => due.DayNumber - start.DayNumber > 2 ? due.AddDays(-1) : due;

    private static DateTimeOffset At(DateOnly day, TimeOnly time) => new(day.ToDateTime(time), ChinaTime.Offset);
}
