using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>A due day with what has been done about it.</summary>
internal sealed record RefDue(DateOnly From, DateOnly On, bool Reminded = false, int Told = 0, DateOnly? ToldOn = null);

/// <summary>
/// The state machines once more, from workflows.md and without a look at the decisions: small, mutable, and wrong in other places than they are. It says of
/// every change whether it is refused, and with which code, or to which step and due day it leads.
/// </summary>
internal sealed partial class CaseReference(CaseFile opened, DateOnly today)
{
    private DateOnly countedFrom = opened.CountedFrom;
    private bool untouched = true, looked, declared = opened.Declaration is not null, appealed, over;
    private RefDue? sentUnder;
    private (DateOnly To, bool Exists) review;
    private readonly List<(DateOnly Due, bool Answered)> objections = [];
    private DateOnly? stopped, closedOn, urged;
    private int clues;

    public string Kind { get; private set; } = opened.Kind;
    public string Step { get; private set; } = opened.Step;
    public string Village { get; private set; } = opened.Village;
    public string? Household { get; private set; } = opened.HouseholdCode;
    public RefDue? Due { get; private set; } = new(opened.Deadline!.StartedOn, opened.Deadline.DueOn);
    public DateOnly? DueOn => Due is null ? null : objections.Any(o => !o.Answered) ? objections.Where(o => !o.Answered).Min(o => o.Due) : Due.On;
    private DateOnly Today { get; set; } = today;

    /// <returns>The code of the refusal; null when it was done.</returns>
    public string? Apply(CaseChange change, string actor, CaseStage stage)
    {
        Today = stage.Today;
        var action = CaseDecision.ActionOf(change);
        var outside = stage.ActorRegion(actor) is { } region && !CaseStage.Areas.IsWithin(region, Village);
        if (CaseDoor.Refusal(Kind, Step, action, Seat(actor), outside, opener: stage.ActorRegion(actor) is not null && actor == opened.OpenedBy) is { } closed) return closed;
        return Kind == CaseKinds.Measures && PlanActs.Contains(action) ? Plan(change, stage) : Road(change, stage);
    }

    /// <summary>An officer of the case's village now, whatever they were when it began.</summary>
    private string Seat(string actor) => actor switch
    {
        "village" when Village != CaseStage.Village => "nobody",
        "neighbour" when Village == CaseStage.OtherVillage => "village",
        _ => actor,
    };

    private string? Road(CaseChange change, CaseStage stage) => change switch
    {
        Accept => Kind == CaseKinds.Warning ? To("2", Due!) : To("20", new RefDue(Today, Later(countedFrom.AddDays(3), Today.AddDays(1)))),
        Withdraw => Back(),
        Judge judge => Judged(judge),
        LinkHousehold link => stage.Household is null ? "case.unknown-household" : stage.Household.Village != Village ? "case.household-elsewhere" : stage.Household.Monitored ? "case.episode-open" : Renamed(link.HouseholdCode),
        Resubmit => To("10", In(1)),
        StartPublicity start => review.Exists ? "case.publicity-once" : start.ReviewAttendance < 3 ? "case.attendance-too-small" : Published(),
        EndPublicity => !review.Exists ? "case.not-published" : Waiting ? "case.objection-pending" : Today <= review.To ? "case.publicity-running" : Up("40", 2, () => over = true),
        Objection => !review.Exists || over || (!Waiting && Today > review.To) ? "case.not-in-publicity" : objections.Count >= 20 ? "case.too-many-objections" : Objected(),
        AnswerObjection answer => answer.No > objections.Count || objections[answer.No - 1].Answered ? "case.objection-unknown" : Answered(answer),
        Approve approve => Step == "40" ? Up("50", 3) : approve.DeptCompareText is null ? "case.compare-required" : Booked(stage.Household),
        SendBack back => Returned(back.To),
        Reject => Close("80"),
        ConfirmNational => stage.File!.Owed.Any(o => o.Purpose is not (OwedPurposes.Lock or OwedPurposes.Unlock)) ? "case.booking-pending" : Close("70"),
        BookingRefused => To("50", In(2), () => Household = stage.File!.Owed.Any(o => o.Purpose == OwedPurposes.Register) ? null : Household),
        CloseWarning close => close.Result != "1" ? Close("3") : stage.Household is { Monitored: true } ? "case.episode-open" : BecomesRecognition(),
        Appeal => appealed ? "case.appealed-before" : Today > closedOn!.Value.AddDays(15) ? "case.appeal-too-late" : stage.Household is { Monitored: true } ? "case.episode-open" : Again(),
        Look => Done(() => looked = true),
        Urge => urged == Today ? "case.urged-today" : Done(() => urged = Today),
        AttachClue clue => clue.RiskSource == "6" ? "case.bad-source" : clues >= 20 ? "case.too-many-clues" : Done(() => clues++),
        Relocate move => move.Village == Village ? "case.unknown-village" : Done(() => (Village, looked) = (move.Village, false)),
        FollowCode follow => follow.HouseholdCode == Household ? "case.nothing-due" : Renamed(follow.HouseholdCode),
        Tick => Ticked(stage.Now),
        _ => throw new InvalidOperationException(change.GetType().Name),
    };

    private bool Waiting => objections.Any(o => !o.Answered);
    private RefDue In(int days) => new(Today, Today.AddDays(days));
    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private string? Done(Action change)
    {
        change();
        return null;
    }

    private string? To(string step, RefDue due, Action? more = null)
    {
        (Step, Due, looked, sentUnder, urged, untouched) = (step, due, false, null, null, false);
        more?.Invoke();
        return null;
    }

    private string? Up(string step, int days, Action? more = null)
    {
        var under = Due;
        return To(step, In(days), () =>
        {
            sentUnder = under;
            more?.Invoke();
        });
    }

    private string? Close(string step)
    {
        for (var i = 0; i < objections.Count; i++) objections[i] = objections[i] with { Answered = true };
        (Step, Due, looked, sentUnder, stopped, closedOn, untouched) = (step, null, false, null, null, Today, false);
        return null;
    }

    private string? Back()
    {
        if (Step == "10") return Close("00");
        if (looked) return "case.already-looked-at";
        if (Step == "20") return untouched ? Close("00") : "case.wrong-step";
        return sentUnder is null ? "case.wrong-step" : To(Step == "40" ? "30" : "40", sentUnder);
    }

    private string? Judged(Judge judge) => (Kind, judge.Result) switch
    {
        (_, "1") => To("30", In(6)),
        (_, "2") => Close("80"),
        (CaseKinds.Recognition, "3") when declared => To("90", In(7)),
        (CaseKinds.Recognition, "4" or "5") => Close("80"),
        _ => "case.bad-result",
    };

    private string? Published() => Done(() => (review, Due) = ((Today.AddDays(4), true), In(5)));

    private string? Objected() => Done(() =>
    {
        objections.Add((Today.AddDays(3), false));
        stopped ??= Today;
        Due = Due! with { Reminded = false, Told = 0, ToldOn = null };
    });

    private string? Answered(AnswerObjection answer)
    {
        objections[answer.No - 1] = objections[answer.No - 1] with { Answered = true };
        if (answer.Upheld) return Close("80");
        if (Waiting) return null;
        var days = Today.DayNumber - stopped!.Value.DayNumber;
        (stopped, review.To, Due) = (null, review.To.AddDays(days), new RefDue(Due!.From, Due.On.AddDays(days)));
        return null;
    }

    private string? Booked(HouseholdFacts? household)
    {
        if (Household is not null && household is null) return "case.unknown-household";
        if (Kind == CaseKinds.Recognition && household is { Monitored: true }) return "case.episode-open";
        if (Kind == CaseKinds.Elimination && household is not { Monitored: true }) return "case.no-episode";
        return To("60", In(5), () => Household ??= "new");
    }

    private string? Returned(string? to)
    {
        if (Step == "50") return to is null or "40" ? To("40", In(1)) : "case.bad-return";
        return (to ?? "30") switch { "20" => To("20", In(2)), "30" => To("30", In(3)), _ => "case.bad-return" };
    }

    private string? BecomesRecognition() => To("20", In(3), () => (Kind, countedFrom) = (CaseKinds.Recognition, Today));

    private string? Again() => To("20", In(3), () =>
    {
        (appealed, countedFrom) = (true, Today);
        if (!over) review = default; // cut short by the refusal, it was no publicity
    });

    private string? Renamed(string code) => Done(() => Household = code);

    /// <summary>Reminded at eight on the day before, or on the day itself of short ones; red at midnight; one level more each day, and weekly when the city knows.</summary>
    private string? Ticked(DateTimeOffset now)
    {
        var did = false;
        while (Due is { } due)
        {
            var last = DueOn!.Value;
            var remind = last.DayNumber - due.From.DayNumber > 2 ? last.AddDays(-1) : last;
            if (!due.Reminded && now >= new DateTimeOffset(remind.ToDateTime(new TimeOnly(8, 0)), ChinaTime.Offset)) (Due, did) = (due with { Reminded = true }, true);
            else if (Defective(now)) return null;
            else if (due.Reminded && Step == "90" && Today > last) return Close("80");
            else if (due.Reminded && Step != "90" && Today > last && (due.Told == 0 || Today >= due.ToldOn!.Value.AddDays(due.Told < 4 ? 1 : 7)))
                return Done(() => Due = due with { Told = Math.Clamp(Today.DayNumber - last.DayNumber, 1, 4), ToldOn = Today });
            else return did ? null : "case.nothing-due";
        }
        return null;
    }
}
