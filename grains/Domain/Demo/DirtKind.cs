namespace FangFanPin.Domain.Demo;

/// <summary>Faults as real exports have them. Each household has one at most, so that what an import must say of it is known.</summary>
public enum DirtKind
{
    /// <summary>A label in no list (与户主关系).</summary>
    UnknownLabel,

    /// <summary>Words in a number (家庭人口数).</summary>
    TextInNumber,

    /// <summary>A certificate number, its check digit right, of somebody not yet born.</summary>
    FutureBirth,

    /// <summary>A row more, with the person code of the row before and another name.</summary>
    DuplicatePerson,

    /// <summary>The village code of another county.</summary>
    ForeignVillage,

    /// <summary>A village code that does not exist.</summary>
    UnknownVillage,

    /// <summary>No village code in any row.</summary>
    MissingVillage,

    /// <summary>No household code in any row.</summary>
    MissingHouseholdCode,

    /// <summary>The 45th of a month.</summary>
    ImpossibleDate,

    /// <summary>Two rows of one household say different 户类型; only of households with two rows.</summary>
    RowsDisagree,

    /// <summary>Words in an amount of the current year's income: that record alone is refused.</summary>
    TextInIncome,

    /// <summary>The last digit of the first member's number is wrong.</summary>
    BadCheckDigit,

    /// <summary>No phone, no address, no ability to work.</summary>
    MissingValues,

    /// <summary>家庭人口数 is one more than there are members.</summary>
    MemberCountDisagrees,

    /// <summary>Other words for a label: 文盲, 高中, 大专, 不享受.</summary>
    Aliases,

    /// <summary>Certificate, phone and number in full-width digits.</summary>
    FullWidth,

    /// <summary>2026年3月5日, 1980/3/5, 2023年5月.</summary>
    DateForms,
}

/// <summary>What an import does with a fault.</summary>
public enum DirtEffect
{
    /// <summary>The whole household is refused.</summary>
    HouseholdRefused,

    /// <summary>One row of another sheet is refused, the household is taken.</summary>
    RecordRefused,

    /// <summary>Stored as it came; a quality rule finds it.</summary>
    Finding,

    /// <summary>Read as what it means: the stored household is the clean one.</summary>
    Understood,
}

/// <summary>The effects, by kind.</summary>
public static class DirtEffects
{
    public static DirtEffect Of(DirtKind kind) => kind switch
    {
        <= DirtKind.RowsDisagree => DirtEffect.HouseholdRefused,
        DirtKind.TextInIncome => DirtEffect.RecordRefused,
        <= DirtKind.MemberCountDisagrees => DirtEffect.Finding,
        _ => DirtEffect.Understood,
    };
}
