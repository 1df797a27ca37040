using System.Globalization;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Cases;

/// <summary>村评议 and 公示, once and for whole days; an objection stops the clock until it is answered.</summary>
internal static class PublicityDecision
{
    public static Outcome<CaseMove> Start(CaseFile file, StartPublicity start, CaseContext context)
    {
        if (file.Review is not null) return CaseErrors.PublicityOnce;
        if (start.ReviewAttendance < CaseLimits.AttendanceLeast) return CaseErrors.AttendanceTooSmall;
        if (start.ReviewedOn > context.Today || start.ReviewedOn < ChinaTime.DayOf(file.StepSince)) return CaseErrors.BadReviewDate;
        var last = context.Today.AddDays(context.Parameters.PublicityDays - 1);
        var review = new CaseReview { ReviewedOn = start.ReviewedOn, ReviewAttendance = start.ReviewAttendance, PublicityFrom = context.Today, PublicityTo = last };
        // It can be sent up only when the last day is over, so that is what the next day is for.
        var after = file with { Review = review, Deadline = CaseDeadline.On(context.Today, last.AddDays(1)) };
        return new CaseMove(after, CaseActions.StartPublicity)
        {
            Details = FieldTexts.Of(
                ("ReviewedOn", Day(start.ReviewedOn)), ("ReviewAttendance", start.ReviewAttendance.ToString(CultureInfo.InvariantCulture)),
                ("PublicityFrom", Day(review.PublicityFrom)), ("PublicityTo", Day(last))),
        };
    }

    public static Outcome<CaseMove> End(CaseFile file, CaseContext context)
    {
        if (file.Review is not { } review) return CaseErrors.NotPublished;
        if (file.Unanswered.Any()) return CaseErrors.ObjectionPending;
        if (context.Today <= review.PublicityTo) return CaseErrors.PublicityRunning;
        return new CaseMove(file.SendUp(CaseSteps.Town, context) with { Review = review with { Over = true } }, CaseActions.EndPublicity);
    }

    public static Outcome<CaseMove> Object(CaseFile file, Objection objection, CaseContext context)
    {
        if (file.Review is not { Over: false } review) return CaseErrors.NotInPublicity;
        if (!file.Unanswered.Any() && context.Today > review.PublicityTo) return CaseErrors.NotInPublicity;
        if (CaseDecision.IsBlank(objection.Text)) return CaseErrors.TextRequired;
        if (objection.Text.Length > CaseLimits.TextMax) return CaseErrors.TooLong(nameof(objection.Text), CaseLimits.TextMax);
        if (file.Objections.Length >= CaseLimits.ObjectionsMax) return CaseErrors.TooManyObjections;
        var raised = new CaseObjection(
            file.Objections.Length + 1, context.Today, context.Actor.Actor.Account, objection.Text, context.Today.AddDays(context.Parameters.ObjectionDays));
        // The answer has a deadline of its own, with its own reminder; that of the step waits.
        var deadline = file.Deadline! with { Reminded = false, Escalation = 0, EscalatedOn = null };
        var after = file with { Objections = file.Objections.Add(raised), Deadline = deadline, StoppedOn = file.StoppedOn ?? context.Today };
        return new CaseMove(after, CaseActions.Objection)
        {
            Details = FieldTexts.Of(("No", raised.No.ToString(CultureInfo.InvariantCulture)), ("Text", objection.Text)),
        };
    }

    public static Outcome<CaseMove> Answer(CaseFile file, AnswerObjection answer, CaseContext context)
    {
        if (file.Unanswered.FirstOrDefault(o => o.No == answer.No) is not { } open) return CaseErrors.NoSuchObjection;
        if (CaseDecision.IsBlank(answer.Opinion)) return CaseErrors.OpinionRequired;
        var answered = file with { Objections = file.Objections.Replace(open, open with { AnsweredOn = context.Today, Upheld = answer.Upheld }) };
        var after = answer.Upheld ? answered.Close(CaseSteps.Refused, answer.Opinion, context)
            : answered.Unanswered.Any() ? answered
            : GoOn(answered, context.Today.DayNumber - file.StoppedOn!.Value.DayNumber);
        return new CaseMove(after, CaseActions.AnswerObjection)
        {
            Details = FieldTexts.Of(("No", answer.No.ToString(CultureInfo.InvariantCulture)), ("Upheld", answer.Upheld ? YesNo.Yes : YesNo.No)),
        };
    }

    /// <summary>Everything that waited moves by the days for which it waited.</summary>
    private static CaseFile GoOn(CaseFile file, int days) => file with
    {
        StoppedOn = null,
        StoppedDays = file.StoppedDays + days,
        Review = file.Review! with { PublicityTo = file.Review.PublicityTo.AddDays(days) },
        Deadline = file.Deadline! with { DueOn = file.Deadline.DueOn.AddDays(days), Reminded = false, Escalation = 0, EscalatedOn = null },
    };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
