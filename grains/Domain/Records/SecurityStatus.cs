namespace FangFanPin.Domain.Records;

/// <summary>The three guarantees and drinking water as found on one day: 三保障和饮水安全状况.</summary>
public sealed record SecurityStatus : Entity
{
    /// <summary>户编号</summary>
    [Field(1)] public string? HouseholdCode { get; init; }

    /// <summary>采集日期</summary>
    [Field(2)] public DateOnly? CollectedOn { get; init; }

    /// <summary>是否义务教育阶段适龄儿童少年失学辍学 <c>YesNo</c></summary>
    [Field(3)] public string? HasDropout { get; init; }

    /// <summary>是否住房出现安全问题 <c>YesNo</c></summary>
    [Field(4)] public string? HousingUnsafe { get; init; }

    /// <summary>是否饮水出现安全问题 <c>YesNo</c></summary>
    [Field(5)] public string? WaterUnsafe { get; init; }

    /// <summary>是否有家庭成员未参加城乡居民(职工)基本医疗保险 <c>YesNo</c></summary>
    [Field(6)] public string? HasUninsured { get; init; }

    /// <summary>是否不愁吃 <c>YesNo</c></summary>
    [Field(7)] public string? FoodSecure { get; init; }

    /// <summary>是否不愁穿 <c>YesNo</c></summary>
    [Field(8)] public string? ClothingSecure { get; init; }

    /// <summary>住房鉴定(安全)等级 <c>HouseGrade</c></summary>
    [Field(9)] public string? HouseSafetyGrade { get; init; }

    /// <summary>住房鉴定日期</summary>
    [Field(10)] public DateOnly? HouseCheckedOn { get; init; }

    /// <summary>饮水安全评价日期</summary>
    [Field(11)] public DateOnly? WaterCheckedOn { get; init; }

    /// <summary>问题说明</summary>
    [Field(12)] public string? ProblemNote { get; init; }
}
