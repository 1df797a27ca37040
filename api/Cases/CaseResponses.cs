using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Cases;

/// <summary>One case in a list.</summary>
/// <param name="HandlerLevel">Code of list AreaLevel (3 county, 4 town, 5 village); null at an end.</param>
/// <param name="DaysLeft">Until the due day; negative when late.</param>
/// <param name="Escalation">0 in time; 1 late; each further one: the next level up was told.</param>
/// <param name="TotalDueOn">The last of the fifteen days.</param>
/// <param name="UrgedOn">催办: somebody above, or the applicant, has pressed for this step.</param>
public sealed record CaseLineResponse(
    string Id, long Version, string Kind, string KindLabel, string Step, string StepLabel, string Village, string VillageName, string? Household, string? HeadName,
    string Source, string SourceLabel, string? HandlerLevel, DateOnly? DueOn, int? DaysLeft, bool Overdue, int Escalation,
    DateTimeOffset OpenedAt, DateTimeOffset StepSince, DateTimeOffset? ClosedAt, DateOnly? TotalDueOn, DateOnly? UrgedOn)
{
    public static CaseLineResponse From(CaseLine line, RegionTree tree, DateOnly today) => new(
        line.Id, line.Version, line.Kind, CaseLabels.Kind(line.Kind), line.Step, CaseSteps.Label(line.Kind, line.Step), line.Village, CaseLabels.Place(tree, line.Village),
        line.Household, line.HeadName, line.Source, CaseLabels.Source(line.Source), CaseLabels.Level(line.HandlerLevel), line.DueOn,
        line.DueOn is { } due ? due.DayNumber - today.DayNumber : null, line.DueOn < today, line.Escalation, line.OpenedAt, line.StepSince, line.ClosedAt,
        line.ClosedAt is null ? line.TotalDueOn : null, line.UrgedOn);
}

/// <param name="Next">Pass as <c>after</c> for the next page; null on the last.</param>
public sealed record CaseListResponse(IReadOnlyList<CaseLineResponse> Items, string? Next);

/// <summary>农户自主申报, numbers masked.</summary>
public sealed record DeclarationResponse(
    string ApplicantName, string ApplicantIdNumber, string ApplicantPhone, bool IsSelf, string Address, int MemberCount, decimal? DeclaredIncome,
    IReadOnlyList<string> ProblemTypes, string ProblemText)
{
    public static DeclarationResponse? From(SelfDeclaration? d) => d is null ? null : new(
        d.ApplicantName, Masking.Certificate(d.ApplicantIdNumber), Masking.Phone(d.ApplicantPhone), d.IsSelf, d.Address, d.MemberCount, d.DeclaredIncome, d.ProblemTypes, d.ProblemText);
}

public sealed record WarningResponse(string WarnDept, string WarnType, string BatchNo, DateOnly PushedOn, string Name, string IdNumber, string? Detail, string? MatchResult)
{
    public static WarningResponse? From(DeptWarning? w) =>
        w is null ? null : new(w.WarnDept, w.WarnType, w.BatchNo, w.PushedOn, w.Name, Masking.Certificate(w.IdNumber), w.Detail, w.MatchResult);
}

public sealed record ReviewResponse(DateOnly ReviewedOn, int ReviewAttendance, DateOnly PublicityFrom, DateOnly PublicityTo, bool Over)
{
    public static ReviewResponse? From(CaseReview? r) => r is null ? null : new(r.ReviewedOn, r.ReviewAttendance, r.PublicityFrom, r.PublicityTo, r.Over);
}

/// <param name="By"><c>applicant</c> for a villager, else the account.</param>
public sealed record ObjectionResponse(int No, DateOnly RaisedOn, string By, string Text, DateOnly DueOn, DateOnly? AnsweredOn, bool? Upheld);

public sealed record ClueResponse(string Source, string SourceLabel, DateOnly FoundOn, string Text, string By);

public sealed record AttachmentResponse(Guid Id, string Name, string Type, int Bytes, DateTimeOffset UploadedAt)
{
    public static AttachmentResponse From(CaseAttachment a) => new(a.Id, a.Name, a.Type, a.Bytes, a.UploadedAt);
}

/// <summary>A case in full.</summary>
/// <param name="Actions">What the caller may try now: kinds of <c>POST /cases/{id}/actions</c>.</param>
/// <param name="Fields">Fields of RiskEpisode as judged so far.</param>
/// <param name="Members">Fields of Member: a family that stands in no register, beside the applicant.</param>
/// <param name="BookingPending">The household's record does not have yet what was decided; it gets it within moments.</param>
public sealed record CaseResponse(
    CaseLineResponse Case, DateOnly ClueFoundOn, string OpenedBy, DeclarationResponse? Declaration, WarningResponse? Warning, IReadOnlyDictionary<string, string?> Fields,
    ReviewResponse? Review, IReadOnlyList<ObjectionResponse> Objections, IReadOnlyList<ClueResponse> Clues, IReadOnlyList<AttachmentResponse> Attachments,
    DateOnly? ClockStoppedOn, int StoppedDays, DateOnly? AppealedOn, DateOnly? ApprovedOn, string? ResultText, string? NationalHouseholdCode, bool BookingPending, IReadOnlyList<string> Actions,
    PlanResponse? Plan, IReadOnlyList<IReadOnlyDictionary<string, string?>> Members);

/// <summary>一户一策.</summary>
/// <param name="Risks">Codes of list RiskType; every one needs a measure that answers it.</param>
/// <param name="DefectOn">After that day it is a defect that nothing has been decided.</param>
public sealed record PlanResponse(IReadOnlyList<string> Risks, DateOnly DefectOn, bool DefectMarked, DateOnly? ConfirmedOn, bool RiskGone, IReadOnlyList<MeasureResponse> Measures)
{
    public static PlanResponse? From(MeasurePlan? p) => p is null ? null : new(p.Risks, p.DefectOn, p.DefectMarked, p.ConfirmedOn, p.RiskGone, [.. p.Measures.Select(MeasureResponse.From)]);
}

/// <param name="Status">Code of list MeasureStatus; 0 while only proposed.</param>
/// <param name="NotedOn">Of the newest progress note.</param>
/// <param name="UnderContract">It goes on after an elimination until its contract or stage of school ends.</param>
public sealed record MeasureResponse(
    string Id, string Status, IReadOnlyDictionary<string, string?> Fields, DateOnly? DecidedOn, DateOnly? StartedOn, DateOnly? NotedOn, DateOnly? EndedOn, bool UnderContract)
{
    public static MeasureResponse From(PlannedMeasure m) => new(
        m.MeasureId, m.Status, m.Fields.ToDictionary(f => f.Key, f => Masking.Shown(f.Key, f.Value)), m.DecidedOn, m.StartedOn, m.NotedOn, m.EndedOn, m.UnderContract);
}

/// <summary>One entry of a case's history.</summary>
/// <param name="OnTime">Whether the step that was left was left in time; null when none was left.</param>
/// <param name="Late">Made up for by the system after its moment.</param>
/// <param name="Refused">Somebody was told that another had been faster: nothing was changed; null for everything that was done.</param>
public sealed record CaseEntryResponse(
    long Version, DateTimeOffset At, string Action, string ActionLabel, string? FromStep, string ToStep, string ToStepLabel, string Account, string DisplayName, string? Level,
    string? Opinion, DateOnly? DueOn, bool? OnTime, bool Late, IReadOnlyList<Guid> Attachments, IReadOnlyDictionary<string, string?> Details,
    string? Refused)
{
    public static CaseEntryResponse From(CaseRefusal r) => new(
        r.Version, r.At, r.Action, CaseLabels.Action(r.Action), null, "", "", r.Actor.Account, r.Actor.DisplayName, CaseLabels.Level(r.Level), null, null, null, false, [],
        new Dictionary<string, string?>(), r.Errors[0].Code);

    public static CaseEntryResponse From(CaseTransition t, string kind) => new(
        t.Version, t.At, t.Action, CaseLabels.Action(t.Action), t.From, t.To, CaseSteps.Label(kind, t.To), t.Actor.Account, t.Actor.DisplayName, CaseLabels.Level(t.ActorLevel),
        t.Opinion, t.DueOn, t.OnTime, t.Late, t.Attachments, t.Details.ToDictionary(d => d.Key, d => d.Value), null);
}

/// <param name="Version">Also in the ETag; send it back as If-Match.</param>
/// <param name="Attached">The household had an open procedure: this is that one, and what was reported is a clue of it now.</param>
public sealed record CaseActionResponse(string Id, long Version, string Step, bool Attached = false);

internal static class CaseLabels
{
    private static readonly string[] Sources = ["", "农户自主申报", "干部走访排查", "部门筛查预警", "信访舆情等其他线索", "集中排查"];

    private static readonly Dictionary<string, string> Actions = new()
    {
        [CaseActions.Declare] = "申报", [CaseActions.ReportRisk] = "上报风险", [CaseActions.ProposeElimination] = "提出风险消除", [CaseActions.ReceiveWarning] = "接收预警",
        [CaseActions.Accept] = "受理", [CaseActions.Withdraw] = "撤回", [CaseActions.Judge] = "核实", [CaseActions.LinkHousehold] = "关联农户", [CaseActions.Resubmit] = "补正后重新提交",
        [CaseActions.StartPublicity] = "评议并开始公示", [CaseActions.EndPublicity] = "公示期满上报", [CaseActions.Objection] = "提出异议", [CaseActions.AnswerObjection] = "答复异议",
        [CaseActions.Approve] = "通过", [CaseActions.SendBack] = "退回", [CaseActions.Reject] = "不予纳入", [CaseActions.Look] = "查阅", [CaseActions.Appeal] = "申诉",
        [CaseActions.Urge] = "催办", [CaseActions.AttachClue] = "补充线索", [CaseActions.ConfirmNational] = "确认录入国家系统", [CaseActions.CloseWarning] = "预警办结",
        [CaseActions.OpenMeasures] = "启动措施制定", [CaseActions.ProposeMeasures] = "提出帮扶措施", [CaseActions.StartMeasure] = "措施开始实施", [CaseActions.NoteProgress] = "每月进展",
        [CaseActions.EndMeasure] = "措施结束", [CaseActions.MeasuresOver] = "不再监测", [CaseActions.Defect] = "逾期未落实措施", [CaseActions.FollowCode] = "改用国家系统编号",
        [CaseActions.Relocate] = "随户迁移", [CaseActions.BookingRefused] = "写入户档案被拒绝", [CaseActions.Remind] = "临期提醒", [CaseActions.Overdue] = "逾期提醒", [CaseActions.Lapse] = "逾期未补正",
    };

    public static string Kind(string kind) => kind switch
    {
        CaseKinds.Recognition => "纳入监测对象",
        CaseKinds.Elimination => "风险消除",
        CaseKinds.Warning => "部门预警核查",
        CaseKinds.Measures => "帮扶措施落实",
        _ => kind,
    };

    public static string Source(string code) => int.TryParse(code, out var number) && number > 0 && number < Sources.Length ? Sources[number] : code;
    public static string Action(string action) => Actions.GetValueOrDefault(action, action);
    public static string? Level(RegionLevel? level) => level is { } l ? ((int)l + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Town and village, as people name a place.</summary>
    public static string Place(RegionTree tree, string village) =>
        RegionCode.TryParse(village, out var code) ? string.Concat(tree.PathTo(code).Where(r => r.Level >= RegionLevel.Town).Select(r => r.Name)) : village;
}
