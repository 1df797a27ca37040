namespace FangFanPin.Domain.Demo;

/// <summary>Who is monitored (监测对象), since when, for which risks that the family really has, and whether the risk is eliminated.</summary>
internal static class Monitoring
{
    private const double MonitoredShare = 0.10;
    /// <summary>0.818 of all, and households without anybody able to work, every ninth, never are.</summary>
    private const double EliminatedShareOfAble = 0.818 / 0.89;
    private const double SecondEpisodeShare = 0.03;
    private const int MonthsToEliminateMin = 6;
    private static readonly YearMonth First = new(2021, 1);

    /// <summary>Share of each month of 2021, 2022 … among recognitions: the first campaign found most.</summary>
    private static readonly int[] YearSums = [34, 58, 74, 86, 95, 100];

    /// <summary>Decides, before the family exists, whether it is monitored and in which category; the family then carries the burden that led to it.</summary>
    public static void Choose(FamilyDraft family)
    {
        var random = family.Random;
        if (random.Chance(MonitoredShare)) family.Monitor = random.Weighted([45, 82, 100]) + 1;
        family.Lifted = family.Monitor switch { 2 => false, 3 => random.Chance(0.5), _ => true };
        if (!family.Lifted) return;
        family.PolicyEnjoyed = random.Chance(0.87);
        family.RecognitionYear = random.Weighted([28, 62, 80, 90, 96, 98, 99, 100]) + 2013;
        family.ExitYear = Math.Clamp(family.RecognitionYear + random.Between(1, 4), 2014, 2020);
    }

    public static void Fill(FamilyDraft family)
    {
        if (family.Monitor == 0) return;
        var random = family.Random;
        var risks = RisksOf(family);
        var second = random.Chance(SecondEpisodeShare);
        if (second) family.Episodes.Add(Ended(family, risks, First.Number + random.Between(0, 18), 0));
        var from = second ? family.Episodes[0].Eliminated!.Value.Number + 1 : First.Number;
        var now = YearMonth.Of(family.Today).Number;
        if (!family.AnyAble || !random.Chance(EliminatedShareOfAble)) family.Episodes.Add(Open(family, risks, from, now));
        else family.Episodes.Add(Ended(family, risks, Month(random, from, now - MonthsToEliminateMin), now));
    }

    private static EpisodeDraft Open(FamilyDraft family, string[] risks, int from, int now)
    {
        var recent = Math.Max(from, now - 23);
        var start = family.Random.Chance(0.9) ? family.Random.Between(recent, now) : Month(family.Random, from, now);
        return new EpisodeDraft { Category = family.Monitor, Recognized = YearMonth.FromNumber(start), Risks = risks };
    }

    /// <param name="family">Whose episode it is.</param>
    /// <param name="risks">What was found.</param>
    /// <param name="start">Month of recognition.</param>
    /// <param name="latest">Last month in which it may have ended; 0 when ten months are surely in the past.</param>
    private static EpisodeDraft Ended(FamilyDraft family, string[] risks, int start, int latest)
    {
        var length = MonthsToEliminateMin + Math.Min(family.Random.Between(0, 10), family.Random.Between(0, 14));
        var end = latest == 0 ? start + length : Math.Min(start + length, latest);
        return new EpisodeDraft
        {
            Category = family.Monitor, Recognized = YearMonth.FromNumber(start), Eliminated = YearMonth.FromNumber(end), Risks = risks,
            Natural = latest > 0 && family.Random.Chance(0.015),
        };
    }

    private static int Month(DemoRandom random, int from, int to)
    {
        var month = new YearMonth(2021 + random.Weighted(YearSums), random.Between(1, 12)).Number;
        return month < from || month > to ? random.Between(from, Math.Max(from, to)) : month;
    }

    private static string[] RisksOf(FamilyDraft family)
    {
        var risks = Candidates(family);
        if (risks.Count == 0) risks.Add("05");
        var main = family.Random.Next(Math.Min(risks.Count, 2));
        (risks[0], risks[main]) = (risks[main], risks[0]);
        var keep = Math.Min(risks.Count, family.Random.Weighted([60, 88, 97, 100]) + 1);
        return [.. risks.Take(keep)];
    }

    /// <summary>The risks that the family's circumstances can bear, likeliest first.</summary>
    private static List<string> Candidates(FamilyDraft family)
    {
        var random = family.Random;
        var active = family.Active.ToList();
        var risks = new List<string>(6);
        if (active.Any(p => p.Serious || p.Chronic)) risks.Add("01");
        if (active.Any(p => p.Disabled)) risks.Add("02");
        if (!active.Any(p => p.Labor is "1" or "2")) risks.Add("08");
        if (active.Any(p => p.School is not (null or "01" or "02")) && random.Chance(0.5)) risks.Add("03");
        if (active.Any(p => p.Working) && random.Chance(0.35)) risks.Add("07");
        if (family.Income.Business > 0 && family.AnyAble && random.Chance(0.06)) risks.Add("06");
        if (random.Chance(0.06)) risks.Add("04");
        if (random.Chance(0.09)) risks.Add("05");
        if (random.Chance(0.025)) risks.Add("09");
        if (random.Chance(0.008)) risks.Add("10");
        return risks;
    }
}
