using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Demo;

public sealed class DemoPopulationTests
{
    private static readonly Lazy<List<HouseholdFile>> county = new(() => [.. DemoVillages.County(250).SelectMany(v => DemoPopulation.HouseholdsOf(v, DemoVillages.Options))]);
    private static List<HouseholdFile> County => county.Value;
    private static IEnumerable<Member> People => County.SelectMany(f => f.Members);
    private static IEnumerable<HouseholdFile> Monitored => County.Where(f => f.Household.MonitorCategory is not null);

    [Fact]
    public void The_same_seed_and_village_give_the_same_households_whatever_was_made_before()
    {
        var alone = DemoPopulation.HouseholdsOf(DemoVillages.Village(7), DemoVillages.Options).Select(DocumentCodec.Encode).ToList();
        var inPassing = County.Where(f => f.Household.AreaCode == DemoVillages.Village(7).Code.ToString()).Select(DocumentCodec.Encode).ToList();
        Assert.Equal(inPassing, alone);
    }

    /// <summary>A change of this number changes everybody's demo data: say so in the release notes.</summary>
    [Fact]
    public void The_first_household_of_a_village_is_the_one_it_always_was()
    {
        var bytes = DocumentCodec.Encode(DemoPopulation.HouseholdsOf(DemoVillages.Village(0), DemoVillages.Options).First());
        var twice = DocumentCodec.Encode(DemoPopulation.HouseholdsOf(DemoVillages.Village(0), DemoVillages.Options with { Dirty = 0.05, VillageMax = 1 }).Single());
        Assert.Equal(bytes, twice);
    }

    [Fact]
    public void Another_seed_gives_other_people()
    {
        var other = DemoPopulation.HouseholdsOf(DemoVillages.Village(0), DemoVillages.Options with { Seed = 2 }).Select(f => f.Household.HeadName).ToList();
        Assert.NotEqual(DemoPopulation.HouseholdsOf(DemoVillages.Village(0), DemoVillages.Options).Select(f => f.Household.HeadName).ToList(), other);
    }

    [Fact]
    public void Every_certificate_number_is_valid_local_and_says_sex_and_birth()
    {
        foreach (var member in People)
        {
            Assert.True(Certificates.IsValidId(member.IdNumber), member.CertNumber);
            Assert.StartsWith("411424", member.CertNumber);
            Assert.Equal(member.BirthDate, Certificates.BirthDateOf(member.CertNumber));
            Assert.Equal(member.Sex == "1" ? 1 : 0, (member.IdNumber![16] - '0') % 2);
            Assert.Equal(member.CertType == "2" ? 20 : 18, member.CertNumber!.Length);
            Assert.Equal(member.CertType == "2", member.Health!.Contains('4'));
            if (member.CertType == "2") Assert.NotNull(Certificates.DisabilityGradeOf(member.CertNumber));
        }
    }

    [Fact]
    public void No_two_people_of_a_county_share_a_number_and_no_two_households_a_code()
    {
        Assert.Equal(People.Count(), People.Select(m => m.IdNumber).Distinct().Count());
        Assert.Equal(People.Count(), People.Select(m => m.PersonCode).Distinct().Count());
        Assert.Equal(County.Count, County.Select(f => f.Household.HouseholdCode).Distinct().Count());
        Assert.All(County, f => Assert.Matches("^53[0-9]{14}$", f.Household.HouseholdCode));
        Assert.Equal(County.Sum(f => f.Measures.Length), County.SelectMany(f => f.Measures).Select(m => m.MeasureId).Distinct().Count());
    }

    [Fact]
    public void Proportions_are_those_of_the_province()
    {
        var active = County.Sum(f => f.ActiveMembers.Count());
        Assert.InRange((double)active / County.Count, 2.90, 3.02);
        Assert.InRange((double)County.Count / 250, 64, 78);
        Assert.InRange((double)Monitored.Count() / County.Count, 0.09, 0.11);
        Assert.InRange((double)Monitored.Count(f => f.Household.RiskEliminated == "1") / Monitored.Count(), 0.80, 0.835);
        Assert.InRange((double)County.Sum(f => f.Measures.Length) / Monitored.Count(), 5.1, 5.6);
        Assert.InRange((double)County.Count(f => f.Household.HouseholdType == "1") / County.Count, 0.94, 0.97);
        Assert.InRange((double)People.Count(m => m.Sex == "1") / People.Count(), 0.49, 0.54);
    }

    [Fact]
    public void Recognitions_begin_in_2021_and_nothing_is_in_the_future()
    {
        var now = YearMonthOf(DemoVillages.Options.Today);
        foreach (var episode in Monitored.SelectMany(f => f.Episodes))
        {
            Assert.InRange(episode.RecognizedMonth!.Value.Number, 2021 * 12, now);
            if (episode.EliminatedMonth is { } end) Assert.InRange(end.Number, episode.RecognizedMonth.Value.Number, now);
        }
        Assert.All(County.SelectMany(f => f.Measures), m => Assert.True(m.StartedOn <= DemoVillages.Options.Today && (m.EndedOn is null || m.EndedOn >= m.StartedOn)));
        Assert.All(People, m => Assert.True(m.BirthDate <= DemoVillages.Options.Today));
    }

    private static int YearMonthOf(DateOnly day) => FangFanPin.Domain.YearMonth.Of(day).Number;

    [Fact]
    public void Dirt_is_of_every_kind_in_its_share_and_leaves_the_file_clean()
    {
        var options = DemoVillages.Options with { Dirty = 0.01 };
        var kinds = County.Select(f => DemoDirt.Of(f, options)).OfType<DirtKind>().GroupBy(k => k).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(Enum.GetValues<DirtKind>().Length, kinds.Count);
        Assert.All(kinds, k => Assert.InRange((double)k.Value / County.Count, 0.006, 0.014));
        Assert.All(County.Take(500), f => Assert.Null(DemoDirt.Of(f, options with { Dirty = 0 })));
    }

    [Fact]
    public void A_village_has_as_many_households_as_its_scale_says_and_never_more_than_the_option()
    {
        var county = DemoVillages.County(200).ToList();
        Assert.All(county, v => Assert.Equal(DemoScale.HouseholdsOf(v, DemoVillages.Options), DemoPopulation.HouseholdsOf(v, DemoVillages.Options).Count()));
        Assert.All(county, v => Assert.InRange(DemoScale.HouseholdsOf(v, DemoVillages.Options with { VillageMax = 5 }), 2, 5));
    }
}
