using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Tests.Domain.Statistics;

/// <summary>Random household files with holes, unknown codes and odd dates.</summary>
internal static class RandomFiles
{
    public static readonly DateOnly Today = new(2025, 6, 30);

    private static readonly Gen<DateOnly?> Births = Gen.Frequency(
        (1, Gen.Const((DateOnly?)null)),
        (6, Gen.Int[-45_000, 400].Select(days => (DateOnly?)Today.AddDays(days))),
        (2, Gen.Int[1900, 2024].Select(year => (DateOnly?)(DateTime.IsLeapYear(year) ? new DateOnly(year, 2, 29) : new DateOnly(year, 3, 1)))),
        (2, Gen.Select(Gen.OneOf(0, 16, 30, 40, 50, 60, 110, 111), Gen.Int[-2, 2]).Select((age, off) => (DateOnly?)Today.AddYears(-age).AddDays(off))));

    private static Gen<string?> Code(params string?[] codes) => Gen.OneOf(codes);

    public static readonly Gen<Member> Members =
        from sex in Code(null, "", "0", "1", "2", "9", "x")
        from ethnic in Code(null, "", "01", "02", "97")
        from political in Code(null, "01", "02", "13")
        from school in Code(null, "", "01", "05")
        from health in Code(null, "", "1", "2", "3", "4", "2,3", "2,4", "3,4", "2,3,4", "9", "1,2", "12")
        from cert in Code(null, "410101199001011234", "41010119900101123441", "41010119900101123442B1", "41010119900101123443")
        from birth in Births
        from status in Gen.Frequency((5, Gen.OneOf("1", null, "")), (1, Gen.Const((string?)"2")))
        select new Member
        {
            Sex = sex, Ethnic = ethnic, Political = political, SchoolStatus = school, Health = health, CertNumber = cert, BirthDate = birth, MemberStatus = status,
        };

    private static readonly Gen<string?> Risks = Code(null, "", "01", "02", "99", "10", "x1");

    public static readonly Gen<RiskEpisode> Episodes =
        from category in Code(null, "1", "2", "3", "7")
        from month in Gen.Frequency((1, Gen.Const((YearMonth?)null)), (8, Gen.Int[0, 14].Select(m => (YearMonth?)YearMonth.FromNumber(new YearMonth(2020, 11).Number + m))))
        from number in Gen.Int[1, 4]
        from people in Gen.OneOf(Gen.Const((int?)null), Gen.Int[0, 7].Select(n => (int?)n))
        from risks in Risks.Array[5]
        select new RiskEpisode
        {
            MonitorCategory = category, RecognizedMonth = month, EpisodeNo = number, IdMemberCount = people,
            RiskType1 = risks[0], RiskType2 = risks[1], RiskType3 = risks[2], RiskType4 = risks[3], RiskType5 = risks[4],
        };

    public static readonly Gen<Household> Households =
        from type in Code("1", "1", "2", null, "")
        from policy in Code("1", "2", null, "", "8")
        from category in Code(null, "", "1", "2", "3", "7")
        from gone in Code("0", "1", null, "", "5")
        from status in Gen.Frequency((8, Gen.OneOf("1", null, "")), (1, Gen.OneOf((string?)"2", "3", "4")))
        select new Household
        {
            HouseholdCode = "h", HouseholdType = type, PolicyStatus = policy, MonitorCategory = category, RiskEliminated = gone, HouseholdStatus = status,
        };

    public static readonly Gen<HouseholdFile> Files =
        from household in Households
        from members in Members.Array[0, 6]
        from episodes in Episodes.Array[0, 4]
        select new HouseholdFile { Household = household, Members = [.. members], Episodes = [.. episodes.OrderBy(e => e.EpisodeNo)] };
}
