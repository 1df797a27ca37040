namespace FangFanPin.Domain.Cases;

/// <summary>Every fault for which a change of a case can be refused; codes are stable.</summary>
public static class CaseErrors
{
    public static readonly DomainError NotFound = new("case.not-found", "没有这项业务。");
    public static readonly DomainError Exists = new("case.exists", "这项业务已经建立。");
    public static readonly DomainError AlreadyOpen = new("case.already-open-conflict", "该户已有正在办理的业务,请在原业务上补充线索。");
    public static readonly DomainError WrongStep = new("case.wrong-step", "当前环节不能进行此操作。");
    public static readonly DomainError NotYourStep = new("case.not-your-step-forbidden", "当前环节不由您所在的层级办理。");
    public static readonly DomainError OutsideArea = new("case.outside-area", "不在您的管辖范围内。");
    public static readonly DomainError StaleVersion = new("case.stale-version", "业务已被他人办理,请查看最新情况。");
    public static readonly DomainError VersionRequired = new("case.version-required", "办理时必须带上所看到的版本。");
    public static readonly DomainError CommandReused = new("case.command-reused", "同一操作编号不能用于不同内容。");
    public static readonly DomainError UnknownVillage = new("case.unknown-village", "行政区划代码不是现有的行政村。", "Village");
    public static readonly DomainError UnknownHousehold = new("case.unknown-household", "没有这一户,或该户已注销。", "HouseholdCode");
    public static readonly DomainError HouseholdElsewhere = new("case.household-elsewhere", "该户不在本业务所属的行政村。", "HouseholdCode");
    public static readonly DomainError OpinionRequired = new("case.opinion-required", "请填写意见。", "Opinion");
    public static readonly DomainError OpinionTooLong = new("case.opinion-too-long", $"意见最多 {CaseLimits.OpinionMax} 字。", "Opinion");
    public static readonly DomainError TooManyAttachments = new("case.too-many-attachments", $"一次最多 {CaseLimits.AttachmentsMax} 个附件。", "Attachments");
    public static readonly DomainError UnknownAttachment = new("case.unknown-attachment", "附件不存在或不能用于本业务。", "Attachments");
    public static readonly DomainError BadResult = new("case.bad-result", "核查结论不适用于本业务。", "Result");
    public static readonly DomainError TwoVisitors = new("case.two-visitors", "入户核实至少须有两人。", "Visitors");
    public static readonly DomainError AuthorizationRequired = new("case.authorization-required", "须签订授权承诺书。", "AuthorizationSigned");
    public static readonly DomainError AttendanceTooSmall = new("case.attendance-too-small", $"评议参会人数不能少于 {CaseLimits.AttendanceLeast} 人。", "ReviewAttendance");
    public static readonly DomainError BadReviewDate = new("case.bad-review-date", "评议日期应在进入本环节之后、今天或之前。", "ReviewedOn");
    public static readonly DomainError PublicityRunning = new("case.publicity-running", "公示期未满,不能上报。");
    public static readonly DomainError PublicityOnce = new("case.publicity-once", "公示只进行一次,无需再次公示。");
    public static readonly DomainError NotPublished = new("case.not-published", "尚未公示。");
    public static readonly DomainError NotInPublicity = new("case.not-in-publicity", "现在不在公示期内。");
    public static readonly DomainError ObjectionPending = new("case.objection-pending", "有异议尚未答复。");
    public static readonly DomainError NoSuchObjection = new("case.objection-unknown", "没有这条待答复的异议。", "No");
    public static readonly DomainError TooManyObjections = new("case.too-many-objections", "异议过多,请当面提出。");
    public static readonly DomainError TextRequired = new("case.text-required", "请填写内容。", "Text");
    public static readonly DomainError CompareRequired = new("case.compare-required", "县级复核须填写部门比对结果。", "DeptCompareText");
    public static readonly DomainError BadReturn = new("case.bad-return", "只能退回到村核实或村评议公示环节。", "To");
    public static readonly DomainError AlreadyLookedAt = new("case.already-looked-at", "办理人已经打开,不能撤回。");
    public static readonly DomainError AppealedBefore = new("case.appealed-before", "每项业务只能申诉一次。");
    public static readonly DomainError AppealTooLate = new("case.appeal-too-late", "已超过申诉期限。");
    public static readonly DomainError UrgedToday = new("case.urged-today", "今天已经催办过。");
    public static readonly DomainError TooManyClues = new("case.too-many-clues", "线索过多。");
    public static readonly DomainError BadSource = new("case.bad-source", "线索来源不适用。", "RiskSource");
    public static readonly DomainError FutureDate = new("case.future-date", "日期不能晚于今天。", "FoundOn");
    public static readonly DomainError EpisodeOpen = new("case.episode-open", "该户已是监测对象,风险尚未消除。", "HouseholdCode");
    public static readonly DomainError NoEpisode = new("case.no-episode", "该户没有未消除的监测记录。", "HouseholdCode");
    public static readonly DomainError MonitoredTooShort = new("case.monitored-too-short", "帮扶消除须在识别满规定月数之后。", "EliminationMode");
    public static readonly DomainError NoLabourKeeps = new("case.no-labour-keeps", "整户无劳动能力的,落实社会保障后暂不标注风险消除。", "EliminationMode");
    public static readonly DomainError BadMode = new("case.bad-mode", "风险消除方式不正确。", "EliminationMode");
    public static readonly DomainError SecurityUnresolved = new("case.security-unresolved", "三保障和饮水安全尚未巩固,不能标注风险消除。");
    public static readonly DomainError FixedField = new("case.fixed-field", "该字段由流程填写。");
    public static readonly DomainError FamilyKnown = new("case.family-known", "该户已在库中,家庭成员以户档案为准。", "Members");
    public static readonly DomainError SecondHead = new("case.second-head", "申报人登记为户主,其他成员不能再是户主。", "Members");
    public static readonly DomainError MemberTwice = new("case.member-twice", "同一证件号码填写了不止一次。", "Members");
    public static readonly DomainError WrongEpisode = new("case.wrong-episode", "监测记录已变化,请重新制定措施。", "HouseholdCode");
    public static readonly DomainError MeasureRequired = new("case.measure-required", "请至少提出一项帮扶措施。", "Measures");
    public static readonly DomainError TooManyMeasures = new("case.too-many-measures", $"每户措施最多 {CaseLimits.MeasuresMax} 项。", "Measures");
    public static readonly DomainError DevelopmentRequired = new("case.measure-development-required", "有劳动力的,至少须有一项开发式帮扶措施(产业、就业、金融、公益岗位)。", "Measures");
    public static readonly DomainError SecurityRequired = new("case.measure-security-required", "无劳动力的,须有综合保障措施。", "Measures");
    public static readonly DomainError NoSuchMeasure = new("case.measure-unknown", "没有这项措施,或其状态不允许此操作。", "MeasureId");
    public static readonly DomainError NotStarted = new("case.measure-not-started", "尚未实施的措施不能完成,只能终止。", "Status");
    public static readonly DomainError StartsTooEarly = new("case.measure-starts-too-early", "开始日期早于制定日期一年以上。", "StartedOn");
    public static readonly DomainError BookingPending = new("case.booking-pending", "审定结果正在写入户档案,请稍后再试。");
    public static readonly DomainError NothingDue = new("case.nothing-due", "现在没有到期事项。");
    public static readonly DomainError ShareOutOfRange = new("case.share-out-of-range", $"每个环节应为 1 至 {CaseParameters.TotalMost} 天。");
    public static readonly DomainError PublicityTooShort = new("case.publicity-too-short", $"公示不得少于 {CaseParameters.PublicityLeast} 天。", nameof(CaseParameters.PublicityDays));
    public static readonly DomainError OtherOutOfRange = new("case.days-out-of-range", "天数或月数超出允许范围。");
    public static readonly DomainError TotalTooLong = new("case.total-too-long", $"各环节合计不得超过 {CaseParameters.TotalMost} 天。");

    public static DomainError RiskWithoutMeasure(string risk) => new($"case.risk-without-measure-{risk}", $"风险类型 {risk} 没有对应的帮扶措施。", "Measures");
    public static DomainError Required(string field) => new("field.required", "该字段必填。", field);
    public static DomainError TooLong(string field, int most) => new("field.too-long", $"最多 {most} 字。", field);
    public static DomainError BadCertificate(string field) => new("case.bad-certificate", "证件号码不正确,请核对 18 位号码。", field);
    public static DomainError BadPhone(string field) => new("case.bad-phone", "手机号码不正确。", field);
    public static DomainError BadProblem(string field) => new("case.bad-problem", "请至少选择一项困难类型。", field);
    public static DomainError BadCount(string field) => new("case.bad-count", "人数应为 1 至 30。", field);
    public static DomainError BadIncome(string field) => new("case.bad-income", "收入不能为负数,最多两位小数。", field);
    public static DomainError ConsentRequired(string field) => new("case.consent-required", "须同意授权承诺后才能申报。", field);
}

public static class CaseLimits
{
    public const int OpinionMax = 500;
    public const int TextMax = 1000;

    /// <summary>Of a declaration with all its supplements.</summary>
    public const int SupplementedMax = 5 * TextMax;
    public const int AttachmentsMax = 9;
    public const int AttendanceLeast = 3;
    public const int ObjectionsMax = 20;
    public const int CluesMax = 20;
    public const int MeasuresMax = 60;
    public const int VisitorsLeast = 2;
}
