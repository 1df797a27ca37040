using System.Collections.Immutable;
using System.Globalization;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>Measures (帮扶措施) that answer the risks of an episode, some 5.3 of them for a monitored household.</summary>
internal static class Help
{
    /// <summary>From this month on insurance premiums were no longer subsidised.</summary>
    private static readonly YearMonth PremiumsUntil = new(2023, 1);
    private static readonly string[] Common = ["1101", "0703", "0110", "1303", "0109", "1104", "1004", "1302"];
    private static readonly string[] CommonWithoutBusiness = [.. Common.Where(i => !i.StartsWith("01", StringComparison.Ordinal))];
    private static readonly string[] Units = ["县农业农村局", "县卫生健康委员会", "县民政局", "县人力资源和社会保障局", "县教育体育局", "乡镇人民政府", "驻村工作队"];

    public static void Add(FamilyDraft family, EpisodeDraft episode, string episodeId, ImmutableArray<Measure>.Builder into)
    {
        var items = ItemsFor(family, episode);
        for (var i = 0; i < items.Count; i++) into.Add(Measure(family, episode, episodeId, items[i], i + 1));
    }

    /// <summary>Whether anything that develops the household (开发式, categories 01-04) is among its measures.</summary>
    public static bool Develops(FamilyDraft family) => family.AnyAble;

    private static List<string> ItemsFor(FamilyDraft family, EpisodeDraft episode)
    {
        var items = new List<string>(10);
        foreach (var risk in episode.Risks) Answer(family, risk, items);
        if (Develops(family)) Once(items, family.Income.Business == 0 ? "0301" : family.Income.Breeding > 0 ? "0102" : family.Random.Chance(0.5) ? "0101" : "0108");
        if (family.Active.Any(p => p.Subsistence)) Once(items, "1001");
        if (family.Active.Any(p => p.Destitute)) Once(items, "1002");
        if (family.Active.Any(p => p.Subsidized)) Once(items, "1003");
        if (family.Active.Any(p => p.Vocational)) Once(items, "0901");
        if (episode.Recognized < PremiumsUntil) Once(items, "0701");
        var wanted = family.Random.Between(4, 6);
        for (var i = 0; i < 6 && items.Count < wanted; i++) Once(items, family.Random.Pick(family.Income.Business > 0 ? Common : CommonWithoutBusiness));
        return items;
    }

    private static void Answer(FamilyDraft family, string risk, List<string> items)
    {
        var random = family.Random;
        switch (risk)
        {
            case "01": Once(items, random.Chance(0.5) ? "0704" : "0703"); if (family.CostMedical > 20_000) Once(items, "0702"); break;
            case "02": Once(items, family.Active.Any(p => p.Subsidized) ? "1003" : "1007"); break;
            case "03": Once(items, family.Active.Any(p => p.Vocational) ? "0901" : random.Chance(0.5) ? "0902" : "0905"); break;
            case "04": Once(items, "1004"); break;
            case "05": Once(items, "1004"); Once(items, "1101"); break;
            case "06": Once(items, random.Chance(0.5) ? "0301" : "0110"); break; // only of families with a business
            case "07": Once(items, family.Active.Any(p => p.WorkRegion >= 3) ? "0203" : "0201"); break;
            case "08": Once(items, random.Chance(0.6) ? "1004" : "1101"); break;
            case "09": Once(items, random.Chance(0.6) ? "0501" : "0503"); break;
            default: Once(items, "0601"); break;
        }
    }

    private static void Once(List<string> items, string item)
    {
        if (!items.Contains(item)) items.Add(item);
    }

    private static Measure Measure(FamilyDraft family, EpisodeDraft episode, string episodeId, string item, int number)
    {
        var random = family.Random;
        var start = new DateOnly(episode.Recognized.Year, episode.Recognized.Month, 1).AddDays(random.Between(8, 60));
        if (start > family.Today) start = family.Today;
        var done = episode.Eliminated is not null && random.Chance(0.8);
        var end = done ? start.AddDays(random.Between(20, 150)) : (DateOnly?)null;
        var amount = Amount(random, item);
        return new Measure
        {
            MeasureId = $"{episodeId}-{number:00}", HouseholdCode = family.Code, EpisodeId = episodeId, Category = CategoryOf(item), Item = item,
            PersonCode = Recipient(family, item)?.PersonCode, StartedOn = start, EndedOn = end > family.Today ? family.Today : end,
            PlannedAmount = amount, Amount = amount is null || random.Chance(0.9) ? amount : amount / 2, ResponsibleUnit = random.Pick(Units),
            Status = done ? "3" : "2", StatYear = start.Year,
        };
    }

    private static string CategoryOf(string item) => int.Parse(item.AsSpan(0, 2), CultureInfo.InvariantCulture).ToString("00", CultureInfo.InvariantCulture);

    private static PersonDraft? Recipient(FamilyDraft family, string item) => item switch
    {
        "1003" => family.Active.FirstOrDefault(p => p.Subsidized),
        "0901" => family.Active.FirstOrDefault(p => p.Vocational),
        "0902" or "0905" => family.Active.FirstOrDefault(p => p.School is not null),
        "0702" or "0703" or "0704" => family.Active.FirstOrDefault(p => p.Serious || p.Chronic),
        _ => null,
    };

    private static decimal? Amount(DemoRandom random, string item) => item switch
    {
        "0101" or "0102" or "0108" => random.Between(5, 30) * 100,
        "0301" => random.Between(1, 5) * 10_000,
        "0501" => random.Between(8, 30) * 1000,
        "0702" or "0704" or "1004" => random.Between(5, 80) * 100,
        "0901" => 3000,
        "0203" => random.Between(2, 6) * 100,
        "1001" => 3360,
        "1002" => 8280,
        "1003" => 900,
        _ => null,
    };
}
