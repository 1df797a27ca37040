namespace FangFanPin.Domain.Records;

/// <summary>Expenditure of one year: 年度支出. Yuan.</summary>
public sealed record AnnualExpenditure : Entity
{
    /// <summary>户编号</summary>
    [Field(1)] public string? HouseholdCode { get; init; }

    /// <summary>年度 (年)</summary>
    [Field(2)] public int? StatYear { get; init; }

    /// <summary>生产经营性支出 (元)</summary>
    [Field(3)] public decimal? BusinessCost { get; init; }

    /// <summary>医疗总支出 (元)</summary>
    [Field(4)] public decimal? MedicalTotal { get; init; }

    /// <summary>医保报销金额 (元)</summary>
    [Field(5)] public decimal? MedicalReimbursed { get; init; }

    /// <summary>合规自付支出 (元)</summary>
    [Field(6)] public decimal? CompliantSelfPay { get; init; }

    /// <summary>教育支出 (元)</summary>
    [Field(7)] public decimal? EducationCost { get; init; }

    /// <summary>住房支出 (元)</summary>
    [Field(8)] public decimal? HousingCost { get; init; }

    /// <summary>灾害事故损失 (元)</summary>
    [Field(9)] public decimal? DisasterLoss { get; init; }

    /// <summary>其他刚性支出 (元)</summary>
    [Field(10)] public decimal? OtherRigidCost { get; init; }

    /// <summary>刚性支出合计 (元)</summary>
    [Field(11)] public decimal? RigidTotal { get; init; }
}
