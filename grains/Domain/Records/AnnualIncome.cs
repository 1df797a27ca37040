namespace FangFanPin.Domain.Records;

/// <summary>Income of one income year, 1 October of the year before to 30 September: 年度收入. Yuan for the whole household unless the name says per capita.</summary>
public sealed record AnnualIncome : Entity
{
    /// <summary>户编号</summary>
    [Field(1)] public string? HouseholdCode { get; init; }

    /// <summary>年度 (年)</summary>
    [Field(2)] public int? StatYear { get; init; }

    /// <summary>工资性收入 (元)</summary>
    [Field(3)] public decimal? WageIncome { get; init; }

    /// <summary>其中:务工收入 (元)</summary>
    [Field(4)] public decimal? MigrantWage { get; init; }

    /// <summary>其中:公益岗位收入 (元)</summary>
    [Field(5)] public decimal? WelfarePostWage { get; init; }

    /// <summary>生产经营性收入 (元)</summary>
    [Field(6)] public decimal? BusinessIncome { get; init; }

    /// <summary>其中:种植业收入 (元)</summary>
    [Field(7)] public decimal? PlantingIncome { get; init; }

    /// <summary>其中:养殖业收入 (元)</summary>
    [Field(8)] public decimal? BreedingIncome { get; init; }

    /// <summary>其中:林果业收入 (元)</summary>
    [Field(9)] public decimal? ForestFruitIncome { get; init; }

    /// <summary>其中:其他生产经营性收入 (元)</summary>
    [Field(10)] public decimal? OtherBusinessIncome { get; init; }

    /// <summary>财产性收入 (元)</summary>
    [Field(11)] public decimal? PropertyIncome { get; init; }

    /// <summary>其中:资产收益扶贫分红收入 (元)</summary>
    [Field(12)] public decimal? AssetDividend { get; init; }

    /// <summary>其中:土地流转收入 (元)</summary>
    [Field(13)] public decimal? LandTransferIncome { get; init; }

    /// <summary>其中:其他财产性收入 (元)</summary>
    [Field(14)] public decimal? OtherPropertyIncome { get; init; }

    /// <summary>转移性收入 (元)</summary>
    [Field(15)] public decimal? TransferIncome { get; init; }

    /// <summary>其中:计划生育金 (元)</summary>
    [Field(16)] public decimal? FamilyPlanningFund { get; init; }

    /// <summary>其中:低保金 (元)</summary>
    [Field(17)] public decimal? SubsistenceFund { get; init; }

    /// <summary>其中:特困供养金 (元)</summary>
    [Field(18)] public decimal? DestituteFund { get; init; }

    /// <summary>其中:养老保险金 (元)</summary>
    [Field(19)] public decimal? PensionFund { get; init; }

    /// <summary>其中:生态补偿金 (元)</summary>
    [Field(20)] public decimal? EcoFund { get; init; }

    /// <summary>其中:其他转移性收入 (元)</summary>
    [Field(21)] public decimal? OtherTransferIncome { get; init; }

    /// <summary>生产经营性支出 (元)</summary>
    [Field(22)] public decimal? BusinessCost { get; init; }

    /// <summary>年总收入 (元)</summary>
    [Field(23)] public decimal? GrossIncome { get; init; }

    /// <summary>家庭纯收入 (元)</summary>
    [Field(24)] public decimal? NetIncome { get; init; }

    /// <summary>人均纯收入 (元)</summary>
    [Field(25)] public decimal? NetPerCapita { get; init; }

    /// <summary>理赔收入 (元)</summary>
    [Field(26)] public decimal? ClaimIncome { get; init; }

    /// <summary>合规自付支出 (元)</summary>
    [Field(27)] public decimal? CompliantSelfPay { get; init; }

    /// <summary>纳入监测对象的收入参考范围 (元)</summary>
    [Field(28)] public decimal? ReferenceIncome { get; init; }

    /// <summary>纳入监测对象的人均收入参考范围 (元)</summary>
    [Field(29)] public decimal? ReferencePerCapita { get; init; }

    /// <summary>采集日期</summary>
    [Field(30)] public DateOnly? CollectedOn { get; init; }
}
