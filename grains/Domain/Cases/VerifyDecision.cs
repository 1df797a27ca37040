using System.Globalization;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Cases;

/// <summary>村核实: the visit and what came of it.</summary>
internal static class VerifyDecision
{
    /// <summary>Codes of list CheckResult.</summary>
    private const string Fits = "1", DoesNotFit = "2", NeedsMore = "3", Monitored = "4", UnderControl = "5";

    /// <summary>Filled by the procedure itself, or belonging to the other one.</summary>
    private static readonly string[] Fixed =
    [
        nameof(RiskEpisode.EpisodeId), nameof(RiskEpisode.HouseholdCode), nameof(RiskEpisode.EpisodeNo), nameof(RiskEpisode.RiskEliminated),
        nameof(RiskEpisode.RecognizedMonth), nameof(RiskEpisode.EliminatedMonth), nameof(RiskEpisode.ApprovedOn), nameof(RiskEpisode.ClueFoundOn),
        nameof(RiskEpisode.RiskSource), nameof(RiskEpisode.InNationalSystem), nameof(RiskEpisode.IdMemberCount),
    ];

    public static Outcome<CaseMove> Judge(CaseFile file, Judge judge, CaseContext context)
    {
        if (CaseDecision.IsBlank(judge.Opinion)) return CaseErrors.OpinionRequired;
        return judge.Result switch
        {
            Fits => Fitting(file, judge, context),
            NeedsMore when file is { Kind: CaseKinds.Recognition, Declaration: not null } => Move(
                file.Arrive(CaseSteps.Supplement, context.Parameters.SupplementDays, context), judge),
            DoesNotFit => Move(file.Close(CaseSteps.Refused, judge.Opinion, context), judge),
            Monitored or UnderControl when file.Kind == CaseKinds.Recognition => Move(file.Close(CaseSteps.Refused, judge.Opinion, context), judge),
            _ => CaseErrors.BadResult,
        };
    }

    public static Outcome<CaseMove> Link(CaseFile file, CaseContext context)
    {
        if (context.Household is not { Active: true } household) return CaseErrors.UnknownHousehold;
        if (household.Village != file.Village) return CaseErrors.HouseholdElsewhere;
        if (household.Monitored) return CaseErrors.EpisodeOpen;
        var linked = file.Owing(OwedPurposes.Unlock, context) with { HouseholdCode = household.Code, HeadName = household.HeadName };
        return new CaseMove(linked.Owing(OwedPurposes.Lock, context), CaseActions.LinkHousehold);
    }

    /// <summary>W3: a risk makes the warning a recognition of its own accord, everything else ends it.</summary>
    public static Outcome<CaseMove> Close(CaseFile file, CloseWarning close, CaseContext context)
    {
        if (CaseDecision.IsBlank(close.Opinion)) return CaseErrors.OpinionRequired;
        if (close.Result is DoesNotFit or Monitored or UnderControl) return new CaseMove(file.Close(CaseSteps.WarningDone, close.Opinion, context), CaseActions.CloseWarning) { Details = ResultOf(close.Result) };
        if (close.Result != Fits) return CaseErrors.BadResult;
        if (context.Joined is { } other)
            return new CaseMove(file.Close(CaseSteps.WarningDone, "并入该户在办业务", context), CaseActions.CloseWarning) { Details = ResultOf(close.Result).With("OpenCase", other) };
        if (context.Household is { Monitored: true }) return CaseErrors.EpisodeOpen;
        var recognition = file with { Kind = CaseKinds.Recognition, CountedFrom = context.Today };
        recognition = recognition.Arrive(CaseSteps.Verifying, context.Parameters.DaysOf(CaseSteps.Verifying), context).Owing(OwedPurposes.Lock, context);
        return new CaseMove(recognition, CaseActions.CloseWarning) { Details = ResultOf(close.Result) };
    }

    private static FieldTexts ResultOf(string result) => FieldTexts.Of(("Result", result));

    private static Outcome<CaseMove> Fitting(CaseFile file, Judge judge, CaseContext context)
    {
        if (judge.Visitors.Count(v => !CaseDecision.IsBlank(v)) < CaseLimits.VisitorsLeast) return CaseErrors.TwoVisitors;
        if (file.Kind == CaseKinds.Recognition && !judge.AuthorizationSigned) return CaseErrors.AuthorizationRequired;
        var errors = FieldCheck.Check(context.Dictionary, EntityMap.RiskEpisode, judge.Fields, nameof(RiskEpisode), context.Today, out var canonical);
        errors.AddRange(judge.Fields.Select(f => f.Key).Where(f => Fixed.Contains(f) || BelongsElsewhere(f, file.Kind)).Select(f => CaseErrors.FixedField with { Field = $"RiskEpisode.{f}" }));
        var fields = canonical.Aggregate(file.Fields, (all, one) => all.With(one.Key, one.Value));
        errors.AddRange(file.Kind == CaseKinds.Recognition ? Missing(fields, nameof(RiskEpisode.MonitorCategory), nameof(RiskEpisode.RiskType1)) : EliminationRules.Faults(fields, context));
        errors.AddRange(FamilyRules.Faults(file, judge.Members, context, out var members));
        if (errors.Count > 0) return errors;
        var judged = file.Arrive(CaseSteps.Publicity, context.Parameters.DaysOf(CaseSteps.Publicity), context) with { Fields = fields, Members = members.IsEmpty ? file.Members : members };
        return Move(judged, judge);
    }

    private static bool BelongsElsewhere(string field, string kind)
    {
        var afterwards = field.StartsWith("El", StringComparison.Ordinal) || field == nameof(RiskEpisode.NaturalReason);
        var common = field is nameof(RiskEpisode.CollectorName) or nameof(RiskEpisode.CollectorPhone);
        return !common && afterwards != (kind == CaseKinds.Elimination);
    }

    internal static IEnumerable<DomainError> Missing(FieldTexts fields, params string[] needed) =>
        needed.Where(id => string.IsNullOrEmpty(fields[id])).Select(id => CaseErrors.Required($"RiskEpisode.{id}"));

    private static CaseMove Move(CaseFile file, Judge judge) => new(file, CaseActions.Judge)
    {
        Details = new FieldTexts(new (string Id, string? Text)[]
        {
            ("Result", judge.Result),
            ("Visitors", judge.Visitors.IsDefaultOrEmpty ? null : string.Join('、', judge.Visitors)),
            ("ComputedPerCapita", judge.ComputedPerCapita?.ToString(CultureInfo.InvariantCulture)),
            ("SecurityText", judge.SecurityText),
            ("Members", judge.Members.IsDefaultOrEmpty ? null : judge.Members.Length.ToString(CultureInfo.InvariantCulture)),
        }.Where(d => d.Text is not null).Select(d => KeyValuePair.Create(d.Id, d.Text))),
    };
}

/// <summary>When a risk may be called eliminated.</summary>
internal static class EliminationRules
{
    private const string ByHelp = "1", Natural = "2";

    private static readonly string[] Securities =
        [nameof(RiskEpisode.ElDropout), nameof(RiskEpisode.ElHousingDamaged), nameof(RiskEpisode.ElWaterDamaged), nameof(RiskEpisode.ElUninsured)];

    public static DomainError? ModeFault(string? mode, CaseContext context)
    {
        if (mode == Natural) return null;
        if (mode != ByHelp) return CaseErrors.BadMode;
        if (context.Household is not { Current: { } episode } household) return CaseErrors.NoEpisode;
        if (household.NoLabour) return CaseErrors.NoLabourKeeps;
        var months = episode.RecognizedMonth is { } since ? (context.Today.Year - since.Year) * 12 + context.Today.Month - since.Month : int.MaxValue;
        return months < context.Parameters.MonitorMonthsLeast ? CaseErrors.MonitoredTooShort : null;
    }

    public static IEnumerable<DomainError> Faults(FieldTexts fields, CaseContext context)
    {
        var mode = fields[nameof(RiskEpisode.EliminationMode)];
        if (ModeFault(mode, context) is { } fault) return [fault];
        if (mode == Natural) return VerifyDecision.Missing(fields, nameof(RiskEpisode.NaturalReason));
        return VerifyDecision.Missing(fields, [.. Securities, nameof(RiskEpisode.ElNetPerCapita)])
            .Concat(Securities.Where(id => fields[id] == YesNo.Yes).Select(id => CaseErrors.SecurityUnresolved with { Field = $"RiskEpisode.{id}" }));
    }
}
