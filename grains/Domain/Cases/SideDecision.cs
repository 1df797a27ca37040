using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>What does not move a case along its road: looking, urging, further clues, moving house; and the appeal, which opens it again.</summary>
internal static class SideDecision
{
    public static Outcome<CaseMove> Look(CaseFile file) => new CaseMove(file with { Opened = true }, CaseActions.Look);

    public static Outcome<CaseMove> Urge(CaseFile file, CaseContext context) => file.UrgedOn == context.Today
        ? CaseErrors.UrgedToday
        : new CaseMove(file with { UrgedOn = context.Today }, CaseActions.Urge);

    public static Outcome<CaseMove> Attach(CaseFile file, AttachClue clue, CaseContext context)
    {
        if (clue.RiskSource is not ("1" or "2" or "3" or "4" or "5")) return CaseErrors.BadSource;
        if (clue.FoundOn > context.Today) return CaseErrors.FutureDate;
        if (CaseDecision.IsBlank(clue.Text)) return CaseErrors.TextRequired;
        if (clue.Text.Length > CaseLimits.TextMax) return CaseErrors.TooLong(nameof(clue.Text), CaseLimits.TextMax);
        if (file.Clues.Length >= CaseLimits.CluesMax) return CaseErrors.TooManyClues;
        var found = new CaseClue(clue.RiskSource, clue.FoundOn ?? context.Today, clue.Text, context.Actor.Actor.Account);
        return new CaseMove(file with { Clues = file.Clues.Add(found) }, CaseActions.AttachClue) { Details = FieldTexts.Of(("Text", clue.Text)) };
    }

    /// <summary>Once, within the days of the parameter after the refusal; the fifteen days begin anew.</summary>
    public static Outcome<CaseMove> Appeal(CaseFile file, Appeal appeal, CaseContext context)
    {
        if (file.AppealedOn is not null) return CaseErrors.AppealedBefore;
        if (CaseClock.IsLate(ChinaTime.DayOf(file.ClosedAt!.Value).AddDays(context.Parameters.AppealWithinDays), context.Now)) return CaseErrors.AppealTooLate;
        if (CaseDecision.IsBlank(appeal.Opinion)) return CaseErrors.OpinionRequired;
        if (context.Household is { Monitored: true }) return CaseErrors.EpisodeOpen;
        // Publicity that the refusal cut short was none: it is done anew, for its whole days.
        var review = file.Review is { Over: true } done ? done : null;
        var again = file with { Review = review, AppealedOn = context.Today, CountedFrom = context.Today, StoppedDays = 0, ClosedAt = null, ResultText = null };
        again = again.Arrive(CaseSteps.Verifying, context.Parameters.DaysOf(CaseSteps.Verifying), context);
        return new CaseMove(again.Owing(OwedPurposes.Lock, context), CaseActions.Appeal);
    }

    /// <summary>Nothing is owed to the old code any more: debts are paid before anybody looks at the household.</summary>
    public static Outcome<CaseMove> Follow(CaseFile file, FollowCode follow) => follow.HouseholdCode == file.HouseholdCode
        ? CaseErrors.NothingDue
        : new CaseMove(file with { HouseholdCode = follow.HouseholdCode }, CaseActions.FollowCode)
        {
            Details = FieldTexts.Of(("FromCode", file.HouseholdCode), ("ToCode", follow.HouseholdCode)),
        };

    /// <summary>The handlers of the new village take over at the same step, with the same deadline.</summary>
    public static Outcome<CaseMove> Relocate(CaseFile file, Relocate relocate, CaseContext context) =>
        context.Areas.HandlerOf(relocate.Village, RegionLevel.Village) is null || relocate.Village == file.Village
            ? CaseErrors.UnknownVillage
            : new CaseMove(file with { Village = relocate.Village, Opened = false }, CaseActions.Relocate)
            {
                Details = FieldTexts.Of(("FromVillage", file.Village), ("ToVillage", relocate.Village)),
            };
}
