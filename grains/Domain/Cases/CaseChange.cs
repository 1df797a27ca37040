using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Cases;

/// <summary>What somebody wants to do to a case. The first ones open it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Declare), CaseActions.Declare)]
[JsonDerivedType(typeof(ReportRisk), CaseActions.ReportRisk)]
[JsonDerivedType(typeof(ProposeElimination), CaseActions.ProposeElimination)]
[JsonDerivedType(typeof(ReceiveWarning), CaseActions.ReceiveWarning)]
[JsonDerivedType(typeof(Accept), CaseActions.Accept)]
[JsonDerivedType(typeof(Withdraw), CaseActions.Withdraw)]
[JsonDerivedType(typeof(Judge), CaseActions.Judge)]
[JsonDerivedType(typeof(LinkHousehold), CaseActions.LinkHousehold)]
[JsonDerivedType(typeof(Resubmit), CaseActions.Resubmit)]
[JsonDerivedType(typeof(StartPublicity), CaseActions.StartPublicity)]
[JsonDerivedType(typeof(EndPublicity), CaseActions.EndPublicity)]
[JsonDerivedType(typeof(Objection), CaseActions.Objection)]
[JsonDerivedType(typeof(AnswerObjection), CaseActions.AnswerObjection)]
[JsonDerivedType(typeof(Approve), CaseActions.Approve)]
[JsonDerivedType(typeof(SendBack), CaseActions.SendBack)]
[JsonDerivedType(typeof(Reject), CaseActions.Reject)]
[JsonDerivedType(typeof(Look), CaseActions.Look)]
[JsonDerivedType(typeof(Appeal), CaseActions.Appeal)]
[JsonDerivedType(typeof(Urge), CaseActions.Urge)]
[JsonDerivedType(typeof(AttachClue), CaseActions.AttachClue)]
[JsonDerivedType(typeof(ConfirmNational), CaseActions.ConfirmNational)]
[JsonDerivedType(typeof(CloseWarning), CaseActions.CloseWarning)]
[JsonDerivedType(typeof(OpenMeasures), CaseActions.OpenMeasures)]
[JsonDerivedType(typeof(ProposeMeasures), CaseActions.ProposeMeasures)]
[JsonDerivedType(typeof(StartMeasure), CaseActions.StartMeasure)]
[JsonDerivedType(typeof(NoteProgress), CaseActions.NoteProgress)]
[JsonDerivedType(typeof(EndMeasure), CaseActions.EndMeasure)]
[JsonDerivedType(typeof(MeasuresOver), CaseActions.MeasuresOver)]
[JsonDerivedType(typeof(Tick), CaseActions.Tick)]
[JsonDerivedType(typeof(Relocate), CaseActions.Relocate)]
[JsonDerivedType(typeof(FollowCode), CaseActions.FollowCode)]
[JsonDerivedType(typeof(BookingRefused), CaseActions.BookingRefused)]
public abstract record CaseChange
{
    /// <summary>意见.</summary>
    public string? Opinion { get; init; }

    /// <summary>Files that were uploaded before, by their ids.</summary>
    public ImmutableArray<Guid> Attachments { get; init; } = [];
}

/// <summary>The names of changes, as requests and the history have them.</summary>
public static class CaseActions
{
    public const string Declare = "declare";
    public const string ReportRisk = "report-risk";
    public const string ProposeElimination = "propose-elimination";
    public const string ReceiveWarning = "receive-warning";
    public const string Accept = "accept";
    public const string Withdraw = "withdraw";
    public const string Judge = "judge";
    public const string LinkHousehold = "link-household";
    public const string Resubmit = "resubmit";
    public const string StartPublicity = "start-publicity";
    public const string EndPublicity = "end-publicity";
    public const string Objection = "objection";
    public const string AnswerObjection = "answer-objection";
    public const string Approve = "approve";
    public const string SendBack = "return";
    public const string Reject = "reject";
    public const string Look = "look";
    public const string Appeal = "appeal";
    public const string Urge = "urge";
    public const string AttachClue = "attach-clue";
    public const string ConfirmNational = "confirm-national";
    public const string CloseWarning = "close-warning";
    public const string OpenMeasures = "open-measures";
    public const string ProposeMeasures = "propose-measures";
    public const string StartMeasure = "start-measure";
    public const string NoteProgress = "note-progress";
    public const string EndMeasure = "end-measure";
    public const string MeasuresOver = "measures-over";
    public const string Tick = "tick";
    public const string Relocate = "relocate";
    public const string FollowCode = "follow-code";
    public const string BookingRefused = "booking-refused";

    /// <summary>What a tick did, in the history.</summary>
    public const string Remind = "remind";
    public const string Overdue = "overdue";
    public const string Lapse = "lapse";
    public const string Defect = "measure-defect";
}

/// <summary>自主申报, by the farmer's phone or by the village for them.</summary>
public sealed record Declare : CaseChange
{
    public required string Village { get; init; }
    public required SelfDeclaration Declaration { get; init; }

    /// <summary>The register's household that the certificate belongs to.</summary>
    public string? HouseholdCode { get; init; }

    /// <summary>What the applicant follows the case with; made by the API.</summary>
    public string QueryCode { get; init; } = "";
}

/// <summary>A risk found otherwise than by a declaration: straight to the village's verification.</summary>
public sealed record ReportRisk : CaseChange
{
    public required string HouseholdCode { get; init; }

    /// <summary>Code of list RiskSource, not 1.</summary>
    public required string RiskSource { get; init; }
    public DateOnly? FoundOn { get; init; }
}

public sealed record ProposeElimination : CaseChange
{
    public required string HouseholdCode { get; init; }

    /// <summary>Code of list EliminationMode.</summary>
    public required string EliminationMode { get; init; }
}

public sealed record ReceiveWarning : CaseChange
{
    public required string Village { get; init; }
    public string? HouseholdCode { get; init; }
    public required DeptWarning Warning { get; init; }
}

public sealed record Accept : CaseChange;

/// <summary>撤回: by the applicant before anybody took it up; by a sender before the next level has looked.</summary>
public sealed record Withdraw : CaseChange;

/// <summary>村核实 and its conclusion.</summary>
public sealed record Judge : CaseChange
{
    /// <summary>Code of list CheckResult.</summary>
    public required string Result { get; init; }

    /// <summary>Who was there, at least two where the household fits.</summary>
    public ImmutableArray<string> Visitors { get; init; } = [];

    /// <summary>Fields of RiskEpisode: risks, the state at recognition (or after elimination).</summary>
    public FieldTexts Fields { get; init; } = FieldTexts.None;
    public decimal? ComputedPerCapita { get; init; }

    /// <summary>Fields of Member, one each: the family beside the applicant, where the register does not know it.</summary>
    public ImmutableArray<FieldTexts> Members { get; init; } = [];
    public string? SecurityText { get; init; }

    /// <summary>授权承诺书 signed.</summary>
    public bool AuthorizationSigned { get; init; }
}

/// <summary>The village finds which household of the register it is about.</summary>
public sealed record LinkHousehold : CaseChange
{
    public required string HouseholdCode { get; init; }
}

/// <summary>补正 by the applicant, or by the village for them.</summary>
public sealed record Resubmit : CaseChange
{
    public string? ProblemText { get; init; }
}

public sealed record StartPublicity : CaseChange
{
    public required DateOnly ReviewedOn { get; init; }
    public required int ReviewAttendance { get; init; }
}

/// <summary>公示期满 (or, after a return, nothing to publish again): on to the town.</summary>
public sealed record EndPublicity : CaseChange;

public sealed record Objection : CaseChange
{
    public required string Text { get; init; }
}

public sealed record AnswerObjection : CaseChange
{
    public required int No { get; init; }
    public required bool Upheld { get; init; }
}

/// <summary>通过 of the town, 审定 of the county.</summary>
public sealed record Approve : CaseChange
{
    /// <summary>部门比对结果, which the county must give.</summary>
    public string? DeptCompareText { get; init; }
}

/// <summary>退回.</summary>
public sealed record SendBack : CaseChange
{
    /// <summary>Only the town chooses: 20 or 30.</summary>
    public string? To { get; init; }
}

/// <summary>不予纳入.</summary>
public sealed record Reject : CaseChange;

/// <summary>The handler opens the record.</summary>
public sealed record Look : CaseChange;

/// <summary>申诉, once.</summary>
public sealed record Appeal : CaseChange;

/// <summary>催办.</summary>
public sealed record Urge : CaseChange;

public sealed record AttachClue : CaseChange
{
    /// <summary>Code of list RiskSource.</summary>
    public required string RiskSource { get; init; }
    public DateOnly? FoundOn { get; init; }
    public required string Text { get; init; }
}

/// <summary>已录入国家系统: found by the synchronisation, or said by the county where none runs.</summary>
public sealed record ConfirmNational : CaseChange
{
    public string? NationalHouseholdCode { get; init; }
}

/// <summary>A warning judged: a risk opens a recognition of its own.</summary>
public sealed record CloseWarning : CaseChange
{
    /// <summary>Code of list CheckResult: 1 (a risk), 2 (wrong information) or 5 (under control).</summary>
    public required string Result { get; init; }
}

/// <summary>The due shard looks at the case.</summary>
public sealed record Tick : CaseChange;

/// <summary>The household moved, or the village was merged: the case goes along.</summary>
public sealed record Relocate : CaseChange
{
    public required string Village { get; init; }
}

/// <summary>The national system gave the household a code of its own: the case goes on under it.</summary>
public sealed record FollowCode : CaseChange
{
    public required string HouseholdCode { get; init; }
}

/// <summary>The household's grain refused what the approval decided; the county sees why.</summary>
public sealed record BookingRefused : CaseChange
{
    public required string Code { get; init; }
}

/// <summary>制定帮扶措施 for the household's current episode.</summary>
public sealed record OpenMeasures : CaseChange
{
    public required string HouseholdCode { get; init; }
}

/// <summary>The village's plan, or more measures for one that runs already.</summary>
public sealed record ProposeMeasures : CaseChange
{
    public required ImmutableArray<MeasureProposal> Measures { get; init; }
}

public sealed record StartMeasure : CaseChange
{
    public required string MeasureId { get; init; }
    public required DateOnly StartedOn { get; init; }
}

/// <summary>每月进展; the opinion is the note.</summary>
public sealed record NoteProgress : CaseChange
{
    /// <summary>Empty: all that stand.</summary>
    public ImmutableArray<string> MeasureIds { get; init; } = [];
}

/// <summary>已完成 (3) or 已终止 (4); the opinion is the effect, or the reason.</summary>
public sealed record EndMeasure : CaseChange
{
    public required string MeasureId { get; init; }
    public required string Status { get; init; }
    public required DateOnly EndedOn { get; init; }
}

/// <summary>The risk was eliminated, or the household left the register.</summary>
public sealed record MeasuresOver : CaseChange
{
    public required string Reason { get; init; }
}
