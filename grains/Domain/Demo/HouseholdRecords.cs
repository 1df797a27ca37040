using System.Globalization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>From a draft to the typed records of the household itself and its people.</summary>
internal static class HouseholdRecords
{
    private static readonly string[] Causes = ["01", "01", "01", "02", "02", "03", "04", "07", "08", "08", "09", "11"];
    private static readonly string[] Banks = ["河南农商银行", "中国邮政储蓄银行", "中国农业银行"];
    private static readonly string[] SeriousDiseases = ["脑卒中", "冠心病", "肺癌", "胃癌", "食管癌", "乳腺癌", "尿毒症", "白血病", "肝硬化"];
    private static readonly string[] ChronicDiseases = ["高血压", "糖尿病", "高血压、糖尿病", "慢性支气管炎", "类风湿关节炎", "腰椎间盘突出"];
    private static readonly string[] Needs = ["1", "1,3", "3", "1,2", "4"];
    private const string Yes = YesNo.Yes, No = YesNo.No;

    public static Household Household(FamilyDraft family, VillageFacts facts)
    {
        var (random, village, head) = (family.Random, family.Village, family.Head);
        var group = random.Next(facts.Settlements.Length);
        var record = new Household
        {
            HouseholdCode = family.Code, StatYear = family.Today.Year, AreaCode = facts.Code,
            CityName = village.CityName, CountyName = village.CountyName, TownName = village.TownName, VillageName = village.VillageName,
            NaturalVillageName = facts.Settlements[group], NaturalVillageCode = facts.SettlementCodes[group],
            Address = $"{facts.AddressStart}{facts.Settlements[group]}{random.Between(1, 120)}号",
            HeadName = head.Name, HeadCertNumber = head.CertNumber, Phone = DemoCodes.Phone(random),
            MemberCount = family.Heads, MemberCountStart = family.Heads + (random.Chance(0.03) ? 1 : 0),
            HouseholdType = family.Lifted ? "1" : "2", RelapsedFlag = family.Lifted ? No : null,
            InResettlementArea = No, IsRelocated = random.Chance(0.02) ? Yes : No, IsMilitaryMartyrFamily = random.Chance(0.004) ? Yes : No,
            IsOneChildFamily = Children(family) == 1 ? Yes : No, IsTwoDaughterFamily = Children(family) == 2 && family.Active.Count(p => p.Relation == "04") == 2 ? Yes : No,
            BankName = random.Pick(Banks), BankAccount = random.Chance(0.93) ? DemoCodes.BankAccount(random) : null,
            FilledOn = family.Today.AddDays(-random.Between(10, 200)), HouseholdStatus = HouseholdStatuses.Active,
            NationalUpdatedAt = new DateTimeOffset(family.Today.AddDays(-random.Between(1, 30)).ToDateTime(new TimeOnly(random.Between(8, 17), random.Between(0, 59))), TimeSpan.FromHours(8)),
            Longitude = facts.Longitude + random.Between(-900, 900) / 100_000m, Latitude = facts.Latitude + random.Between(-900, 900) / 100_000m,
        };
        if (record.IsRelocated == Yes) record = record with { ResettleMode = random.Chance(0.7) ? "1" : "2" };
        if (family.Lifted) record = Lifted(record, family);
        return family.Episode is { } episode ? Monitored(record, family, episode, facts) : record;
    }

    private static int Children(FamilyDraft family) => family.Active.Count(p => p.Relation is "03" or "04");

    private static Household Lifted(Household record, FamilyDraft family) => record with
    {
        HouseholdAttr = family.Active.Any(p => p.Destitute) ? "06" : family.Active.Any(p => p.Subsistence) ? "04" : "01",
        RecognitionStandard = family.Random.Chance(0.9) ? "1" : "2", RecognitionYear = family.RecognitionYear, ExitYear = family.ExitYear,
        PolicyStatus = family.PolicyEnjoyed ? "1" : "2", PovertyCause1 = family.Random.Pick(Causes),
        PovertyCause2 = family.Random.Chance(0.3) ? "11" : null,
    };

    private static Household Monitored(Household record, FamilyDraft family, EpisodeDraft episode, VillageFacts facts) => record with
    {
        MonitorCategory = CodeText(episode.Category), RecognizedMonth = episode.Recognized,
        RiskEliminated = episode.Eliminated is null ? No : Yes, EliminatedMonth = episode.Eliminated,
        RiskType1 = episode.Risks[0], RiskType2 = episode.Risks.ElementAtOrDefault(1), RiskType3 = episode.Risks.ElementAtOrDefault(2), RiskType4 = episode.Risks.ElementAtOrDefault(3),
        DisasterType = episode.Has("04") ? family.Random.Chance(0.8) ? "1" : "5" : null,
        NoLaborBottomLine = family.AnyAble ? No : Yes, DevMeasureStatus = Help.Develops(family) ? "1" : "2",
        CollectorName = facts.CollectorName, CollectorPhone = facts.CollectorPhone, AuthorizationSigned = Yes,
        RecognitionYear = record.RecognitionYear ?? family.Episodes[0].Recognized.Year,
    };

    public static Member Member(FamilyDraft family, PersonDraft person)
    {
        var random = family.Random;
        var adult = person.Age >= 16;
        var record = new Member
        {
            PersonCode = person.PersonCode, Name = person.Name, Sex = person.Man ? "1" : "2", CertType = person.Disabled ? "2" : "1", CertNumber = person.CertNumber,
            BirthDate = person.Born, Relation = person.Relation, Ethnic = random.Chance(0.008) ? "03" : "01",
            Political = person.Age >= 25 && random.Chance(0.035) ? "01" : person.Age is >= 14 and <= 27 && random.Chance(0.25) ? "03" : "13",
            Education = person.Education, SchoolStatus = person.School, DropoutReason = person.Dropout,
            SchoolName = person.School is null or "01" or "02" || random.Chance(0.3) ? null : School(family, person),
            Health = HealthOf(person), SeriousDiseaseName = person.Serious ? random.Pick(SeriousDiseases) : null, ChronicDiseaseName = person.Chronic ? random.Pick(ChronicDiseases) : null,
            FamilyDoctorSigned = person.Healthy ? random.Chance(0.6) ? Yes : No : Yes, Labor = person.Labor, SpeaksMandarin = person.Age < 3 ? null : random.Chance(person.Age > 65 ? 0.55 : 0.97) ? Yes : No,
            ResidentMedical = person.EmployeeInsured ? No : Yes, EmployeeMedical = person.EmployeeInsured ? Yes : No, SeriousIllnessInsurance = Yes,
            CommercialMedical = random.Chance(0.3) ? Yes : No, MedicalAid = person.Serious && random.Chance(0.5) ? Yes : No,
            ResidentPension = adult && person.School is null ? person.EmployeeInsured ? No : Yes : null, EmployeePension = adult && person.School is null ? person.EmployeeInsured ? Yes : No : null,
            AccidentInsuranceSubsidy = person.WorkRegion >= 3 && random.Chance(0.4) ? Yes : No,
            Marital = MaritalOf(family, person), ServiceStatus = No, IsRelocatedPerson = No,
            Phone = adult && person.Age < 75 && random.Chance(0.85) ? DemoCodes.Phone(random) : null, MemberStatus = MemberStatuses.Active,
        };
        record = Working(random, Helped(record, person), person);
        return person.Gone ? record with { MemberStatus = MemberStatuses.Gone, ChangeReason = "21", ChangedOn = YearMonth.FromNumber(YearMonth.Of(family.Today).Number - random.Between(0, 20)) } : record;
    }

    private static Member Helped(Member record, PersonDraft person) => record with
    {
        Subsistence = person.Subsistence ? "1" : No, SubsistenceMonthly = person.Subsistence ? 280 : null,
        Destitute = person.Destitute ? "1" : No, SupportMode = person.Destitute ? "2" : null, DestituteAmount = person.Destitute ? 8280 : null,
        DisabilitySubsidy = person.Disabled ? person.Subsidized ? Yes : No : null,
        YuluSubsidy = person.Vocational ? Yes : No, YuluAmount = person.Vocational ? 3000 : null,
    };

    private static Member Working(DemoRandom random, Member record, PersonDraft person) => person.Age < 16 ? record : record with
    {
        IsWorking = person.Working ? Yes : No, PlansToWork = person.Plans ? Yes : No,
        WorkRegion = person.Working ? CodeText(person.WorkRegion) : null, WorkPlace = person.WorkPlace, WorkCountyCode = person.WorkCounty,
        WorkMonths = person.Working ? person.WorkMonths : null, JobChannel = person.Channel, ServiceNeed = person.Plans ? random.Pick(Needs) : null,
        MonthlyWage = person.WageMonthly > 0 ? person.WageMonthly : person.PostWageMonthly > 0 ? person.PostWageMonthly : null,
        WelfarePost = person.Post, WelfarePostMonths = person.Post is null ? null : person.PostMonths,
    };

    private static string HealthOf(PersonDraft person) => (person.Chronic, person.Serious, person.Disabled) switch
    {
        (false, false, false) => "1",
        (true, false, false) => "2",
        (false, true, false) => "3",
        (false, false, true) => "4",
        (true, true, false) => "2,3",
        (true, false, true) => "2,4",
        (false, true, true) => "3,4",
        _ => "2,3,4",
    };

    private static string? MaritalOf(FamilyDraft family, PersonDraft person)
    {
        if (person.Age < 22) return person.Age < 16 ? null : "10";
        if (person.Relation == "02" || (person.Relation == "01" && family.Active.Any(p => p.Relation == "02"))) return "20";
        return person.Age > 60 ? "30" : person.Relation is "03" or "04" ? family.Active.Any(p => p.Relation == "05") ? "20" : "10" : family.Random.Chance(0.5) ? "40" : "10";
    }

    private static string School(FamilyDraft family, PersonDraft person) => person.School switch
    {
        "03" => family.Village.TownName + "中心小学",
        "04" or "05" or "06" => family.Village.TownName + "初级中学",
        "07" or "08" or "09" => family.Village.CountyName + "高级中学",
        "10" or "11" or "12" => family.Village.CountyName + "职业中等专业学校",
        _ => "省内高等院校",
    };

    internal static string CodeText(int digit) => digit is >= 0 and <= 9 ? Digits[digit] : digit.ToString(CultureInfo.InvariantCulture);
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
}
