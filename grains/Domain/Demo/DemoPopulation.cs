using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>
/// The invented population (演示数据,纯属虚构): the households of a village follow from seed, village and options alone, so any part of the province can
/// be streamed anywhere, in any order, and is the same.
/// </summary>
public static class DemoPopulation
{
    /// <summary>Clean, typed files in a fixed order, made while they are read; nothing is kept.</summary>
    public static IEnumerable<HouseholdFile> HouseholdsOf(DemoVillage village, DemoOptions options)
    {
        var facts = new VillageFacts(village, new DemoRandom(options.Seed, village.Code.Number, -1));
        var birthSlots = new HashSet<int>();
        var count = DemoScale.HouseholdsOf(village, options);
        for (var number = 0; number < count; number++)
        {
            yield return Household(village, facts, birthSlots, options, number);
        }
    }

    private static HouseholdFile Household(DemoVillage village, VillageFacts facts, HashSet<int> birthSlots, DemoOptions options, int number)
    {
        var family = new FamilyDraft
        {
            Village = village, Random = new DemoRandom(options.Seed, village.Code.Number, number), Today = options.Today,
            Code = DemoCodes.Household(village, number), Number = number,
        };
        Monitoring.Choose(family);
        new FamilyBuilder(family, birthSlots, facts.MainSurname).Build();
        Circumstances.Fill(family);
        Working.Fill(family);
        Livelihood.Fill(family);
        Monitoring.Fill(family);
        return File(family, facts);
    }

    private static HouseholdFile File(FamilyDraft family, VillageFacts facts)
    {
        var year = family.Today.Year;
        var before = family.Income.Scaled(family.Random.Between(86, 98));
        var episodes = ImmutableArray.CreateBuilder<RiskEpisode>();
        var measures = ImmutableArray.CreateBuilder<Measure>();
        for (var i = 0; i < family.Episodes.Count; i++)
        {
            var id = $"{family.Code}-{i + 1}";
            episodes.Add(EpisodeRecords.Episode(family, family.Episodes[i], i + 1, id, facts));
            Help.Add(family, family.Episodes[i], id, measures);
        }
        return new HouseholdFile
        {
            Household = HouseholdRecords.Household(family, facts),
            Members = [.. family.People.Select(p => HouseholdRecords.Member(family, p))],
            Incomes = [YearlyRecords.Income(family, before, year - 1), YearlyRecords.Income(family, family.Income, year)],
            Expenditures = [YearlyRecords.Expenditure(family)],
            Living = [YearlyRecords.Living(family)],
            Securities = [YearlyRecords.Security(family)],
            Episodes = episodes.ToImmutable(),
            Measures = measures.ToImmutable(),
        };
    }
}

/// <summary>What the households of one village have in common.</summary>
internal sealed class VillageFacts
{
    private const int SettlementsMax = 7;

    public VillageFacts(DemoVillage village, DemoRandom random)
    {
        Code = village.Code.ToString();
        MainSurname = DemoNames.MainSurname(village.VillageName, random);
        Settlements = new string[random.Between(2, SettlementsMax)];
        for (var i = 0; i < Settlements.Length; i++) Settlements[i] = DemoNames.Settlement(random);
        SettlementCodes = [.. Settlements.Select((_, i) => Code + (i + 1).ToString("000", System.Globalization.CultureInfo.InvariantCulture))];
        AddressStart = village.CountyName + village.TownName + village.VillageName;
        CollectorName = DemoNames.Surname(random) + DemoNames.Given(random, random.Chance(0.5), 1985, null);
        CollectorPhone = DemoCodes.Phone(random);
        var place = DemoRandom.Hash(village.CountyDigits, 9);
        Longitude = 111.5m + place % 4500 / 1000m + random.Next(300) / 1000m;
        Latitude = 32.2m + place / 4500 % 3300 / 1000m + random.Next(300) / 1000m;
    }

    public string Code { get; }
    public string MainSurname { get; }
    public string[] Settlements { get; }
    public string[] SettlementCodes { get; }
    public string AddressStart { get; }
    public string CollectorName { get; }
    public string CollectorPhone { get; }

    /// <summary>Somewhere in Henan; not where the village is.</summary>
    public decimal Longitude { get; }
    public decimal Latitude { get; }
}
