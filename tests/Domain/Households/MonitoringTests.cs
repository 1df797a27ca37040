using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Tests.Domain.Imports;
using Xunit;

namespace FangFanPin.Tests.Domain.Households;

/// <summary>A household of which only the columns of the main sheet say that it is monitored.</summary>
public sealed class MonitoringTests
{
    private static readonly HouseholdFile ByColumns = HouseholdFile.From(
    [
        new Household { HouseholdCode = "H1", AreaCode = TestImport.Village, MonitorCategory = "2", RecognizedMonth = new(2025, 3), RiskEliminated = YesNo.No, RiskType1 = "01", RiskType2 = "07" },
        new Member { PersonCode = "H101", Name = "甲" }, new Member { PersonCode = "H102", Name = "乙" },
    ]);

    private static HouseholdFile After(HouseholdFile file, HouseholdChange change)
    {
        var outcome = HouseholdDecision.Decide(file, change, TestImport.Context("H1"));
        Assert.True(outcome.Ok, outcome.Error?.Code);
        return outcome.Value!;
    }

    private static string EpisodeOf(HouseholdFile file) => HouseholdFacts.Of("H1", file).Current!.EpisodeId!;

    [Fact]
    public void What_the_columns_say_is_an_episode_for_every_procedure()
    {
        var facts = HouseholdFacts.Of("H1", ByColumns);
        Assert.True(facts.Monitored && facts.InNationalSystem);
        Assert.Equal(("2", new YearMonth(2025, 3), 1, 2, "07"), (facts.Current!.MonitorCategory, facts.Current.RecognizedMonth!.Value, facts.Current.EpisodeNo!.Value, facts.Current.IdMemberCount!.Value, facts.Current.RiskType2));
        Assert.Equal(EpisodeOf(ByColumns), EpisodeOf(ByColumns));
        var again = HouseholdDecision.Decide(ByColumns, new IdentifyRisk { EpisodeId = "X", Fields = FieldTexts.Of(("MonitorCategory", "1"), ("RiskType1", "01"), ("RecognizedMonth", "202611")) }, TestImport.Context("H1"));
        Assert.Equal("household.episode-open", again.Error!.Code);
    }

    [Theory]
    [InlineData(null, "0")]
    [InlineData("2", "1")]
    public void Whoever_is_not_monitored_or_no_more_has_none(string? category, string eliminated) =>
        Assert.Null(HouseholdFacts.Of("H1", ByColumns with { Household = ByColumns.Household with { MonitorCategory = category, RiskEliminated = eliminated } }).Current);

    [Fact]
    public void An_episode_of_the_file_is_believed_before_the_columns_unless_they_speak_of_another()
    {
        var ended = new RiskEpisode { EpisodeId = "N1", EpisodeNo = 1, RecognizedMonth = new(2025, 3), RiskEliminated = YesNo.Yes, EliminatedMonth = new(2026, 1) };
        Assert.False(HouseholdFacts.Of("H1", ByColumns with { Episodes = [ended] }).Monitored);
        var second = HouseholdFacts.Of("H1", ByColumns with { Episodes = [ended with { RecognizedMonth = new(2021, 5), EliminatedMonth = new(2022, 5) }] });
        Assert.Equal((true, 2), (second.Monitored, second.Current!.EpisodeNo!.Value));
    }

    [Fact]
    public void It_stands_in_the_file_as_soon_as_measures_are_decided_or_its_risk_is_eliminated()
    {
        var decided = After(ByColumns, new DecideMeasures
        {
            EpisodeId = EpisodeOf(ByColumns), DecidedOn = TestImport.Today, Measures = [new("M1", FieldTexts.Of(("Category", "07"), ("Item", "0704"), ("StartedOn", "2026-11-23")))],
        });
        Assert.Equal((EpisodeOf(ByColumns), TestImport.Today), (Assert.Single(decided.Episodes).EpisodeId, decided.Episodes[0].MeasureDecidedOn!.Value));
        Assert.Equal(EpisodeOf(ByColumns), Assert.Single(decided.Measures).EpisodeId);
        var eliminated = After(ByColumns, new EliminateRisk { EpisodeId = EpisodeOf(ByColumns), Fields = FieldTexts.Of(("EliminationMode", "1"), ("EliminatedMonth", "202611")) });
        Assert.Equal((YesNo.Yes, YesNo.Yes), (Assert.Single(eliminated.Episodes).RiskEliminated, eliminated.Household.RiskEliminated));
        Assert.Equal("household.episode-not-found", HouseholdDecision.Decide(ByColumns, new EliminateRisk { EpisodeId = "X", Fields = FieldTexts.None }, TestImport.Context("H1")).Error!.Code);
    }

    [Fact]
    public void The_national_systems_sheet_of_episodes_gives_it_its_number_and_makes_no_twin()
    {
        var stored = After(ByColumns, new EliminateRisk { EpisodeId = EpisodeOf(ByColumns), Fields = FieldTexts.Of(("EliminationMode", "1"), ("EliminatedMonth", "202611")) });
        foreach (var file in new[] { stored, ByColumns })
        {
            var said = new RiskEpisode { EpisodeId = "N77", HouseholdCode = "H1", EpisodeNo = 1, MonitorCategory = "2", RiskType1 = "01", RecognizedMonth = new(2025, 3), RiskEliminated = YesNo.No };
            var import = TestImport.Of(TestExport.Print([HouseholdFile.From([ByColumns.Household, .. ByColumns.Members, said])]));
            Assert.Equal("N77", Assert.Single(import.Decide("H1", file).Value!.Episodes).EpisodeId);
        }
        var other = new RiskEpisode { EpisodeId = "N78", HouseholdCode = "H1", EpisodeNo = 2, MonitorCategory = "2", RiskType1 = "01", RecognizedMonth = new(2026, 4), RiskEliminated = YesNo.No };
        var later = TestImport.Of(TestExport.Print([HouseholdFile.From([ByColumns.Household, .. ByColumns.Members, other])]));
        Assert.Equal(2, later.Decide("H1", stored).Value!.Episodes.Length);
    }
}
