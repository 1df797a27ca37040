using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Demo;

/// <summary>What the quality rules would say of a family is what a reader would say too.</summary>
public sealed class DemoFamilyTests
{
    private static readonly List<HouseholdFile> Files = [.. DemoVillages.County(60).SelectMany(v => DemoPopulation.HouseholdsOf(v, DemoVillages.Options))];
    private static readonly string[] Male = ["03", "06", "07", "09", "11", "13"], Female = ["04", "05", "08", "10", "12", "14"];

    private static int Age(Member member) => FangFanPin.Domain.Statistics.Ages.On(member.BirthDate!.Value, DemoVillages.Options.Today)!.Value;

    [Fact]
    public void Every_household_has_one_head_and_one_spouse_at_most_of_the_other_sex()
    {
        foreach (var file in Files)
        {
            var head = Assert.Single(file.ActiveMembers, m => m.Relation == "01");
            var spouse = file.ActiveMembers.SingleOrDefault(m => m.Relation == "02");
            Assert.True(spouse is null || spouse.Sex != head.Sex);
            Assert.True(Age(head) >= 18);
            Assert.Equal((head.Name, head.CertNumber), (file.Household.HeadName, file.Household.HeadCertNumber));
            Assert.Equal(file.ActiveMembers.Count(), file.Household.MemberCount);
        }
    }

    [Fact]
    public void Relations_fit_sex_and_age()
    {
        foreach (var file in Files)
        {
            var head = file.Members[0];
            foreach (var member in file.Members)
            {
                if (Male.Contains(member.Relation)) Assert.Equal("1", member.Sex);
                if (Female.Contains(member.Relation)) Assert.Equal("2", member.Sex);
                if (member.Relation is "03" or "04") Assert.True(Age(head) - Age(member) >= 14, $"{file.Household.HouseholdCode} {Age(head)} {Age(member)}");
                if (member.Relation is "11" or "12") Assert.True(member.BirthDate < head.BirthDate);
                if (member.Relation is "07" or "08") Assert.True(member.BirthDate > head.BirthDate);
            }
        }
    }

    [Fact]
    public void School_work_and_ability_do_not_contradict_each_other()
    {
        foreach (var member in Files.SelectMany(f => f.Members))
        {
            Assert.False(member.Education is not null && member.SchoolStatus is not null);
            if (member.SchoolStatus is not null || Age(member) < 16) Assert.Equal("4", member.Labor);
            if (Age(member) >= 60) Assert.DoesNotContain(member.Labor, new[] { "1", "2" });
            if (member.IsWorking == "1") Assert.True(member.Labor is "1" or "2" or "5" && member.WorkRegion is not null && member.WorkPlace is not null && member.WorkMonths > 0);
            else Assert.Null(member.WorkMonths);
            Assert.False(member.Subsistence == "1" && member.Destitute == "1");
            Assert.False(member.ResidentMedical == "1" && member.EmployeeMedical == "1");
            Assert.True(!member.Health!.Contains('1') || member.Health == "1");
        }
    }

    [Fact]
    public void Income_adds_up_and_comes_from_somewhere()
    {
        foreach (var file in Files)
        {
            Assert.Equal(2, file.Incomes.Length);
            foreach (var income in file.Incomes)
            {
                Assert.Equal(income.GrossIncome, income.WageIncome + income.BusinessIncome + income.PropertyIncome + income.TransferIncome);
                Assert.Equal(income.NetIncome, income.GrossIncome - income.BusinessCost);
                Assert.InRange(income.NetPerCapita!.Value - income.NetIncome!.Value / file.Household.MemberCount!.Value, -0.01m, 0.01m);
                Assert.Equal(income.ReferenceIncome, income.NetIncome + income.ClaimIncome - income.CompliantSelfPay);
            }
            var now = file.Incomes[^1];
            Assert.Equal(file.ActiveMembers.Any(m => m.IsWorking == "1"), now.WageIncome > 0);
            Assert.Equal(file.ActiveMembers.Any(m => m.Subsistence == "1"), now.SubsistenceFund > 0);
            Assert.True(file.Expenditures[0].CompliantSelfPay <= file.Expenditures[0].MedicalTotal);
            Assert.True(file.Living[0].IrrigatedArea <= file.Living[0].CultivatedArea);
        }
    }

    [Fact]
    public void Risks_match_circumstances_and_measures_match_risks()
    {
        foreach (var file in Files.Where(f => f.Household.MonitorCategory is not null))
        {
            var episode = file.Episodes[^1];
            var risks = new[] { episode.RiskType1, episode.RiskType2, episode.RiskType3, episode.RiskType4 }.OfType<string>().ToList();
            Assert.Equal(risks.Count, risks.Distinct().Count());
            if (risks.Contains("01")) Assert.Contains(file.Members, m => m.Health!.Contains('2') || m.Health.Contains('3'));
            if (risks.Contains("02")) Assert.Contains(file.Members, m => m.CertType == "2");
            if (risks.Contains("03")) Assert.Contains(file.Members, m => m.SchoolStatus is not null);
            if (risks.Contains("07")) Assert.Contains(file.Members, m => m.IsWorking == "1");
            var categories = file.Measures.Where(m => m.EpisodeId == episode.EpisodeId).Select(m => m.Category).ToList();
            if (risks.Contains("01")) Assert.Contains("07", categories);
            if (risks.Contains("02")) Assert.Contains("10", categories);
            if (risks.Contains("03")) Assert.Contains("09", categories);
            if (risks.Contains("09")) Assert.Contains("05", categories);
            Assert.All(file.Measures, m => Assert.StartsWith(m.Category!, m.Item));
            Assert.Equal((file.Household.RiskType1, file.Household.RecognizedMonth, file.Household.RiskEliminated), (episode.RiskType1, episode.RecognizedMonth, episode.RiskEliminated));
        }
    }
}
