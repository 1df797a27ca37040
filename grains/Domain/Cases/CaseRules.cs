using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>Who may do what on which step.</summary>
[Flags]
internal enum Who
{
    Nobody = 0,
    System = 1,
    Applicant = 2,
    Village = 4,
    Town = 8,
    County = 16,

    /// <summary>An officer of any level above the handler's: they see and urge, they do not act.</summary>
    Above = 32,

    /// <summary>The officer who opened the case.</summary>
    Opener = 64,

    /// <summary>Any officer whose area holds the village.</summary>
    AnyOfficer = 128,
}

internal static class CaseRules
{
    public static DomainError? Refusal(CaseFile file, string action, CaseContext context)
    {
        if (context.Actor.Party == CaseParty.Officer && !context.Areas.IsWithin(context.Actor.Actor.Region, file.Village)) return CaseErrors.OutsideArea;
        var who = Of(file.Kind, file.Step, action);
        if (who == Who.Nobody) return CaseErrors.WrongStep;
        return Fits(who, file, context) ? null : CaseErrors.NotYourStep;
    }

    /// <summary>The actions that an actor may try now, for screens.</summary>
    public static IEnumerable<string> Allowed(CaseFile file, CaseContext context) =>
        ByPeople.Where(action => Refusal(file, action, context) is null);

    private static readonly string[] ByPeople =
    [
        CaseActions.Accept, CaseActions.Judge, CaseActions.LinkHousehold, CaseActions.Resubmit, CaseActions.StartPublicity, CaseActions.EndPublicity,
        CaseActions.Objection, CaseActions.AnswerObjection, CaseActions.Approve, CaseActions.SendBack, CaseActions.Reject, CaseActions.ConfirmNational,
        CaseActions.CloseWarning, CaseActions.ProposeMeasures, CaseActions.StartMeasure, CaseActions.NoteProgress, CaseActions.EndMeasure, CaseActions.Withdraw, CaseActions.Appeal, CaseActions.Urge, CaseActions.AttachClue, CaseActions.Look,
    ];

    private static bool Fits(Who who, CaseFile file, CaseContext context) => context.Actor.Party switch
    {
        CaseParty.System => who.HasFlag(Who.System),
        CaseParty.Applicant => who.HasFlag(Who.Applicant),
        _ => who.HasFlag(Who.AnyOfficer)
            || (who.HasFlag(Who.Village) && context.ActsAt(RegionLevel.Village, file.Village))
            || (who.HasFlag(Who.Town) && context.ActsAt(RegionLevel.Town, file.Village))
            || (who.HasFlag(Who.County) && context.ActsAt(RegionLevel.County, file.Village))
            || (who.HasFlag(Who.Above) && context.ActorLevel < file.HandlerLevel)
            || (who.HasFlag(Who.Opener) && context.Actor.Actor.Account == file.OpenedBy),
    };

    private static Who Of(string kind, string step, string action)
    {
        if (CaseSteps.HandlerOf(step) is not { } handler) return OfEnded(kind, step, action);
        return action switch
        {
            CaseActions.Look => Level(handler),
            CaseActions.Urge => Who.Applicant | Who.Above,
            CaseActions.AttachClue => kind == CaseKinds.Measures ? Who.Nobody : Who.AnyOfficer | Who.Applicant | Who.System,
            CaseActions.Tick or CaseActions.Relocate or CaseActions.FollowCode => Who.System,
            _ when kind == CaseKinds.Warning => OfWarning(step, action),
            _ when kind == CaseKinds.Measures => OfPlan(step, action),
            _ when kind == CaseKinds.Elimination && OnlyInRecognition(action) => Who.Nobody,
            _ => OfRoad(step, action),
        };
    }

    /// <summary>What begins an ended case again.</summary>
    private static Who OfEnded(string kind, string step, string action) => (kind, step, action) switch
    {
        (CaseKinds.Recognition, CaseSteps.Refused, CaseActions.Appeal) => Who.Applicant | Who.Village,
        (CaseKinds.Measures, CaseSteps.PlanDone, CaseActions.ProposeMeasures) => Who.Village,
        (CaseKinds.Measures, _, CaseActions.BookingRefused) => Who.System, // the last measure's end may be refused after it
        _ => Who.Nobody,
    };

    private static Who OfPlan(string step, string action) => (step, action) switch
    {
        (CaseSteps.PlanWaiting or CaseSteps.PlanRunning, CaseActions.ProposeMeasures) => Who.Village,
        (CaseSteps.PlanConfirming, CaseActions.Approve or CaseActions.SendBack) => Who.Town,
        (CaseSteps.PlanConfirming, CaseActions.Withdraw) => Who.Village,
        (CaseSteps.PlanConfirming or CaseSteps.PlanRunning, CaseActions.StartMeasure or CaseActions.NoteProgress or CaseActions.EndMeasure) => Who.Village,
        (_, CaseActions.MeasuresOver or CaseActions.BookingRefused) => Who.System,
        _ => Who.Nobody,
    };

    private static bool OnlyInRecognition(string action) => action is CaseActions.Reject or CaseActions.LinkHousehold;

    private static Who OfRoad(string step, string action) => (step, action) switch
    {
        (CaseSteps.Waiting, CaseActions.Accept) => Who.Village,
        (CaseSteps.Waiting, CaseActions.Withdraw) => Who.Applicant,
        (CaseSteps.Supplement, CaseActions.Resubmit) => Who.Applicant | Who.Village,
        (CaseSteps.Verifying, CaseActions.Judge or CaseActions.LinkHousehold) => Who.Village,
        (CaseSteps.Verifying, CaseActions.Withdraw) => Who.Opener,
        (CaseSteps.Publicity, CaseActions.StartPublicity or CaseActions.EndPublicity or CaseActions.AnswerObjection) => Who.Village,
        (CaseSteps.Publicity, CaseActions.Objection) => Who.Applicant | Who.Village,
        (CaseSteps.Town, CaseActions.Approve or CaseActions.SendBack or CaseActions.Reject) => Who.Town,
        (CaseSteps.Town, CaseActions.Withdraw) => Who.Village,
        (CaseSteps.County, CaseActions.Approve or CaseActions.SendBack or CaseActions.Reject) => Who.County,
        (CaseSteps.County, CaseActions.Withdraw) => Who.Town,
        (CaseSteps.Booked, CaseActions.ConfirmNational) => Who.County | Who.System,
        (CaseSteps.Booked, CaseActions.BookingRefused) => Who.System,
        _ => Who.Nobody,
    };

    private static Who OfWarning(string step, string action) => (step, action) switch
    {
        (CaseSteps.WarningNew, CaseActions.Accept) => Who.Village,
        (CaseSteps.WarningTaken, CaseActions.CloseWarning) => Who.Village,
        _ => Who.Nobody,
    };

    private static Who Level(RegionLevel level) => level switch
    {
        RegionLevel.Village => Who.Village,
        RegionLevel.Town => Who.Town,
        _ => Who.County,
    };
}
