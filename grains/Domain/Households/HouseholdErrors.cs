namespace FangFanPin.Domain.Households;

/// <summary>Every fault a household command can be refused for; codes are stable.</summary>
public static class HouseholdErrors
{
    public static readonly DomainError NotFound = new("household.not-found", "没有这一户。");
    public static readonly DomainError Exists = new("household.exists", "这一户已经登记,不能重复登记。");
    public static readonly DomainError Deregistered = new("household.deregistered", "这一户已注销,请先恢复再修改。");
    public static readonly DomainError NotDeregistered = new("household.not-deregistered", "这一户在册,无需恢复。");
    public static readonly DomainError StaleVersion = new("household.stale-version", "数据已被他人修改,请查看最新内容后再提交。");
    public static readonly DomainError VersionRequired = new("household.version-required", "修改时必须带上所看到的版本。");
    public static readonly DomainError CommandReused = new("household.command-reused", "同一操作编号不能用于不同内容。");
    public static readonly DomainError BadCode = new("household.bad-code", "户编号应为 1 至 32 位字母、数字或连字符。", "HouseholdCode");
    public static readonly DomainError UnknownVillage = new("household.unknown-village", "行政区划代码不是现有的行政村。", "AreaCode");
    public static readonly DomainError OutsideArea = new("household.outside-area", "行政村不在您的管辖范围内。", "AreaCode");
    public static readonly DomainError SameVillage = new("household.same-village", "该户已在这个村。", "ToVillage");
    public static readonly DomainError TooManyMembers = new("household.too-many-members", $"一户最多 {HouseholdLimits.MembersMax} 名成员。", "Members");
    public static readonly DomainError TooManyRecords = new("household.too-many-records", $"一户同类记录最多 {HouseholdLimits.RecordsMax} 条。");
    public static readonly DomainError MemberExists = new("household.member-exists", "该成员已在本户。", "PersonCode");
    public static readonly DomainError MemberNotFound = new("household.member-not-found", "本户没有这名成员。", "PersonCode");
    public static readonly DomainError MemberGone = new("household.member-gone", "该成员已自然减少。", "PersonCode");
    public static readonly DomainError EpisodeOpen = new("household.episode-open", "该户风险尚未消除,不能再次识别。", "EpisodeId");
    public static readonly DomainError EpisodeExists = new("household.episode-exists", "该监测记录号已存在。", "EpisodeId");
    public static readonly DomainError EpisodeNotFound = new("household.episode-not-found", "没有这条监测记录。", "EpisodeId");
    public static readonly DomainError EpisodeClosed = new("household.episode-closed", "该监测记录的风险已消除。", "EpisodeId");
    public static readonly DomainError MeasureExists = new("household.measure-exists", "该措施ID已存在。", "MeasureId");
    public static readonly DomainError MeasureNotFound = new("household.measure-not-found", "没有这条帮扶措施。", "MeasureId");
    public static readonly DomainError MeasureEnded = new("household.measure-ended", "该帮扶措施已结束。", "MeasureId");
    public static readonly DomainError SplitNobody = new("household.split-nobody", "分户须至少转出一名、留下一名在册成员。", "PersonCodes");
    public static readonly DomainError SplitPending = new("household.split-pending", "上一次分户尚未完成,请稍后再试。");
    public static readonly DomainError BadStatus = new("household.bad-status", "注销状态应为整户自然减少、整户识别错误剔除或归档。", "HouseholdStatus");
    public static readonly DomainError NewerChange = new("household.newer-change", "导入之后该户又有修改,不能撤销。");
    public static readonly DomainError Locked = new("household.locked", "该户正在业务流程中,信息已锁定。");

    public static readonly DomainError BadChangeReason = new("household.bad-change-reason", "增减原因应为减少类代码(21 至 29)。", "ChangeReason");
    public static readonly DomainError EliminatedBeforeRecognized = new("household.eliminated-before-recognized", "消除监测时间不能早于识别监测时间。", "EliminatedMonth");
    public static readonly DomainError ItemOfOtherCategory = new("household.item-of-other-category", "措施子项不属于所选大类。", "Item");
    public static readonly DomainError BadMeasureStatus = new("household.bad-measure-status", "结束措施时状态应为已完成或已终止。", "Status");
    public static readonly DomainError EndsBeforeStart = new("household.ends-before-start", "结束日期不能早于开始日期。", "EndedOn");

    public static DomainError BadYear(string place) => new("household.bad-year", "年度应在 2014 年至明年之间。", Place(place, "StatYear"));
    public static DomainError FutureDate(string place, string field) => new("field.future-date", "日期不能晚于今天。", Place(place, field));
    public static DomainError FutureMonth(string place, string field) => new("field.future-date", "月份不能晚于本月。", Place(place, field));
    public static DomainError FixedField(string place, string field) => new("household.fixed-field", "该字段不能在此修改。", Place(place, field));
    public static DomainError Required(string place, string field) => new("field.required", "该字段必填。", Place(place, field));
    public static string Place(string place, string field) => place.Length == 0 ? field : $"{place}.{field}";
}

/// <summary>Bounds of one file, far above any real family.</summary>
public static class HouseholdLimits
{
    public const int MembersMax = 60;

    /// <summary>Of yearly records, episodes, measures each.</summary>
    public const int RecordsMax = 400;
}
