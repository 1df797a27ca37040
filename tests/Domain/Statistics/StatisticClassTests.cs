using CsCheck;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Domain.Statistics;

public sealed class StatisticClassTests
{
    [Fact]
    public void Every_number_gives_back_its_parts_and_every_combination_has_one_number()
    {
        foreach (var c in StatisticClass.All) Assert.Equal(c, StatisticClass.Of(c.Poverty, c.Category, c.Risk ?? RiskState.Open));
        Assert.Equal(StatisticClass.Limit, StatisticClass.All.Select(c => (c.Poverty, c.Category, c.Risk)).Distinct().Count());
    }

    [Theory]
    [InlineData("2", null, null, null, 0)]
    [InlineData("1", "1", null, null, 10)]
    [InlineData("1", "2", "", "1", 20)]
    [InlineData("1", null, null, null, 30)]
    [InlineData("2", null, "2", "0", 4)]
    [InlineData("2", null, "2", "1", 5)]
    [InlineData("2", null, "2", null, 6)]
    [InlineData("1", "1", "1", "0", 11)]
    [InlineData("1", "", "3", "", 39)]
    [InlineData(null, null, "8", "0", 40)]
    [InlineData("1", "1", "8", "1", 44)]
    public void Numbers_are_stored_and_stay_as_they_are(string? type, string? policy, string? category, string? gone, int number) =>
        Assert.Equal(number, StatisticClass.Of(new Household { HouseholdType = type, PolicyStatus = policy, MonitorCategory = category, RiskEliminated = gone }).Number);

    [Fact]
    public void Filter_options_follow_the_definition_of_the_household() =>
        RandomFiles.Households.Sample(h =>
        {
            var number = StatisticClass.Of(h).Number;
            bool In(int option) => HouseholdTypeFilter.Options[option - 1].Classes.Has(number);
            var monitored = !string.IsNullOrEmpty(h.MonitorCategory);
            return In(1) == (h.HouseholdType == "1" && h.PolicyStatus == "1")
                && In(2) == (h.HouseholdType == "1" && h.PolicyStatus == "2")
                && In(3) == (monitored && h.RiskEliminated == "0")
                && In(4) == (monitored && h.RiskEliminated == "1")
                && ClassSet.Population.Has(number) == (h.HouseholdType == "1" || monitored)
                && HouseholdTypeFilter.InNoOption.Has(number) == (ClassSet.Population.Has(number) && !In(1) && !In(2) && !In(3) && !In(4));
        });

    [Theory]
    [InlineData(null, "")]
    [InlineData(" ", "")]
    [InlineData("4,1, 4", "1,4")]
    [InlineData("5", null)]
    [InlineData("1;2", null)]
    public void A_filter_is_read_into_one_form(string? text, string? code)
    {
        Assert.Equal(code is not null, HouseholdTypeFilter.TryParse(text, out var filter));
        Assert.Equal(code, filter?.Code);
    }

    [Fact]
    public void Measures_have_distinct_numbers_and_names()
    {
        Assert.Equal(Measures.All.Count, Measures.All.Select(m => m.Number).Distinct().Count());
        Assert.Equal(Measures.All.Count, Measures.All.Select(m => m.Id).Distinct().Count());
        Assert.All(Measures.All, m => Assert.Same(m, Measures.Find(m.Number)));
    }

    [Fact]
    public void Measures_stand_in_stored_cells_under_these_numbers_and_versions() =>
        Assert.Equal(
            "1.1:households 2.1:persons 3.1:male 4.1:female 5.1:sexEmpty 6.1:minority 7.1:han 8.1:ethnicEmpty 9.1:partyMembers 10.1:age16To59 " +
            "11.1:inSchool 20.1:ageUnder16 21.1:age16To30 22.1:age30To40 23.1:age40To50 24.1:age50To60 25.1:age60AndOver 26.1:ageEmpty " +
            "30.1:chronic 31.1:seriousIllness 32.1:disabled 33.1:healthy 34.1:healthEmpty 35.1:anyChronic 36.1:anySeriousIllness " +
            "37.1:anyDisabled 38.1:anyHealthy 39.1:severeDisability 80.1:newHouseholds 81.1:newPersons 82.1:repeatHouseholds 83.1:repeatPersons",
            string.Join(' ', Measures.All.Select(m => $"{m.Number}.{m.Version}:{m.Id}")));
}
