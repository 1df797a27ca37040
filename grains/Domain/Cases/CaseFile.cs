using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>One procedure about one household. Its steps taken stand in the history, not here.</summary>
public sealed record CaseFile
{
    public required string Id { get; init; }

    /// <summary>One of <see cref="CaseKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="CaseSteps"/>.</summary>
    public required string Step { get; init; }
    public required DateTimeOffset StepSince { get; init; }

    /// <summary>12 digits; follows the household, and a merged village.</summary>
    public required string Village { get; init; }

    /// <summary>Null while the family stands in no register.</summary>
    public string? HouseholdCode { get; init; }

    /// <summary>Who the case is about, for lists.</summary>
    public string? HeadName { get; init; }

    /// <summary>Code of list RiskSource.</summary>
    public required string RiskSource { get; init; }

    /// <summary>线索发现日期.</summary>
    public required DateOnly ClueFoundOn { get; init; }

    /// <summary>The fifteen days count from here: the clue's day, or that of the appeal.</summary>
    public required DateOnly CountedFrom { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Account; <c>applicant</c> for a declaration by phone.</summary>
    public required string OpenedBy { get; init; }
    public SelfDeclaration? Declaration { get; init; }
    public DeptWarning? Warning { get; init; }

    /// <summary>What the applicant follows the case with.</summary>
    public string? QueryCode { get; init; }

    /// <summary>Null at an end.</summary>
    public CaseDeadline? Deadline { get; init; }

    /// <summary>What the household's episode will say: fields of RiskEpisode, checked against the dictionary.</summary>
    public FieldTexts Fields { get; init; } = FieldTexts.None;
    public CaseReview? Review { get; init; }

    /// <summary>Fields of Member: a family that stands in no register, beside the applicant.</summary>
    public ImmutableArray<FieldTexts> Members { get; init; } = [];
    public ImmutableArray<CaseObjection> Objections { get; init; } = [];

    /// <summary>Further clues about the same household, found while the case was open.</summary>
    public ImmutableArray<CaseClue> Clues { get; init; } = [];

    /// <summary>Since when objections that nobody has answered stop the clock.</summary>
    public DateOnly? StoppedOn { get; init; }

    /// <summary>Days for which objections stopped the clock.</summary>
    public int StoppedDays { get; init; }

    /// <summary>Somebody of the step's handler has looked: the sender cannot take it back any more.</summary>
    public bool Opened { get; init; }

    /// <summary>The deadline of the step before, for a withdrawal; null when the case did not come from below.</summary>
    public CaseDeadline? SentUnder { get; init; }
    public DateOnly? AppealedOn { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? ResultText { get; init; }
    public DateOnly? ApprovedOn { get; init; }
    public string? NationalHouseholdCode { get; init; }
    public DateOnly? UrgedOn { get; init; }

    /// <summary>Commands that the household's grain must get, in order; paid at once, on activation, and by the due shards.</summary>
    public ImmutableArray<OwedCommand> Owed { get; init; } = [];

    /// <summary>What other cases must get, once the household has what is owed to it.</summary>
    public ImmutableArray<OwedChange> OwedCases { get; init; } = [];

    /// <summary>Of the measures of an episode; null in every other procedure.</summary>
    public MeasurePlan? Plan { get; init; }

    /// <summary>How many measures were ever proposed: their numbers are never used again.</summary>
    public int MeasuresMade { get; init; }

    [JsonIgnore] public bool Owes => !Owed.IsEmpty || !OwedCases.IsEmpty;
    [JsonIgnore] public bool IsOpen => !CaseSteps.IsEnd(Step);
    [JsonIgnore] public RegionLevel? HandlerLevel => CaseSteps.HandlerOf(Step);
    [JsonIgnore] public IEnumerable<CaseObjection> Unanswered => Objections.Where(o => o.AnsweredOn is null);

    /// <summary>The due day in force: an objection's while the clock stands still.</summary>
    [JsonIgnore] public DateOnly? DueOn => Deadline is null ? null : Unanswered.Any() ? Unanswered.Min(o => o.DueOn) : Deadline.DueOn;

    /// <summary>The last day on which it is no defect that no measure has been decided; null when one has, and in every other procedure.</summary>
    [JsonIgnore] public DateOnly? DefectOn => IsOpen && Plan is { ConfirmedOn: null } plan ? plan.DefectOn : null;

    /// <summary>The last of the fifteen days, objections not counted.</summary>
    [JsonIgnore] public DateOnly TotalDueOn => CountedFrom.AddDays(CaseParameters.TotalMost + StoppedDays);
}

/// <summary>农户自主申报, as the applicant gave it.</summary>
public sealed record SelfDeclaration
{
    public required string ApplicantName { get; init; }
    public required string ApplicantIdNumber { get; init; }
    public required string ApplicantPhone { get; init; }
    public bool IsSelf { get; init; } = true;
    public required string Address { get; init; }
    public required int MemberCount { get; init; }

    /// <summary>Yuan a year, whole household; null when not given.</summary>
    public decimal? DeclaredIncome { get; init; }

    /// <summary>Codes of list ApplicantProblem.</summary>
    public required ImmutableArray<string> ProblemTypes { get; init; }
    public required string ProblemText { get; init; }
    public ImmutableArray<Guid> Attachments { get; init; } = [];
    public required bool Authorized { get; init; }
}

/// <summary>部门预警, entered by hand or from a file.</summary>
public sealed record DeptWarning
{
    /// <summary>Code of list WarnDept.</summary>
    public required string WarnDept { get; init; }

    /// <summary>Code of list WarnType.</summary>
    public required string WarnType { get; init; }
    public required string BatchNo { get; init; }
    public required DateOnly PushedOn { get; init; }
    public required string Name { get; init; }
    public required string IdNumber { get; init; }
    public string? Detail { get; init; }

    /// <summary>Code of list MatchResult.</summary>
    public string? MatchResult { get; init; }
}

/// <summary>村评议公示.</summary>
public sealed record CaseReview
{
    public required DateOnly ReviewedOn { get; init; }
    public required int ReviewAttendance { get; init; }

    /// <summary>First and last day of publicity, both included.</summary>
    public required DateOnly PublicityFrom { get; init; }
    public required DateOnly PublicityTo { get; init; }

    /// <summary>Publicity is done once: a case that comes back is not published again.</summary>
    public bool Over { get; init; }
}

/// <param name="No">From 1, within the case.</param>
public sealed record CaseObjection(int No, DateOnly RaisedOn, string By, string Text, DateOnly DueOn)
{
    public DateOnly? AnsweredOn { get; init; }
    public bool? Upheld { get; init; }
}

/// <param name="RiskSource">Code of list RiskSource.</param>
public sealed record CaseClue(string RiskSource, DateOnly FoundOn, string Text, string By);

/// <param name="CommandId">The same at every attempt.</param>
/// <param name="Purpose">One of <see cref="OwedPurposes"/>.</param>
public sealed record OwedCommand(Guid CommandId, string Purpose, string HouseholdCode, HouseholdChange Change, Actor Actor);

/// <param name="CommandId">The same at every attempt.</param>
/// <param name="Case">Id of the case that must get it.</param>
public sealed record OwedChange(Guid CommandId, string Case, CaseChange Change);

public static class OwedPurposes
{
    public const string Lock = "lock";
    public const string Unlock = "unlock";
    public const string Register = "register";
    public const string Identify = "identify";
    public const string Eliminate = "eliminate";
    public const string DecideMeasures = "decide-measures";
    public const string StartMeasure = "start-measure";
    public const string EndMeasure = "end-measure";
}

/// <summary>What the store keeps for one case.</summary>
public sealed record CaseState
{
    /// <summary>A repeat that comes later still is refused for its version.</summary>
    public const int AppliedMax = 32;

    /// <summary>Null: nobody has opened it.</summary>
    public CaseFile? File { get; init; }
    public ImmutableArray<AppliedChange> Applied { get; init; } = [];

    /// <summary>The newest entry of the history, which the store writes with the state.</summary>
    public CaseTransition? Last { get; init; }
}

/// <param name="Content">See <see cref="CaseContent.HashOf"/>: a repeated id with other content is refused.</param>
/// <param name="Version">Of the case after the command.</param>
public sealed record AppliedChange(Guid CommandId, string Content, long Version);

/// <summary>One entry of a case's history: append-only.</summary>
public sealed record CaseTransition
{
    public required long Version { get; init; }
    public required Guid CommandId { get; init; }

    /// <summary>One of <see cref="CaseActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>Null when the case was opened by it.</summary>
    public string? From { get; init; }
    public required string To { get; init; }
    public required Actor Actor { get; init; }
    public required CaseParty Party { get; init; }
    public RegionLevel? ActorLevel { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? Opinion { get; init; }
    public ImmutableArray<Guid> Attachments { get; init; } = [];

    /// <summary>In force when it was done.</summary>
    public DateOnly? DueOn { get; init; }

    /// <summary>Since when the case had been on the step that it left.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Made up for after its moment: the system was away.</summary>
    public bool Late { get; init; }

    /// <summary>What else was recorded: attendance, comparison, fields.</summary>
    public FieldTexts Details { get; init; } = FieldTexts.None;

    [JsonIgnore] public bool Moved => From is not null && From != To;

    /// <summary>Whether the step that was left was left in time; null when none was left.</summary>
    [JsonIgnore] public bool? OnTime => Moved && DueOn is { } due ? !CaseClock.IsLate(due, At) : null;
}
