namespace FangFanPin.Domain.Households;

/// <summary>What can be wrong with a request about households before anything is decided.</summary>
public static class HouseholdRequestErrors
{
    public static readonly DomainError BadCursor = new("household.bad-cursor", "翻页位置无效,请从第一页重新查询。", "after");
    public static readonly DomainError BadLimit = new("household.limit.bad-request", $"每页条数应为 1 至 {HouseholdQuery.LimitMax}。", "limit");
    public static readonly DomainError BadType = new("household.type.bad-request", "户类型选项应为 1、2、3、4 的组合,以逗号分隔。", "type");
    public static readonly DomainError ShortName = new("household.name.bad-request", "在乡镇以上范围按姓名查询时,请至少输入两个字。", "name");
    public static readonly DomainError BadRisk = new("household.risk.bad-request", "风险类型应为代码表中的代码。", "risk");
    public static readonly DomainError BadAge = new("household.age.bad-request", "年龄应为 0 至 150,且起始年龄不大于截止年龄。", "ageFrom");
    public static readonly DomainError BadYear = new("household.year.bad-request", "年度应为 2000 至 2100。", "recognizedYear");
    public static readonly DomainError LongText = new("household.text.bad-request", "查询条件过长。");
    public static readonly DomainError BadField = new("household.field.bad-request", "字段应写作 HeadName 或 Member[人编号].Phone。", "path");
    public static readonly DomainError NoVersion = new("household.version.not-found", "没有这个版本。");
    public static readonly DomainError NumberInAddress = new(
        "household.number-in-address.bad-request", "证件号码和电话不能写在网址里,请改用 POST /api/v1/households/search,在请求体中填写。");
    public static readonly DomainError KeyRequired = new("household.idempotency-key.malformed", "请在 Idempotency-Key 中提供操作编号(GUID)。", "Idempotency-Key");
    public static readonly DomainError BadIfMatch = new("household.if-match.malformed", "If-Match 应为所看到的版本,如 \"3\"。", "If-Match");
    public static readonly DomainError BadCommand = new("household.command.malformed", "操作内容无法识别。");
    public static readonly DomainError KindClosed = new("household.kind.forbidden", "这类操作不能从外部提交。", "kind");
    public static readonly DomainError MaskedValue = new("household.masked-value", "不能提交脱敏后的内容,请填写完整内容或去掉该字段。");
    public static readonly DomainError TooManyRows = new("household.export.too-large", "结果过多,请缩小范围,或改用导出任务(/api/v1/exports)。");
}
