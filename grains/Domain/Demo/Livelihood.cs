namespace FangFanPin.Domain.Demo;

/// <summary>Land, income and costs of the last income year (1 October to 30 September), from who works, what is grown and what is granted.</summary>
internal static class Livelihood
{
    private const int PensionMonthly = 150;
    private const int SubsistenceMonthly = 280;
    private const int DestituteMonthly = 690;

    /// <summary>Yuan per head below which relatives are taken to help out: above the 监测范围, as nearly all lifted households are.</summary>
    private const int FloorPerHead = 10_400;

    public static void Fill(FamilyDraft family)
    {
        Land(family);
        Costs(family);
        var income = new IncomeDraft();
        Wages(family, ref income);
        Fields(family, ref income);
        Grants(family, ref income);
        Support(family, ref income);
        family.Income = income;
    }

    private static void Land(FamilyDraft family)
    {
        var random = family.Random;
        family.CultivatedTenthMu = random.Chance(0.04) ? 0 : family.Heads * random.Between(7, 16);
        family.LandLetOut = family.CultivatedTenthMu > 0 && (!family.AnyAble || random.Chance(0.25));
    }

    private static void Costs(FamilyDraft family)
    {
        var random = family.Random;
        foreach (var person in family.Active)
        {
            if (person.Serious) family.CostMedical += random.Between(18, 90) * 1000;
            else if (person.Chronic) family.CostMedical += random.Between(10, 50) * 100;
            else family.CostMedical += random.Between(0, 6) * 100;
        }
        family.CostSelfPaid = family.CostMedical * random.Between(14, 32) / 100;
    }

    private static void Wages(FamilyDraft family, ref IncomeDraft income)
    {
        foreach (var person in family.Active)
        {
            income.PostWage += person.PostMonths * person.PostWageMonthly;
            if (person.WageMonthly == 0) continue;
            if (person.WorkRegion >= 2) income.Migrant += person.WorkMonths * person.WageMonthly;
            else income.OtherWage += person.WorkMonths * person.WageMonthly;
        }
    }

    private static void Fields(FamilyDraft family, ref IncomeDraft income)
    {
        var random = family.Random;
        if (family.LandLetOut) income.LandRent = family.CultivatedTenthMu * random.Between(50, 90);
        else income.Planting = family.CultivatedTenthMu * random.Between(90, 170);
        if (family.AnyAble && random.Chance(0.14)) income.Breeding = random.Between(10, 120) * 100;
        if (family.AnyAble && random.Chance(0.04)) income.Fruit = random.Between(10, 60) * 100;
        if (family.AnyAble && random.Chance(0.07)) income.OtherBusiness = random.Between(20, 200) * 100;
        income.Cost = income.Business * random.Between(28, 45) / 100;
        if (random.Chance(0.3)) income.Dividend = random.Between(2, 10) * 100;
        if (random.Chance(0.03)) income.OtherProperty = random.Between(5, 40) * 100;
        income.Eco = family.CultivatedTenthMu * 10;
    }

    private static void Grants(FamilyDraft family, ref IncomeDraft income)
    {
        foreach (var person in family.Active)
        {
            if (person.Age >= 60) income.Pension += PensionMonthly * 12;
            if (person.Subsistence) income.Subsistence += SubsistenceMonthly * 12;
            if (person.Destitute) income.Destitute += DestituteMonthly * 12;
            if (person.Subsidized) income.OtherTransfer += 75 * 12;
            if (person.Vocational) income.OtherTransfer += 3000;
        }
        if (family.Head.Age >= 60 && family.Random.Chance(0.12)) income.FamilyPlanning = 960;
        income.SelfPaid = family.CostSelfPaid;
        if (family.CostSelfPaid > 8000 && family.Random.Chance(0.25)) income.Claims = family.CostSelfPaid / 4;
    }

    /// <summary>Children who live elsewhere support their parents (赡养费); a few households stay below the line and are what the rules look for.</summary>
    private static void Support(FamilyDraft family, ref IncomeDraft income)
    {
        var perHead = income.Net / family.Heads;
        if (perHead >= FloorPerHead || family.Random.Chance(0.01)) return;
        income.OtherTransfer += (FloorPerHead + family.Random.Between(0, 25) * 100) * family.Heads - income.Net;
    }
}
