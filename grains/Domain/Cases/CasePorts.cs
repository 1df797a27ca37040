using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>What the cases' grains ask of the tables.</summary>
public interface ICaseLookups
{
    /// <summary>The open procedure about the same household as this file, by household or, where the register does not know it, by certificate.</summary>
    /// <returns>Its id; null when there is none but this one.</returns>
    Task<string?> OpenOfSameSubjectAsync(CaseFile file, CancellationToken ct = default);

    /// <summary>Where the households of a village went that was merged into another; null when it was not merged.</summary>
    Task<string?> SuccessorOfAsync(string village, CancellationToken ct = default);

    /// <summary>The open plan of measures of a household; null when there is none.</summary>
    Task<string?> PlanOfAsync(string household, CancellationToken ct = default);

    /// <summary>Monitored households of the register without an open plan of measures, by code, that nobody has looked at as they are now.</summary>
    Task<IReadOnlyList<(string Household, long Version)>> WithoutPlanAsync(int limit, CancellationToken ct = default);

    /// <summary>They have been looked at and need no plan; asked again when they change.</summary>
    Task NeedNoPlanAsync(IReadOnlyCollection<(string Household, long Version)> households, CancellationToken ct = default);

    /// <summary>Cases of one shard to be looked after at that moment: due, owing, or standing in a village that has ended. Oldest first.</summary>
    Task<IReadOnlyList<string>> DueAsync(DateTimeOffset now, int shard, int limit, CancellationToken ct = default);
}

/// <summary>Reading one case for people; the rows are the truth.</summary>
public interface ICaseReader
{
    Task<ReadCase?> FindAsync(string id, CancellationToken ct = default);

    /// <summary>By the code that the applicant was given, folded to upper case.</summary>
    Task<ReadCase?> FindByQueryCodeAsync(string queryCode, CancellationToken ct = default);

    /// <summary>Oldest first.</summary>
    Task<IReadOnlyList<CaseTransition>> HistoryAsync(string id, CancellationToken ct = default);

    /// <summary>The open procedure of whoever has this certificate, or of their household.</summary>
    Task<string?> OpenOfCertificateAsync(string certificate, string? household, CancellationToken ct = default);

    /// <summary>The household of the register in which somebody with this certificate is an active member; null when there is none.</summary>
    Task<(string Code, string Village)?> HouseholdOfCertificateAsync(string certificate, CancellationToken ct = default);

    /// <summary>Cases of a village whose publicity goes on today.</summary>
    Task<IReadOnlyList<CaseLine>> PublishedAsync(string village, DateOnly today, CancellationToken ct = default);
}

/// <param name="Version">Of the newest change.</param>
public sealed record ReadCase(string Id, long Version, CaseFile File);

/// <summary>Which cases of a list; the four groups of the contract.</summary>
public enum CaseGroup
{
    /// <summary>查询.</summary>
    All = 0,

    /// <summary>未受理.</summary>
    Unaccepted = 1,

    /// <summary>受理未办结.</summary>
    Open = 2,

    /// <summary>已办结.</summary>
    Closed = 3,
}

/// <summary>Villages, and the levels of steps that wait for the asking officer there.</summary>
public sealed record HandledVillages(RegionLevel Level, IReadOnlyList<string> Villages);

/// <summary>From one moment up to another, which is not included. UTC.</summary>
public readonly record struct Stretch(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whole days of Asia/Shanghai, both included.</summary>
    public static Stretch Of(DateOnly first, DateOnly last) =>
        new(CaseClock.EndOf(first.AddDays(-1)).ToUniversalTime(), CaseClock.EndOf(last).ToUniversalTime());
}

/// <summary>One page of cases: of a region, filtered.</summary>
/// <param name="Villages">Inclusive ranges of village codes below the region.</param>
/// <param name="Handled">Only steps that the asking officer handles; null for everybody's.</param>
public sealed record CaseQuery(IReadOnlyList<(RegionCode From, RegionCode To)> Villages, int Limit)
{
    public CaseGroup Group { get; init; }
    public string? Kind { get; init; }
    public string? Step { get; init; }
    public string? Name { get; init; }
    public string? Household { get; init; }
    public bool? Overdue { get; init; }

    /// <summary>Only steps of this level.</summary>
    public RegionLevel? Level { get; init; }

    /// <summary>Opened, or closed, in a stretch of time; the end is not included.</summary>
    public Stretch? Opened { get; init; }
    public Stretch? Closed { get; init; }

    /// <summary>Left a step in a stretch of time: this one, or any; in time, late, or either.</summary>
    public Stretch? Left { get; init; }
    public string? LeftStep { get; init; }
    public bool? LeftOnTime { get; init; }

    /// <summary>Only those without measures although the time for it is over.</summary>
    public bool? Defect { get; init; }

    /// <summary>Open and on their step since before that moment.</summary>
    public DateTimeOffset? OnStepBefore { get; init; }
    public IReadOnlyList<HandledVillages>? Handled { get; init; }

    /// <summary>Only late ones of lower levels that have been escalated up to this level.</summary>
    public RegionLevel? EscalatedTo { get; init; }

    /// <summary>Only cases that this account opened.</summary>
    public string? OpenedBy { get; init; }

    /// <summary>Only cases on which this account has acted.</summary>
    public string? DoneBy { get; init; }
    public DateOnly Today { get; init; }
    public CaseCursor? After { get; init; }
}

/// <summary>Where a page ends: lists run by due day, closed ones behind, then by id.</summary>
public readonly record struct CaseCursor(DateOnly DueOn, string Id)
{
    /// <summary>Closed cases sort behind everything that is due. Not the last day there is: the driver takes that one for infinity.</summary>
    public static readonly DateOnly Never = new(9000, 1, 1);

    public override string ToString() => $"{DueOn:yyyyMMdd}{Id}";

    public static bool TryParse(string? text, out CaseCursor cursor)
    {
        cursor = default;
        if (text is not { Length: 40 } || !DateOnly.TryParseExact(text.AsSpan(0, 8), "yyyyMMdd", null, System.Globalization.DateTimeStyles.None, out var due)) return false;
        if (!text.AsSpan(8).ToString().All(char.IsAsciiHexDigitLower)) return false;
        cursor = new CaseCursor(due, text[8..]);
        return true;
    }
}

/// <summary>A case as lists show it: columns only, nothing unsealed.</summary>
public sealed record CaseLine(
    string Id, long Version, string Kind, string Step, string Village, string? Household, string? HeadName, string Source, RegionLevel? HandlerLevel,
    DateOnly? DueOn, int Escalation, DateTimeOffset OpenedAt, DateTimeOffset StepSince, DateTimeOffset? ClosedAt, DateOnly? TotalDueOn, DateOnly? PublicityTo, DateOnly? UrgedOn);

public sealed record CasePage(IReadOnlyList<CaseLine> Lines, CaseCursor? Next);

/// <summary>To-dos of one kind and step.</summary>
/// <param name="Overdue">Of those, how many are late.</param>
/// <param name="DueToday">Of those, how many are due today.</param>
public sealed record CaseCount(string Kind, string Step, int Count, int Overdue, int DueToday);

public interface ICaseSearch
{
    Task<CasePage> FindAsync(CaseQuery query, CancellationToken ct = default);

    /// <summary>Counts of what waits for the officer.</summary>
    Task<IReadOnlyList<CaseCount>> CountAsync(IReadOnlyList<HandledVillages> handled, DateOnly today, CancellationToken ct = default);

    /// <summary>Cases that changed after a moment, oldest change first: what a process tells its open workbenches.</summary>
    Task<IReadOnlyList<CaseChangeMark>> ChangedSinceAsync(DateTimeOffset since, int limit, CancellationToken ct = default);
}

/// <param name="Version">Of the newest change.</param>
public readonly record struct CaseChangeMark(string Id, long Version, RegionCode Village, DateTimeOffset At);
