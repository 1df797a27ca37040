using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Tests.Domain.Statistics;

/// <summary>The statistics straight from documents, one definition after the other: what the cells are held against.</summary>
internal sealed class NaiveCount(IReadOnlyList<HouseholdFile> files, DateOnly day)
{
    /// <summary>Households of a 户类型 choice (codes 1 to 4; none = 帮扶对象).</summary>
    public IEnumerable<HouseholdFile> Homes(params string[] options) => files.Where(f =>
        (f.Household.HouseholdStatus ?? "") is "" or "1" && Helped(f.Household) && (options.Length == 0 || options.Any(o => InOption(f.Household, o))));

    private static bool Helped(Household h) => h.HouseholdType == "1" || !string.IsNullOrEmpty(h.MonitorCategory);

    private static bool InOption(Household h, string option) => option switch
    {
        "1" => h is { HouseholdType: "1", PolicyStatus: "1" },
        "2" => h is { HouseholdType: "1", PolicyStatus: "2" },
        "3" => !string.IsNullOrEmpty(h.MonitorCategory) && h.RiskEliminated == "0",
        "4" => !string.IsNullOrEmpty(h.MonitorCategory) && h.RiskEliminated == "1",
        _ => throw new ArgumentOutOfRangeException(nameof(option)),
    };

    public IEnumerable<Member> People(params string[] options) => Homes(options).SelectMany(Active);

    private static IEnumerable<Member> Active(HouseholdFile f) => f.Members.Where(m => m.MemberStatus != "2" && (m.MemberStatus is null or "" or "1"));

    /// <summary>Counts birthdays one by one.</summary>
    public int? Age(Member m)
    {
        if (m.BirthDate is not { } birth || birth > day) return null;
        var age = 0;
        while (Birthday(birth, age + 1) <= day) age++;
        return age > 110 ? null : age;
    }

    private static DateOnly Birthday(DateOnly birth, int age) =>
        (birth.Month, birth.Day) == (2, 29) && !DateTime.IsLeapYear(birth.Year + age) ? new(birth.Year + age, 3, 1) : new(birth.Year + age, birth.Month, birth.Day);

    private static bool Sick(Member m, string code) => (m.Health ?? "").Split(',').Contains(code);

    /// <summary>Values of statistics 1 to 3 by measure id.</summary>
    public Dictionary<string, long> Flat(params string[] options)
    {
        var people = People(options).ToList();
        long Of(Func<Member, bool> condition) => people.LongCount(condition);
        return new()
        {
            ["households"] = Homes(options).LongCount(),
            ["persons"] = people.Count,
            ["male"] = Of(m => m.Sex == "1"),
            ["female"] = Of(m => m.Sex == "2"),
            ["sexEmpty"] = Of(m => m.Sex is not ("1" or "2")),
            ["minority"] = Of(m => !string.IsNullOrEmpty(m.Ethnic) && m.Ethnic != "01"),
            ["han"] = Of(m => m.Ethnic == "01"),
            ["ethnicEmpty"] = Of(m => string.IsNullOrEmpty(m.Ethnic)),
            ["partyMembers"] = Of(m => m.Political == "01"),
            ["age16To59"] = Of(m => Age(m) is >= 16 and <= 59),
            ["inSchool"] = Of(m => !string.IsNullOrEmpty(m.SchoolStatus)),
            ["ageUnder16"] = Of(m => Age(m) is >= 0 and <= 15),
            ["age16To30"] = Of(m => Age(m) is >= 16 and <= 29),
            ["age30To40"] = Of(m => Age(m) is >= 30 and <= 39),
            ["age40To50"] = Of(m => Age(m) is >= 40 and <= 49),
            ["age50To60"] = Of(m => Age(m) is >= 50 and <= 59),
            ["age60AndOver"] = Of(m => Age(m) >= 60),
            ["ageEmpty"] = Of(m => Age(m) is null),
            ["disabled"] = Of(m => Sick(m, "4")),
            ["seriousIllness"] = Of(m => !Sick(m, "4") && Sick(m, "3")),
            ["chronic"] = Of(m => !Sick(m, "4") && !Sick(m, "3") && Sick(m, "2")),
            ["healthy"] = Of(m => !Sick(m, "4") && !Sick(m, "3") && !Sick(m, "2") && Sick(m, "1")),
            ["healthEmpty"] = Of(m => !"1234".Any(c => Sick(m, c.ToString()))),
            ["anyChronic"] = Of(m => Sick(m, "2")),
            ["anySeriousIllness"] = Of(m => Sick(m, "3")),
            ["anyDisabled"] = Of(m => Sick(m, "4")),
            ["anyHealthy"] = Of(m => Sick(m, "1")),
            ["severeDisability"] = Of(m => m.CertNumber is { Length: >= 20 } c && c[19] is '1' or '2'),
        };
    }

    /// <summary>Statistic 8 at one month: recognitions, their people, households so far, people of their first recognition so far.</summary>
    public (long New, long NewPeople, long Total, long TotalPeople) Recognised(YearMonth month, string? category, string? risk, params string[] options)
    {
        long people = 0, count = 0, total = 0, totalPeople = 0;
        foreach (var home in Homes(options))
        {
            int Heads(RiskEpisode e) => e.IdMemberCount > 0 ? e.IdMemberCount.Value : Active(home).Count();
            var matching = home.Episodes.Where(e => Matches(e, category, risk) && e.RecognizedMonth >= new YearMonth(2021, 1)).ToList();
            count += matching.Count(e => e.RecognizedMonth == month);
            people += matching.Where(e => e.RecognizedMonth == month).Sum(Heads);
            var first = matching.OrderBy(e => e.RecognizedMonth!.Value.Number).ThenBy(e => e.EpisodeNo).FirstOrDefault();
            if (first is null || first.RecognizedMonth > month) continue;
            total++;
            totalPeople += Heads(first);
        }
        return (count, people, total, totalPeople);
    }

    private static bool Matches(RiskEpisode e, string? category, string? risk) =>
        (category is null || e.MonitorCategory == category)
        && (risk is null || new[] { e.RiskType1, e.RiskType2, e.RiskType3, e.RiskType4, e.RiskType5 }.Contains(risk));
}
