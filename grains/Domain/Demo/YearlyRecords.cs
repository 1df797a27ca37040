using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>From a draft to the yearly records: income, expenditure, living conditions, the three guarantees.</summary>
internal static class YearlyRecords
{
    private const string Yes = YesNo.Yes, No = YesNo.No;

    public static AnnualIncome Income(FamilyDraft family, in IncomeDraft income, int year) => new()
    {
        HouseholdCode = family.Code, StatYear = year,
        WageIncome = income.Wage, MigrantWage = income.Migrant, WelfarePostWage = income.PostWage,
        BusinessIncome = income.Business, PlantingIncome = income.Planting, BreedingIncome = income.Breeding, ForestFruitIncome = income.Fruit, OtherBusinessIncome = income.OtherBusiness,
        PropertyIncome = income.Property, AssetDividend = income.Dividend, LandTransferIncome = income.LandRent, OtherPropertyIncome = income.OtherProperty,
        TransferIncome = income.Transfer, FamilyPlanningFund = income.FamilyPlanning, SubsistenceFund = income.Subsistence, DestituteFund = income.Destitute,
        PensionFund = income.Pension, EcoFund = income.Eco, OtherTransferIncome = income.OtherTransfer,
        BusinessCost = income.Cost, GrossIncome = income.Gross, NetIncome = income.Net, NetPerCapita = PerHead(income.Net, family.Heads),
        ClaimIncome = income.Claims, CompliantSelfPay = income.SelfPaid, ReferenceIncome = income.Net + income.Claims - income.SelfPaid,
        ReferencePerCapita = PerHead(income.Net + income.Claims - income.SelfPaid, family.Heads), CollectedOn = new DateOnly(year, 10, family.Random.Between(1, 28)),
    };

    /// <summary>Yuan per head to the cent, half away from zero.</summary>
    public static decimal PerHead(int yuan, int heads) => Math.Round((decimal)yuan / heads, 2, MidpointRounding.AwayFromZero);

    public static AnnualExpenditure Expenditure(FamilyDraft family)
    {
        var random = family.Random;
        var pupils = family.Active.Count(p => p.School is not (null or "01"));
        int education = pupils * random.Between(6, 45) * 100, housing = random.Chance(0.06) ? random.Between(10, 90) * 100 : 0;
        int disaster = family.Episode?.Has("04") == true ? random.Between(10, 60) * 100 : 0, other = random.Between(0, 20) * 100;
        return new AnnualExpenditure
        {
            HouseholdCode = family.Code, StatYear = family.Today.Year, BusinessCost = family.Income.Cost,
            MedicalTotal = family.CostMedical, MedicalReimbursed = family.CostMedical - family.CostSelfPaid, CompliantSelfPay = family.CostSelfPaid,
            EducationCost = education, HousingCost = housing, DisasterLoss = disaster, OtherRigidCost = other,
            RigidTotal = family.CostSelfPaid + education + housing + disaster + other,
        };
    }

    public static LivingCondition Living(FamilyDraft family)
    {
        var random = family.Random;
        var land = family.CultivatedTenthMu / 10m;
        var toilet = random.Chance(0.93);
        var road = random.Chance(0.9) ? "3" : random.Chance(0.5) ? "4" : "2";
        var (unsafeHouse, unsafeWater) = (OpenRisk(family, "09"), OpenRisk(family, "10"));
        return new LivingCondition
        {
            HouseholdCode = family.Code, StatYear = family.Today.Year, CultivatedArea = land, IrrigatedArea = Math.Round(land * random.Between(5, 10) / 10, 1, MidpointRounding.ToZero),
            WoodlandArea = random.Chance(0.1) ? random.Between(1, 30) / 10m : 0, ReforestArea = 0, OrchardArea = family.Income.Fruit > 0 ? random.Between(5, 30) / 10m : 0,
            GrasslandArea = 0, WaterArea = random.Chance(0.01) ? random.Between(2, 20) / 10m : 0,
            InCooperative = random.Chance(0.18) ? Yes : No, LedByEnterprise = random.Chance(0.2) ? Yes : No, LedByEntrepreneur = random.Chance(0.12) ? Yes : No,
            IndustryDriveType = Industry(family), HasProductionPower = Yes, HasPower = Yes, HasTv = random.Chance(0.99) ? Yes : No,
            HasSafeWater = unsafeWater ? No : Yes, WaterSource = random.Chance(0.94) ? "1" : "2",
            HasToilet = toilet ? Yes : No, ToiletUsable = toilet ? random.Chance(0.97) ? Yes : No : null,
            RoadDistance = random.Between(1, 90) / 100m, RoadType = road, RoadHardened = road is "3" or "4" ? Yes : No,
            HouseArea = family.Heads * random.Between(18, 42) + random.Between(20, 50), IsDangerousHouse = unsafeHouse ? Yes : No, HouseGrade = unsafeHouse ? random.Chance(0.6) ? "C" : "D" : random.Chance(0.7) ? "A" : "B",
            RenovatedYear = random.Chance(0.2) ? random.Between(2014, 2022) : null, NoOwnHouse = random.Chance(0.01) ? Yes : No,
            FuelType = random.Chance(0.86) ? "4" : random.Chance(0.7) ? "1" : "3", HasBroadband = random.Chance(0.82) ? Yes : No,
        };
    }

    public static SecurityStatus Security(FamilyDraft family)
    {
        var random = family.Random;
        var (house, water) = (OpenRisk(family, "09"), OpenRisk(family, "10"));
        var collected = family.Today.AddDays(-random.Between(5, 120));
        return new SecurityStatus
        {
            HouseholdCode = family.Code, CollectedOn = collected, HasDropout = No, HousingUnsafe = house ? Yes : No, WaterUnsafe = water ? Yes : No, HasUninsured = No,
            FoodSecure = Yes, ClothingSecure = Yes, HouseSafetyGrade = house ? "C" : random.Chance(0.7) ? "A" : "B", HouseCheckedOn = random.Chance(0.6) ? collected.AddDays(-random.Between(30, 900)) : null,
            WaterCheckedOn = random.Chance(0.5) ? collected.AddDays(-random.Between(30, 400)) : null, ProblemNote = house ? "住房需要改造" : water ? "饮水设施需要改造" : null,
        };
    }

    private static bool OpenRisk(FamilyDraft family, string risk) => family.Episode is { Eliminated: null } episode && episode.Has(risk);

    private static string? Industry(FamilyDraft family) => family.Income switch
    {
        { Breeding: > 0 } => "2",
        { Fruit: > 0 } => "3",
        { Planting: > 0 } => "1",
        _ => null,
    };
}
