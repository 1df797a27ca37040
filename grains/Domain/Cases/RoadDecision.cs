namespace FangFanPin.Domain.Cases;

/// <summary>Taking up, taking back, completing.</summary>
internal static class RoadDecision
{
    public static Outcome<CaseMove> Accept(CaseFile file, CaseContext context)
    {
        if (file.Kind == CaseKinds.Warning)
            return new CaseMove(file.Arrive(CaseSteps.WarningTaken, file.Deadline!, context), CaseActions.Accept);
        return new CaseMove(file.Arrive(CaseSteps.Verifying, VerifyDeadline(file, context), context), CaseActions.Accept);
    }

    /// <summary>Days count from the submission; whoever accepts late still has a day.</summary>
    private static CaseDeadline VerifyDeadline(CaseFile file, CaseContext context)
    {
        var due = file.CountedFrom.AddDays(context.Parameters.DaysOf(CaseSteps.Verifying));
        var least = context.Today.AddDays(1);
        return CaseDeadline.On(context.Today, due > least ? due : least);
    }

    public static Outcome<CaseMove> Withdraw(CaseFile file, CaseContext context) => file.Step switch
    {
        CaseSteps.Waiting => new CaseMove(file.Close(CaseSteps.Withdrawn, "申报人撤回", context), CaseActions.Withdraw),
        _ when file.Opened => CaseErrors.AlreadyLookedAt,
        CaseSteps.Verifying => file.SentUnder is null && file.StepSince == file.OpenedAt
            ? new CaseMove(file.Close(CaseSteps.Withdrawn, "发起人撤回", context), CaseActions.Withdraw)
            : CaseErrors.WrongStep,
        _ when file.SentUnder is null => CaseErrors.WrongStep, // it did not come from below: sent back from above, or taken back by a refusal
        CaseSteps.Town => new CaseMove(file.Arrive(CaseSteps.Publicity, file.SentUnder, context), CaseActions.Withdraw),
        _ => new CaseMove(file.Arrive(CaseSteps.Town, file.SentUnder, context), CaseActions.Withdraw),
    };

    public static Outcome<CaseMove> Resubmit(CaseFile file, Resubmit resubmit, CaseContext context)
    {
        if (resubmit.ProblemText?.Length > CaseLimits.TextMax) return CaseErrors.TooLong(nameof(resubmit.ProblemText), CaseLimits.TextMax);
        var declaration = file.Declaration;
        if (declaration is not null && !CaseDecision.IsBlank(resubmit.ProblemText))
        {
            // What was said at first stays: the supplement alone would often make no sense.
            declaration = declaration with { ProblemText = $"{declaration.ProblemText}\n补正:{resubmit.ProblemText}" };
            if (declaration.ProblemText.Length > CaseLimits.SupplementedMax) return CaseErrors.TooLong(nameof(resubmit.ProblemText), CaseLimits.SupplementedMax);
        }
        var after = file.Arrive(CaseSteps.Waiting, context.Parameters.DaysAfterReturn(CaseSteps.Waiting), context) with { Declaration = declaration };
        return new CaseMove(after, CaseActions.Resubmit);
    }
}
