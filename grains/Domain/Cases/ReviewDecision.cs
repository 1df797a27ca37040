using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Cases;

/// <summary>乡审核, 县复核 and what follows from an approval.</summary>
internal static class ReviewDecision
{
    public static Outcome<CaseMove> Approve(CaseFile file, Approve approve, CaseContext context)
    {
        if (file.Step == CaseSteps.Town) return new CaseMove(file.SendUp(CaseSteps.County, context), CaseActions.Approve);
        if (CaseDecision.IsBlank(approve.DeptCompareText)) return CaseErrors.CompareRequired with { Field = nameof(approve.DeptCompareText) };
        if (approve.DeptCompareText!.Length > CaseLimits.OpinionMax) return CaseErrors.TooLong(nameof(approve.DeptCompareText), CaseLimits.OpinionMax);
        if (Obstacle(file, context) is { } obstacle) return obstacle;
        var booked = file.Arrive(CaseSteps.Booked, context.Parameters.DaysOf(CaseSteps.Booked), context) with { ApprovedOn = context.Today };
        return new CaseMove(booked.OwingBooking(context), CaseActions.Approve) { Details = FieldTexts.Of((nameof(approve.DeptCompareText), approve.DeptCompareText)) };
    }

    /// <summary>What the household's grain would refuse is better said now.</summary>
    private static DomainError? Obstacle(CaseFile file, CaseContext context)
    {
        if (file.HouseholdCode is not null && context.Household is not { Active: true }) return CaseErrors.UnknownHousehold;
        if (file.Kind == CaseKinds.Recognition) return context.Household is { Monitored: true } ? CaseErrors.EpisodeOpen : null;
        return context.Household is { Monitored: true } ? null : CaseErrors.NoEpisode;
    }

    public static Outcome<CaseMove> SendBack(CaseFile file, SendBack back, CaseContext context)
    {
        if (CaseDecision.IsBlank(back.Opinion)) return CaseErrors.OpinionRequired;
        var to = file.Step == CaseSteps.County ? CaseSteps.Town : back.To ?? CaseSteps.Publicity;
        if (file.Step == CaseSteps.County && back.To is not (null or CaseSteps.Town)) return CaseErrors.BadReturn;
        if (file.Step == CaseSteps.Town && to is not (CaseSteps.Verifying or CaseSteps.Publicity)) return CaseErrors.BadReturn;
        return new CaseMove(file.Arrive(to, context.Parameters.DaysAfterReturn(to), context), CaseActions.SendBack);
    }

    public static Outcome<CaseMove> Reject(CaseFile file, Reject reject, CaseContext context) => CaseDecision.IsBlank(reject.Opinion)
        ? CaseErrors.OpinionRequired
        : new CaseMove(file.Close(CaseSteps.Refused, reject.Opinion, context), CaseActions.Reject);

    /// <summary>Not before the household's grain has what was decided.</summary>
    public static Outcome<CaseMove> Confirm(CaseFile file, ConfirmNational confirm, CaseContext context)
    {
        if (file.Owed.Any(o => o.Purpose is OwedPurposes.Register or OwedPurposes.Identify or OwedPurposes.Eliminate)) return CaseErrors.BookingPending;
        return new CaseMove(file.Close(CaseSteps.Done, null, context) with { NationalHouseholdCode = confirm.NationalHouseholdCode }, CaseActions.ConfirmNational);
    }

    /// <summary>Back to the county with the reason; what was still owed for the approval is not owed any more.</summary>
    public static Outcome<CaseMove> TakeBack(CaseFile file, BookingRefused refused, CaseContext context)
    {
        var back = file.Arrive(CaseSteps.County, context.Parameters.DaysAfterReturn(CaseSteps.County), context) with
        {
            ApprovedOn = null, Owed = [], OwedCases = [],
            // A code that somebody else has, or that nobody got: the next approval makes another one.
            HouseholdCode = file.Owed.Any(o => o.Purpose == OwedPurposes.Register) ? null : file.HouseholdCode,
        };
        return new CaseMove(back, CaseActions.BookingRefused) { Details = FieldTexts.Of(("Code", refused.Code)), Remark = refused.Opinion };
    }
}
