using System.Diagnostics;

namespace FangFanPin.Domain.Cases;

/// <summary>(case, change, context) → the case after it, or why not. Pure.</summary>
public static class CaseDecision
{
    public static Outcome<CaseMove> Decide(CaseFile? file, CaseChange change, CaseContext context)
    {
        if (Malformed(change) is { } fault) return fault;
        if (change is Declare or ReportRisk or ProposeElimination or ReceiveWarning or OpenMeasures) return file is null ? OpeningDecision.Open(change, context) : CaseErrors.Exists;
        if (file is null) return CaseErrors.NotFound;
        if (CaseRules.Refusal(file, ActionOf(change), context) is { } refusal) return refusal;
        return change switch
        {
            Accept => RoadDecision.Accept(file, context),
            Withdraw => file.Plan is null ? RoadDecision.Withdraw(file, context) : PlanDecision.Withdraw(file, context),
            Judge judge => VerifyDecision.Judge(file, judge, context),
            LinkHousehold => VerifyDecision.Link(file, context),
            Resubmit resubmit => RoadDecision.Resubmit(file, resubmit, context),
            StartPublicity start => PublicityDecision.Start(file, start, context),
            EndPublicity => PublicityDecision.End(file, context),
            Objection objection => PublicityDecision.Object(file, objection, context),
            AnswerObjection answer => PublicityDecision.Answer(file, answer, context),
            Approve approve => file.Plan is null ? ReviewDecision.Approve(file, approve, context) : PlanDecision.Confirm(file, context),
            SendBack back => file.Plan is null ? ReviewDecision.SendBack(file, back, context) : PlanDecision.SendBack(file, back, context),
            Reject reject => ReviewDecision.Reject(file, reject, context),
            ConfirmNational confirm => ReviewDecision.Confirm(file, confirm, context),
            BookingRefused refused => file.Plan is null ? ReviewDecision.TakeBack(file, refused, context) : PlanDecision.TakeBack(file, refused, context),
            CloseWarning close => VerifyDecision.Close(file, close, context),
            Appeal appeal => SideDecision.Appeal(file, appeal, context),
            Look => SideDecision.Look(file),
            Urge => SideDecision.Urge(file, context),
            AttachClue clue => SideDecision.Attach(file, clue, context),
            FollowCode follow => SideDecision.Follow(file, follow),
            Relocate relocate => SideDecision.Relocate(file, relocate, context),
            ProposeMeasures propose => PlanDecision.Propose(file, propose, context),
            StartMeasure start => PlanDecision.Start(file, start, context),
            NoteProgress note => PlanDecision.Note(file, note, context),
            EndMeasure end => PlanDecision.End(file, end, context),
            MeasuresOver over => PlanDecision.Over(file, over, context),
            Tick => ClockDecision.Tick(file, context),
            _ => throw new UnreachableException($"No decision for {change.GetType().Name}."),
        };
    }

    /// <summary>What this actor may try on the case as it is, in the order of screens.</summary>
    public static IReadOnlyList<string> Allowed(CaseFile file, CaseContext context) => [.. CaseRules.Allowed(file, context)];

    /// <summary>The name of a change: one of <see cref="CaseActions"/>.</summary>
    public static string ActionOf(CaseChange change) => Names[change.GetType()];

    private static readonly Dictionary<Type, string> Names = typeof(CaseChange)
        .GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
        .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>()
        .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    private static DomainError? Malformed(CaseChange change)
    {
        if (change.Opinion?.Length > CaseLimits.OpinionMax) return CaseErrors.OpinionTooLong;
        return !change.Attachments.IsDefault && change.Attachments.Length > CaseLimits.AttachmentsMax ? CaseErrors.TooManyAttachments : null;
    }

    internal static bool IsBlank(string? text) => string.IsNullOrWhiteSpace(text);
}

/// <summary>Arriving on a step, and leaving the road.</summary>
internal static class Steps
{
    /// <summary>A step's handler has its days from today on.</summary>
    public static CaseFile Arrive(this CaseFile file, string step, int days, CaseContext context) =>
        file.Arrive(step, CaseDeadline.In(context.Today, days), context);

    public static CaseFile Arrive(this CaseFile file, string step, CaseDeadline deadline, CaseContext context) => file with
    {
        Step = step,
        StepSince = context.Now,
        Deadline = deadline,
        Opened = false,
        SentUnder = null,
        UrgedOn = null,
    };

    /// <summary>Sent up: the sender may take it back, with the deadline that it had, until the next level looks.</summary>
    public static CaseFile SendUp(this CaseFile file, string step, CaseContext context) =>
        file.Arrive(step, context.Parameters.DaysOf(step), context) with { SentUnder = file.Deadline };

    /// <summary>No deadline any more; the household, where there is one, is unlocked.</summary>
    public static CaseFile Close(this CaseFile file, string step, string? result, CaseContext context)
    {
        var closed = file with
        {
            Step = step,
            StepSince = context.Now,
            Deadline = null,
            Opened = false,
            SentUnder = null,
            StoppedOn = null,
            ClosedAt = context.Now,
            ResultText = result,
            Objections = [.. file.Objections.Select(o => o.AnsweredOn is null ? o with { AnsweredOn = context.Today } : o)],
        };
        return closed.Owing(OwedPurposes.Unlock, context);
    }
}
