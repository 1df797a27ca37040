namespace FangFanPin.Domain.Regions;

/// <summary>What can be wrong with a command on the tree.</summary>
public static class RegionErrors
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameMax = 60;

    public static DomainError Unknown(RegionCode code) => new("region.unknown", $"区划 {code} 不存在或已撤销。");

    public static DomainError UnknownText(string? code) => new("region.unknown", $"区划代码“{code}”不存在或已撤销。");

    public static DomainError BadName { get; } = new("region.bad-name", $"区划名称不能为空,且不超过 {NameMax} 个字。", "Name");

    public static DomainError CodeTaken(RegionCode code) => new("region.code-taken", $"区划代码 {code} 已在使用或曾经使用。", "Code");

    public static DomainError WrongLevel { get; } = new("region.wrong-level", "上级区划的级别不对:只能放在原级别的上一级之下。", "Parent");

    public static DomainError NotSameLevel { get; } = new("region.not-same-level", "只能并入同一级别的区划。", "Into");

    public static DomainError Same { get; } = new("region.same", "不能并入或移到自身,也没有需要变更的内容。");

    public static DomainError IsRoot { get; } = new("region.is-root", "省级区划不能移动、合并或拆分。");

    public static DomainError NotChild(RegionCode code) => new("region.not-child", $"区划 {code} 不是被拆分区划的下级。", "Children");

    public static DomainError HasHouseholds { get; } = new("region.has-households", "该村还有户,请先把户移到其他村。");

    public static DomainError CommandReused { get; } = new("region.command-reused", "同一操作编号不能用于不同内容。");

    public static DomainError Moved { get; } = new("region.changed-meanwhile", "区划刚刚被修改,请刷新后重试。");

    public static readonly DomainError NotFound = new("region.not-found", "没有这个行政区划。");
    public static readonly DomainError BadSearch = new("region.search-malformed", "查找文字不超过50字,条数为1至100。");
}
