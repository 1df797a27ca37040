using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Domain.Cases;

/// <summary>How cases begin.</summary>
internal static class OpeningDecision
{
    private const string Declared = "1";

    public static Outcome<CaseMove> Open(CaseChange change, CaseContext context) => change switch
    {
        Declare declare => Declare(declare, context),
        ReportRisk report => Report(report, context),
        ProposeElimination propose => Propose(propose, context),
        ReceiveWarning receive => Receive(receive, context),
        OpenMeasures open => PlanDecision.Open(open, context),
        _ => throw new System.Diagnostics.UnreachableException($"{change.GetType().Name} opens no case."),
    };

    private static Outcome<CaseMove> Declare(Declare declare, CaseContext context)
    {
        if (PlaceFault(declare.Village, context) is { } place) return place;
        if (declare.HouseholdCode is not null && HouseholdFault(declare.Village, context) is { } fault) return fault;
        if (context.Household is { Monitored: true }) return CaseErrors.EpisodeOpen;
        if (DeclarationCheck.Faults(declare.Declaration) is { Count: > 0 } faults) return faults;
        var file = New(CaseKinds.Recognition, CaseSteps.Waiting, declare.Village, Declared, context.Today, context) with
        {
            HeadName = context.Household?.HeadName ?? declare.Declaration.ApplicantName,
            Declaration = declare.Declaration with { ApplicantIdNumber = BlindText.Certificate(declare.Declaration.ApplicantIdNumber)! },
            QueryCode = declare.QueryCode,
        };
        return new CaseMove(file.Owing(OwedPurposes.Lock, context), CaseActions.Declare);
    }

    /// <summary>W2: without an applicant, straight to the verification.</summary>
    private static Outcome<CaseMove> Report(ReportRisk report, CaseContext context)
    {
        if (context.Household?.Village is not { } village || HouseholdFault(village, context) is not null) return CaseErrors.UnknownHousehold;
        if (PlaceFault(village, context) is { } place) return place;
        if (report.RiskSource is Declared or not ("2" or "3" or "4" or "5")) return CaseErrors.BadSource;
        if (report.FoundOn > context.Today) return CaseErrors.FutureDate;
        if (context.Household.Monitored) return CaseErrors.EpisodeOpen;
        if (CaseDecision.IsBlank(report.Opinion)) return CaseErrors.OpinionRequired;
        var file = New(CaseKinds.Recognition, CaseSteps.Verifying, village, report.RiskSource, report.FoundOn ?? context.Today, context) with { HeadName = context.Household.HeadName };
        return new CaseMove(file.Owing(OwedPurposes.Lock, context), CaseActions.ReportRisk);
    }

    /// <summary>W5: only the village proposes.</summary>
    private static Outcome<CaseMove> Propose(ProposeElimination propose, CaseContext context)
    {
        if (context.Household?.Village is not { } village || HouseholdFault(village, context) is not null) return CaseErrors.UnknownHousehold;
        if (PlaceFault(village, context) is { } place) return place;
        if (!context.ActsAt(RegionLevel.Village, village)) return CaseErrors.NotYourStep;
        if (!context.Household.Monitored) return CaseErrors.NoEpisode;
        if (EliminationRules.ModeFault(propose.EliminationMode, context) is { } fault) return fault;
        if (CaseDecision.IsBlank(propose.Opinion)) return CaseErrors.OpinionRequired;
        var file = New(CaseKinds.Elimination, CaseSteps.Verifying, village, context.Household.Current!.RiskSource ?? "5", context.Today, context) with
        {
            HeadName = context.Household.HeadName,
            Fields = FieldTexts.Of((nameof(RiskEpisode.EliminationMode), propose.EliminationMode)),
        };
        return new CaseMove(file.Owing(OwedPurposes.Lock, context), CaseActions.ProposeElimination);
    }

    /// <summary>W3: a household that is monitored already needs no check: the warning is kept and closed.</summary>
    private static Outcome<CaseMove> Receive(ReceiveWarning receive, CaseContext context)
    {
        if (PlaceFault(receive.Village, context) is { } place) return place;
        if (receive.HouseholdCode is not null && HouseholdFault(receive.Village, context) is { } fault) return fault;
        if (receive.Warning.PushedOn > context.Today) return CaseErrors.FutureDate with { Field = nameof(DeptWarning.PushedOn) };
        if (!Certificates.IsValidId(BlindText.Certificate(receive.Warning.IdNumber))) return CaseErrors.BadCertificate(nameof(DeptWarning.IdNumber));
        var pushed = CaseDeadline.In(receive.Warning.PushedOn, context.Parameters.WarningDays);
        var file = New(CaseKinds.Warning, CaseSteps.WarningNew, receive.Village, "3", receive.Warning.PushedOn, context) with
        {
            HeadName = receive.Warning.Name,
            Deadline = pushed.DueOn < context.Today ? CaseDeadline.On(context.Today, context.Today) : pushed,
            Warning = receive.Warning with { MatchResult = MatchOf(context.Household) },
        };
        return context.Household is { Monitored: true }
            ? new CaseMove(file.Close(CaseSteps.WarningDone, "监测对象(剔除不展示)", context), CaseActions.ReceiveWarning)
            : new CaseMove(file, CaseActions.ReceiveWarning);
    }

    /// <summary>Codes of list MatchResult.</summary>
    private static string MatchOf(HouseholdFacts? household) => household switch
    {
        null => "4",
        { Monitored: true } => "1",
        { Exited: true } => "2",
        _ => "3",
    };

    private static CaseFile New(string kind, string step, string village, string source, DateOnly clue, CaseContext context) => new()
    {
        Id = context.Id,
        Kind = kind,
        Step = step,
        StepSince = context.Now,
        Village = village,
        HouseholdCode = context.Household?.Code,
        RiskSource = source,
        ClueFoundOn = clue,
        CountedFrom = clue,
        OpenedAt = context.Now,
        OpenedBy = context.Actor.Actor.Account,
        Deadline = CaseDeadline.In(context.Today, context.Parameters.DaysOf(step)),
    };

    private static DomainError? PlaceFault(string village, CaseContext context)
    {
        if (context.Areas.HandlerOf(village, RegionLevel.Village) is null) return CaseErrors.UnknownVillage;
        return context.Areas.IsWithin(context.Actor.Actor.Region, village) ? null : CaseErrors.OutsideArea;
    }

    private static DomainError? HouseholdFault(string village, CaseContext context)
    {
        if (context.Household is not { Active: true }) return CaseErrors.UnknownHousehold;
        return context.Household.Village == village ? null : CaseErrors.HouseholdElsewhere;
    }
}

/// <summary>What a declaration must say.</summary>
public static class DeclarationCheck
{
    internal const int PeopleMost = 30;
    private const int NameMax = 50, AddressMax = 200;
    private static readonly HashSet<string> Problems = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "99"];

    /// <summary>All faults at once, in the order of the form.</summary>
    public static List<DomainError> Faults(SelfDeclaration d)
    {
        List<DomainError?> faults =
        [
            Text(nameof(d.ApplicantName), d.ApplicantName, NameMax),
            Certificates.IsValidId(BlindText.Certificate(d.ApplicantIdNumber)) ? null : CaseErrors.BadCertificate(nameof(d.ApplicantIdNumber)),
            IsMobile(d.ApplicantPhone) ? null : CaseErrors.BadPhone(nameof(d.ApplicantPhone)),
            Text(nameof(d.Address), d.Address, AddressMax),
            d.MemberCount is >= 1 and <= PeopleMost ? null : CaseErrors.BadCount(nameof(d.MemberCount)),
            d.DeclaredIncome is null or (>= 0 and < 10_000_000_000m) && decimal.Round(d.DeclaredIncome ?? 0, 2) == (d.DeclaredIncome ?? 0) ? null : CaseErrors.BadIncome(nameof(d.DeclaredIncome)),
            !d.ProblemTypes.IsDefaultOrEmpty && d.ProblemTypes.All(Problems.Contains) ? null : CaseErrors.BadProblem(nameof(d.ProblemTypes)),
            Text(nameof(d.ProblemText), d.ProblemText, CaseLimits.TextMax),
            d.Attachments.IsDefault || d.Attachments.Length <= CaseLimits.AttachmentsMax ? null : CaseErrors.TooManyAttachments,
            d.Authorized ? null : CaseErrors.ConsentRequired(nameof(d.Authorized)),
        ];
        return [.. faults.OfType<DomainError>()];
    }

    /// <summary>Eleven digits that begin with 1.</summary>
    public static bool IsMobile(string? phone) => BlindText.Phone(phone) is { Length: 11 } digits && digits[0] == '1';

    private static DomainError? Text(string field, string? text, int most) =>
        CaseDecision.IsBlank(text) ? CaseErrors.Required(field) : text!.Length > most ? CaseErrors.TooLong(field, most) : null;
}
