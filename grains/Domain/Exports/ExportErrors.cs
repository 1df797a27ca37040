namespace FangFanPin.Domain.Exports;

public static class ExportErrors
{
    public static readonly DomainError NotFound = new("export.not-found", "没有这次导出。");
    public static readonly DomainError BadRequest = new("export.bad-request", "请求格式不正确。");
    public static readonly DomainError BadKind = new("export.kind.bad-request", "导出对象应为 households 或 persons。", "kind");
    public static readonly DomainError BadField = new("export.field.bad-request", "附加字段应为数据字典中的字段标识,以逗号分隔。", "fields");
    public static readonly DomainError TooManyFields = new("export.fields.bad-request", $"附加字段最多 {ExportLimits.FieldsMax} 个。", "fields");
    public static readonly DomainError TooMany = new("export.too-many-requests", "您未完成的导出过多,请等待或取消后再导出。");
    public static readonly DomainError NotReady = new("export.pending", "导出尚未完成,文件不可下载。");
    public static readonly DomainError Gone = new("export.file.not-found", "导出文件已过期删除,请重新导出。");
    public static readonly DomainError AtRest = new("export.at-rest-conflict", "导出已经结束。");
    public static readonly DomainError GaveUp = new("export.gave-up", "多次尝试仍未完成,请联系运维人员查看日志。");
    public static readonly DomainError TooLong = new("export.too-large", "结果超过导出上限,请缩小范围后再导出。");
}

public static class ExportLimits
{
    public const int FieldsMax = 40;
}
