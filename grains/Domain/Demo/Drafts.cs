namespace FangFanPin.Domain.Demo;

/// <summary>A person in the making: what the fields of a member follow from.</summary>
internal sealed class PersonDraft
{
    public required string Relation;
    public required bool Man;
    public required DateOnly Born;
    public required int Age;
    public required string Name;
    public required string CertNumber;
    public required string PersonCode;

    /// <summary>自然减少: stays in the file and counts nowhere.</summary>
    public bool Gone;

    public bool Chronic, Serious;
    public int DisabilityClass, DisabilityGrade;
    public string? School, Education, Dropout;
    public string Labor = "4";
    public bool Working, Plans;
    public int WorkRegion, WorkMonths, WageMonthly;
    public string? WorkPlace, WorkCounty, Channel, Post;
    public int PostMonths, PostWageMonthly;
    public bool Subsistence, Destitute, EmployeeInsured, Subsidized;

    public bool Disabled => DisabilityGrade > 0;
    public bool Healthy => !Chronic && !Serious && !Disabled;
    public bool AbleToWork => Labor is "1" or "2" or "5";
    public bool Vocational => School is "10" or "11" or "12" or "13" or "14" or "15";
}

/// <summary>A household in the making.</summary>
internal sealed class FamilyDraft
{
    public required DemoVillage Village;
    public required DemoRandom Random;
    public required DateOnly Today;
    public required string Code;
    public required int Number;

    public readonly List<PersonDraft> People = new(8);
    public bool Lifted = true;
    public bool PolicyEnjoyed;
    public int RecognitionYear, ExitYear;

    /// <summary>0 when never monitored, else the code of MonitorCategory.</summary>
    public int Monitor;
    public readonly List<EpisodeDraft> Episodes = new(2);
    public IncomeDraft Income;
    public int CultivatedTenthMu;
    public bool LandLetOut;
    public int CostSelfPaid, CostMedical;

    public EpisodeDraft? Episode => Episodes.Count == 0 ? null : Episodes[^1];
    public IEnumerable<PersonDraft> Active => People.Where(p => !p.Gone);
    public int Heads => People.Count(p => !p.Gone);
    public bool AnyAble => People.Any(p => !p.Gone && p.AbleToWork);
    public PersonDraft Head => People[0];
}

/// <summary>One monitoring episode in the making.</summary>
internal sealed class EpisodeDraft
{
    public required int Category;
    public required YearMonth Recognized;
    public YearMonth? Eliminated;
    public bool Natural;
    public string[] Risks = [];
    public bool Has(string risk) => Array.IndexOf(Risks, risk) >= 0;
}

/// <summary>Yuan of one income year, whole household.</summary>
internal struct IncomeDraft
{
    public int Migrant, PostWage, OtherWage;
    public int Planting, Breeding, Fruit, OtherBusiness, Cost;
    public int Dividend, LandRent, OtherProperty;
    public int FamilyPlanning, Subsistence, Destitute, Pension, Eco, OtherTransfer;
    public int Claims, SelfPaid;

    public readonly int Wage => Migrant + PostWage + OtherWage;
    public readonly int Business => Planting + Breeding + Fruit + OtherBusiness;
    public readonly int Property => Dividend + LandRent + OtherProperty;
    public readonly int Transfer => FamilyPlanning + Subsistence + Destitute + Pension + Eco + OtherTransfer;
    public readonly int Gross => Wage + Business + Property + Transfer;
    public readonly int Net => Gross - Cost;

    /// <summary>The same sources in another year: every part times <paramref name="percent"/>.</summary>
    public readonly IncomeDraft Scaled(int percent) => new()
    {
        Migrant = Migrant * percent / 100, PostWage = PostWage * percent / 100, OtherWage = OtherWage * percent / 100,
        Planting = Planting * percent / 100, Breeding = Breeding * percent / 100, Fruit = Fruit * percent / 100, OtherBusiness = OtherBusiness * percent / 100,
        Cost = Cost * percent / 100, Dividend = Dividend * percent / 100, LandRent = LandRent * percent / 100, OtherProperty = OtherProperty * percent / 100,
        FamilyPlanning = FamilyPlanning * percent / 100, Subsistence = Subsistence * percent / 100, Destitute = Destitute * percent / 100,
        Pension = Pension * percent / 100, Eco = Eco * percent / 100, OtherTransfer = OtherTransfer * percent / 100, Claims = Claims, SelfPaid = SelfPaid,
    };
}
