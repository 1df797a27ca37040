using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Xunit;

namespace FangFanPin.Tests.Domain.Rollup;

public sealed class RegionNodeTests
{
    private static readonly RegionCode Town = RegionCode.Parse("411424101000"), One = RegionCode.Parse("411424101201"), Other = RegionCode.Parse("411424101202");
    private static readonly CellVector Household = CellVector.Of((Cell.Of(1, 0, 0), 1));

    /// <summary>Readers keep tables by the number of changes: the total alone would show the household in its old village for ever.</summary>
    [Fact]
    public void A_household_that_goes_from_one_village_to_another_is_a_change_of_their_town_though_its_total_stays()
    {
        var town = new RegionNode(Town, RegionLevel.Town, RollupRules.All);
        town.Start();
        town.EpochTaken(new EpochGrant(1, RegionCode.Parse("411424000000"), 1));
        town.ChildrenRead(new ChildrenSnapshot(1, [new ChildSnapshot(One, 1, Household), new ChildSnapshot(Other, 1, CellVector.Empty)], []));
        var (total, changes) = (town.Total, town.Changes);
        town.Accept("one", new Push { Child = One, Epoch = 1, Sequence = 1, ParentEpoch = 1, Cells = CellVector.Empty });
        town.Accept("other", new Push { Child = Other, Epoch = 1, Sequence = 1, ParentEpoch = 1, Cells = Household });
        Assert.Equal(total, town.Total);
        Assert.Equal([CellVector.Empty, Household], town.Children.OrderBy(c => c.Key).Select(c => c.Value));
        Assert.True(town.Changes > changes);
        changes = town.Changes;
        town.Accept("again", new Push { Child = Other, Epoch = 1, Sequence = 2, ParentEpoch = 1, Cells = Household });
        Assert.Equal(changes, town.Changes);
    }
}
