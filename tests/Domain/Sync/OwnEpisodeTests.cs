using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Tests.Domain.Imports;
using Xunit;

namespace FangFanPin.Tests.Domain.Sync;

/// <summary>What the platform has recognised gets the national system's number instead of a twin.</summary>
public sealed class OwnEpisodeTests
{
    private static readonly RiskEpisode Ours = new()
    {
        EpisodeId = "case-1", HouseholdCode = "H1", EpisodeNo = 1, MonitorCategory = "3", RiskType1 = "01", RecognizedMonth = new(2026, 10), RiskEliminated = YesNo.No, InNationalSystem = YesNo.No,
    };

    private static readonly RiskEpisode Theirs = Ours with { EpisodeId = "N77", RecognizedMonth = new(2026, 11), InNationalSystem = YesNo.Yes };

    [Fact]
    public void A_provisional_episode_becomes_the_national_one_and_stays_it()
    {
        var once = After([Ours], Theirs);
        Assert.Equal(Theirs, Assert.Single(once.Episodes));
        Assert.Equal(Theirs, Assert.Single(After(once.Episodes, Theirs).Episodes));
    }

    [Fact]
    public void One_that_the_national_system_knew_before_or_that_is_over_is_another_one()
    {
        Assert.Equal(2, After([Ours with { InNationalSystem = YesNo.Yes }], Theirs).Episodes.Length);
        Assert.Equal(2, After([Ours with { RiskEliminated = YesNo.Yes, EliminatedMonth = new(2026, 10) }], Theirs).Episodes.Length);
        Assert.Equal(2, After([Ours], Theirs with { RiskEliminated = YesNo.Yes, EliminatedMonth = new(2026, 11) }).Episodes.Length);
    }

    private static HouseholdFile After(System.Collections.Immutable.ImmutableArray<RiskEpisode> stored, RiskEpisode said)
    {
        var file = HouseholdFile.From([new Household { HouseholdCode = "H1", AreaCode = TestImport.Village }, said]);
        var import = TestImport.Of(TestExport.Print([file]));
        return import.Decide("H1", file with { Episodes = stored }).Value!;
    }
}
