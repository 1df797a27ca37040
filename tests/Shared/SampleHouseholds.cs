using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Tests.Shared;

/// <summary>Invented households of ordinary width, each the same for the same number.</summary>
public static class SampleHouseholds
{
    public const string Village = "411622101201";
    private static readonly string[] Surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄"];
    private static readonly string[] Given = ["秀英", "建国", "桂兰", "志强", "小红", "明", "玉梅", "海涛"];
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 8, 30, 0, TimeSpan.Zero);

    public static string Code(int number) => $"4116{number:D12}";

    /// <summary>A valid certificate number with a county code that does not exist.</summary>
    public static string Certificate(int number)
    {
        var first17 = $"419999{1950 + number % 70:D4}{1 + number % 12:D2}{1 + number % 28:D2}{number % 1000:D3}";
        return first17 + Certificates.CheckDigit(first17);
    }

    public static string Phone(int number) => $"139{number % 100000000:D8}";

    public static HouseholdFile File(int number, int members = 3, string village = Village) => new()
    {
        Household = Head(number, members, village),
        Members = [.. Enumerable.Range(0, members).Select(i => Person(number, i))],
        Living = [new LivingCondition { HouseholdCode = Code(number), StatYear = 2025 }],
        Incomes = [Income(number, 2024), Income(number, 2025)],
        Securities = [new SecurityStatus { HouseholdCode = Code(number), CollectedOn = new DateOnly(2025, 10, 8) }],
    };

    public static HouseholdState State(int number, string? village = null) => new()
    {
        File = File(number, village: village ?? Village),
        Contribution = Figures(number),
        NextDue = new DateOnly(2026, 12, 1 + number % 28),
        LastChange = Change(1, "register", [new FieldChange("Household", "", "HeadName", null, NameOf(number, 0))]),
    };

    public static HouseholdChanged Change(long version, string kind, ImmutableArray<FieldChange> changes) => new()
    {
        Version = version, CommandId = Guid.NewGuid(), Kind = kind, At = Day, Changes = changes,
        Actor = new Actor("wang", "王干事", "county-clerk", "411622000000"),
    };

    /// <summary>The next version: one income amended.</summary>
    public static HouseholdState Amended(HouseholdState state, decimal income)
    {
        var file = state.File!;
        var newest = file.Incomes[^1] with { NetPerCapita = income };
        var old = file.Incomes[^1].NetPerCapita?.ToString();
        return state with
        {
            File = file with { Incomes = file.Incomes.SetItem(file.Incomes.Length - 1, newest) },
            LastChange = Change((state.LastChange?.Version ?? 0) + 1, "record-income", [new FieldChange("AnnualIncome", "2025", "NetPerCapita", old, FieldText.Of(income))]),
        };
    }

    public static CellVector Figures(int number) =>
        CellVector.Of(Enumerable.Range(0, 40).Select(i => (new Cell(((long)(i + 1) << 48) + number % 5), 1L + i % 3)));

    public static string NameOf(int number, int member) => Surnames[number % 8] + Given[(number / 8 + member) % 8];

    private static Household Head(int number, int members, string village) => new()
    {
        HouseholdCode = Code(number), StatYear = 2025, AreaCode = village, CityName = "周口市", CountyName = "西华县", TownName = "示例镇", VillageName = "示例村",
        NaturalVillageName = "东组", Address = $"示例镇示例村东组{number % 300}号", HeadName = NameOf(number, 0), HeadCertNumber = Certificate(number * 10),
        Phone = Phone(number * 10), MemberCount = members, MemberCountStart = members, HouseholdType = number % 10 == 0 ? "2" : "1", HouseholdAttr = "1",
        RecognitionStandard = "1", RecognitionYear = 2016, ExitYear = 2019, PolicyStatus = "1", RelapsedFlag = "0", PovertyCause1 = "1", PovertyCause2 = "5",
        MonitorCategory = number % 10 == 0 ? "1" : null, RecognizedMonth = number % 10 == 0 ? new YearMonth(2022, 5) : null, RiskEliminated = number % 10 == 0 ? "0" : null,
        RiskType1 = number % 10 == 0 ? "01" : null, RiskType2 = number % 10 == 0 ? "07" : null, BankName = "示例农商银行", BankAccount = $"621700{number:D13}",
        InResettlementArea = "0", IsRelocated = "0", IsMilitaryMartyrFamily = "0", IsOneChildFamily = "0", IsTwoDaughterFamily = "0",
        CollectorName = "赵采集", CollectorPhone = "13800001234", FilledOn = new DateOnly(2025, 10, 8), AuthorizationSigned = "1", HouseholdStatus = "1",
        Longitude = 114.531234m, Latitude = 33.801234m,
    };

    private static Member Person(int number, int index) => new()
    {
        PersonCode = $"{Code(number)}{index:D2}", Name = NameOf(number, index), Sex = index % 2 == 0 ? "1" : "2", CertType = "1",
        CertNumber = Certificate(number * 10 + index), BirthDate = Certificates.BirthDateOf(Certificate(number * 10 + index)), Relation = index == 0 ? "01" : "10",
        Ethnic = "01", Political = "13", Education = "3", Health = "1", Labor = "1", SpeaksMandarin = "1", ResidentMedical = "1", EmployeeMedical = "0",
        SeriousIllnessInsurance = "1", CommercialMedical = "0", MedicalAid = "0", ResidentPension = "1", EmployeePension = "0", FamilyDoctorSigned = "1",
        Subsistence = "0", Destitute = "0", DisabilitySubsidy = "0", YuluSubsidy = "0", IsRelocatedPerson = "0", Phone = Phone(number * 10 + index),
        IsWorking = "1", WorkRegion = "1", WorkPlace = "河南省郑州市中牟县", WorkMonths = 8, JobChannel = "1", MonthlyWage = 3200m, Marital = "20", MemberStatus = "1",
    };

    private static AnnualIncome Income(int number, int year) => new()
    {
        HouseholdCode = Code(number), StatYear = year, PropertyIncome = 120.5m, AssetDividend = 100m, LandTransferIncome = 800m, TransferIncome = 2310m,
        FamilyPlanningFund = 0m, SubsistenceFund = 0m, DestituteFund = 0m, PensionFund = 1368m, EcoFund = 0m, OtherTransferIncome = 942m, BusinessCost = 2100m,
        GrossIncome = 41230.5m, NetIncome = 39130.5m, NetPerCapita = 13043.5m + number % 997, CollectedOn = new DateOnly(year, 10, 8),
    };
}
