using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Cases;

/// <summary>
/// Days of every step, as a county has them. The shares of the fifteen days may be shifted between steps; neither their total nor the five
/// days of publicity can be touched.
/// </summary>
public sealed record CaseParameters
{
    /// <summary>From the clue to the end of recognition.</summary>
    public const int TotalMost = 15;
    public const int PublicityLeast = 5;

    public static readonly CaseParameters Default = new();

    public int AcceptDays { get; init; } = 1;
    public int VerifyDays { get; init; } = 2;
    public int ReviewDays { get; init; } = 1;

    /// <summary>First and last day of publicity both count.</summary>
    public int PublicityDays { get; init; } = PublicityLeast;
    public int TownDays { get; init; } = 2;
    public int CountyDays { get; init; } = 3;

    /// <summary>Outside the fifteen days: entry in the national system after approval.</summary>
    public int NationalDays { get; init; } = 5;
    public int SupplementDays { get; init; } = 7;
    public int ObjectionDays { get; init; } = 3;
    public int AppealWithinDays { get; init; } = 15;
    public int WarningDays { get; init; } = 10;

    /// <summary>Between recognition and 帮扶消除.</summary>
    public int MonitorMonthsLeast { get; init; } = 6;

    /// <summary>From recognition to measures that the town has confirmed; the town's share is in it.</summary>
    public int MeasureDecideDays { get; init; } = 10;
    public int MeasureConfirmDays { get; init; } = 3;

    /// <summary>After so many months without any it is a defect.</summary>
    public int MeasureDefectMonths { get; init; } = 1;

    /// <summary>走访频次: months that may pass without a visit.</summary>
    public int VisitMonitoredMonths { get; init; } = 1;
    public int VisitOtherMonths { get; init; } = 3;

    /// <summary>After an elimination.</summary>
    public int VisitEliminatedMonths { get; init; } = 6;

    /// <summary>What does not belong to the fifteen days has bounds of its own: a due day must be one that somebody lives to see.</summary>
    private IEnumerable<(string Field, int Value, int Least, int Most)> Others =>
    [
        (nameof(NationalDays), NationalDays, 1, 30), (nameof(SupplementDays), SupplementDays, 1, 30), (nameof(ObjectionDays), ObjectionDays, 1, 15),
        (nameof(AppealWithinDays), AppealWithinDays, 1, 60), (nameof(WarningDays), WarningDays, 1, 30), (nameof(MonitorMonthsLeast), MonitorMonthsLeast, 0, 36),
        (nameof(MeasureDecideDays), MeasureDecideDays, 2, 60), (nameof(MeasureConfirmDays), MeasureConfirmDays, 1, Math.Max(1, MeasureDecideDays - 1)), (nameof(MeasureDefectMonths), MeasureDefectMonths, 1, 12),
        (nameof(VisitMonitoredMonths), VisitMonitoredMonths, 1, 12), (nameof(VisitOtherMonths), VisitOtherMonths, 1, 12), (nameof(VisitEliminatedMonths), VisitEliminatedMonths, 1, 12),
    ];

    private IEnumerable<(string Field, int Days)> Shares =>
    [
        (nameof(AcceptDays), AcceptDays), (nameof(VerifyDays), VerifyDays), (nameof(ReviewDays), ReviewDays),
        (nameof(PublicityDays), PublicityDays), (nameof(TownDays), TownDays), (nameof(CountyDays), CountyDays),
    ];

    /// <returns>All faults; empty when a county may have it so.</returns>
    public IReadOnlyList<DomainError> Check()
    {
        List<DomainError> errors = [.. Shares.Where(s => s.Days is < 1 or > TotalMost).Select(s => CaseErrors.ShareOutOfRange with { Field = s.Field })];
        errors.AddRange(Others.Where(o => o.Value < o.Least || o.Value > o.Most).Select(o => CaseErrors.OtherOutOfRange with { Field = o.Field }));
        if (PublicityDays < PublicityLeast) errors.Add(CaseErrors.PublicityTooShort);
        if (Shares.Sum(s => (long)s.Days) > TotalMost) errors.Add(CaseErrors.TotalTooLong);
        return errors;
    }

    /// <summary>The days of a step when a case first comes to it; a return gives half of them, rounded up.</summary>
    public int DaysOf(string step) => step switch
    {
        CaseSteps.Waiting => AcceptDays,
        CaseSteps.Verifying => AcceptDays + VerifyDays, // both count from the submission
        CaseSteps.Publicity => ReviewDays + PublicityDays,
        CaseSteps.Town => TownDays,
        CaseSteps.County => CountyDays,
        CaseSteps.Booked => NationalDays,
        CaseSteps.Supplement => SupplementDays,
        CaseSteps.WarningNew or CaseSteps.WarningTaken => WarningDays,
        CaseSteps.PlanWaiting => MeasureDecideDays - MeasureConfirmDays,
        CaseSteps.PlanConfirming => MeasureConfirmDays,
        _ => throw new System.Diagnostics.UnreachableException($"Step {step} has no days."),
    };

    public int DaysAfterReturn(string step) => (DaysOf(step) + 1) / 2;
}

/// <summary>The parameters in force for a village's county.</summary>
public interface ICaseParameters
{
    ValueTask<CaseParameters> ForAsync(string county, CancellationToken ct = default);

    /// <summary>From now on, with its entry in the audit; cases keep the due dates that they have.</summary>
    Task SetAsync(string county, CaseParameters parameters, Actor actor, CancellationToken ct = default);
}
