namespace FangFanPin.Domain.Records;

/// <summary>One help item of a household: 帮扶措施.</summary>
public sealed record Measure : Entity
{
    /// <summary>措施ID</summary>
    [Field(1)] public string? MeasureId { get; init; }

    /// <summary>户编号</summary>
    [Field(2)] public string? HouseholdCode { get; init; }

    /// <summary>监测记录号</summary>
    [Field(3)] public string? EpisodeId { get; init; }

    /// <summary>措施大类 <c>MeasureCategory</c></summary>
    [Field(4)] public string? Category { get; init; }

    /// <summary>措施子项 <c>MeasureItem</c></summary>
    [Field(5)] public string? Item { get; init; }

    /// <summary>子项其他备注</summary>
    [Field(6)] public string? OtherRemark { get; init; }

    /// <summary>受益成员人编号</summary>
    [Field(7)] public string? PersonCode { get; init; }

    /// <summary>开始日期</summary>
    [Field(8)] public DateOnly? StartedOn { get; init; }

    /// <summary>结束日期</summary>
    [Field(9)] public DateOnly? EndedOn { get; init; }

    /// <summary>计划金额 (元)</summary>
    [Field(10)] public decimal? PlannedAmount { get; init; }

    /// <summary>到户金额 (元)</summary>
    [Field(11)] public decimal? Amount { get; init; }

    /// <summary>责任单位</summary>
    [Field(12)] public string? ResponsibleUnit { get; init; }

    /// <summary>责任人</summary>
    [Field(13)] public string? ResponsiblePerson { get; init; }

    /// <summary>措施状态 <c>MeasureStatus</c></summary>
    [Field(14)] public string? Status { get; init; }

    /// <summary>成效说明</summary>
    [Field(15)] public string? EffectNote { get; init; }

    /// <summary>年度 (年)</summary>
    [Field(16)] public int? StatYear { get; init; }
}
