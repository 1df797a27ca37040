namespace FangFanPin.Domain.Records;

/// <summary>Production and living conditions of one year: 生产生活条件.</summary>
public sealed record LivingCondition : Entity
{
    /// <summary>户编号</summary>
    [Field(1)] public string? HouseholdCode { get; init; }

    /// <summary>年度 (年)</summary>
    [Field(2)] public int? StatYear { get; init; }

    /// <summary>耕地面积 (亩)</summary>
    [Field(3)] public decimal? CultivatedArea { get; init; }

    /// <summary>有效灌溉面积 (亩)</summary>
    [Field(4)] public decimal? IrrigatedArea { get; init; }

    /// <summary>林地面积 (亩)</summary>
    [Field(5)] public decimal? WoodlandArea { get; init; }

    /// <summary>退耕还林面积 (亩)</summary>
    [Field(6)] public decimal? ReforestArea { get; init; }

    /// <summary>林果面积 (亩)</summary>
    [Field(7)] public decimal? OrchardArea { get; init; }

    /// <summary>牧草地面积 (亩)</summary>
    [Field(8)] public decimal? GrasslandArea { get; init; }

    /// <summary>水面面积 (亩)</summary>
    [Field(9)] public decimal? WaterArea { get; init; }

    /// <summary>是否加入农民专业合作社 <c>YesNo</c></summary>
    [Field(10)] public string? InCooperative { get; init; }

    /// <summary>是否有龙头企业带动 <c>YesNo</c></summary>
    [Field(11)] public string? LedByEnterprise { get; init; }

    /// <summary>是否有创业致富带头人带动 <c>YesNo</c></summary>
    [Field(12)] public string? LedByEntrepreneur { get; init; }

    /// <summary>到户产业帮扶类型 <c>IndustryDriveType</c></summary>
    [Field(13)] public string? IndustryDriveType { get; init; }

    /// <summary>是否通生产用电 <c>YesNo</c></summary>
    [Field(14)] public string? HasProductionPower { get; init; }

    /// <summary>是否通生活用电 <c>YesNo</c></summary>
    [Field(15)] public string? HasPower { get; init; }

    /// <summary>是否通广播电视 <c>YesNo</c></summary>
    [Field(16)] public string? HasTv { get; init; }

    /// <summary>是否解决安全饮用水 <c>YesNo</c></summary>
    [Field(17)] public string? HasSafeWater { get; init; }

    /// <summary>饮水来源 <c>WaterSource</c></summary>
    [Field(18)] public string? WaterSource { get; init; }

    /// <summary>是否有卫生厕所 <c>YesNo</c></summary>
    [Field(19)] public string? HasToilet { get; init; }

    /// <summary>卫生厕所是否能正常使用 <c>YesNo</c></summary>
    [Field(20)] public string? ToiletUsable { get; init; }

    /// <summary>与村主干路距离 (公里)</summary>
    [Field(21)] public decimal? RoadDistance { get; init; }

    /// <summary>入户路类型 <c>RoadType</c></summary>
    [Field(22)] public string? RoadType { get; init; }

    /// <summary>入户道路是否硬化 <c>YesNo</c></summary>
    [Field(23)] public string? RoadHardened { get; init; }

    /// <summary>住房面积 (平方米)</summary>
    [Field(24)] public decimal? HouseArea { get; init; }

    /// <summary>是否危房户 <c>YesNo</c></summary>
    [Field(25)] public string? IsDangerousHouse { get; init; }

    /// <summary>危房等级 <c>HouseGrade</c></summary>
    [Field(26)] public string? HouseGrade { get; init; }

    /// <summary>危房改造年度 (年)</summary>
    [Field(27)] public int? RenovatedYear { get; init; }

    /// <summary>是否无自有住房 <c>YesNo</c></summary>
    [Field(28)] public string? NoOwnHouse { get; init; }

    /// <summary>主要燃料类型 <c>FuelType</c></summary>
    [Field(29)] public string? FuelType { get; init; }

    /// <summary>主要燃料其他名称</summary>
    [Field(30)] public string? FuelOther { get; init; }

    /// <summary>是否通宽带 <c>YesNo</c></summary>
    [Field(31)] public string? HasBroadband { get; init; }
}
