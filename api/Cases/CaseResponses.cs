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
/// <param name="BookingPending">The household's record does not have yet what was decided; it gets it within moments.</param>
public sealed record CaseResponse(
    CaseLineResponse Case, DateOnly ClueFoundOn, string OpenedBy, DeclarationResponse? Declaration, WarningResponse? Warning, IReadOnlyDictionary<string, string?> Fields,
    ReviewResponse? Review, IReadOnlyList<ObjectionResponse> Objections, IReadOnlyList<ClueResponse> Clues, IReadOnlyList<AttachmentResponse> Attachments,
    DateOnly? ClockStoppedOn, int StoppedDays, DateOnly? AppealedOn, DateOnly? ApprovedOn, string? ResultText, string? NationalHouseholdCode, bool BookingPending, IReadOnlyList<string> Actions);

/// <summary>One entry of a case's history.</summary>
/// <param name="OnTime">Whether the step that was left was left in time; null when none was left.</param>
/// <param name="Late">Made up for by the system after its moment.</param>
public sealed record CaseEntryResponse(
    long Version, DateTimeOffset At, string Action, string ActionLabel, string? FromStep, string ToStep, string ToStepLabel, string Account, string DisplayName, string? Level,
    string? Opinion, DateOnly? DueOn, bool? OnTime, bool Late, IReadOnlyList<Guid> Attachments, IReadOnlyDictionary<string, string?> Details)
{
    public static CaseEntryResponse From(CaseTransition t, string kind) => new(
        t.Version, t.At, t.Action, CaseLabels.Action(t.Action), t.From, t.To, CaseSteps.Label(kind, t.To), t.Actor.Account, t.Actor.DisplayName, CaseLabels.Level(t.ActorLevel),
        t.Opinion, t.DueOn, t.OnTime, t.Late, t.Attachments, t.Details.ToDictionary(d => d.Key, d => d.Value));
}

/// <param name="Version">Also in the ETag; send it back as If-Match.</param>
public sealed record CaseActionResponse(string Id, long Version, string Step);

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
        [CaseActions.Relocate] = "随户迁移", [CaseActions.BookingRefused] = "写入户档案被拒绝", [CaseActions.Remind] = "临期提醒", [CaseActions.Overdue] = "逾期提醒", [CaseActions.Lapse] = "逾期未补正",
    };

    public static string Kind(string kind) => kind switch
    {
        CaseKinds.Recognition => "纳入监测对象",
        CaseKinds.Elimination => "风险消除",
        CaseKinds.Warning => "部门预警核查",
        _ => kind,
    };

    public static string Source(string code) => int.TryParse(code, out var number) && number > 0 && number < Sources.Length ? Sources[number] : code;
    public static string Action(string action) => Actions.GetValueOrDefault(action, action);
    public static string? Level(RegionLevel? level) => level is { } l ? ((int)l + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Town and village, as people name a place.</summary>
    public static string Place(RegionTree tree, string village) =>
        RegionCode.TryParse(village, out var code) ? string.Concat(tree.PathTo(code).Where(r => r.Level >= RegionLevel.Town).Select(r => r.Name)) : village;
}
