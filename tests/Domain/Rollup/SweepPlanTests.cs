using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Xunit;

namespace FangFanPin.Tests.Domain.Rollup;

public sealed class SweepPlanTests
{
    private static readonly RegionCode Village = RegionCode.Parse("411622101201");
    private static readonly RegionCode Other = RegionCode.Parse("411622101202");
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_region_that_stays_in_debt_is_nudged_at_doubling_intervals_up_to_the_longest()
    {
        var plan = new SweepPlan(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        var nudges = Enumerable.Range(0, 300).Where(second => plan.Next(Start.AddSeconds(second), [Village]).Count > 0).ToList();
        Assert.Equal([0, 2, 6, 14, 30, 62, 122, 182, 242], nudges);
    }

    [Fact]
    public void One_that_has_paid_begins_anew()
    {
        var plan = new SweepPlan(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        for (var second = 0; second < 20; second++) plan.Next(Start.AddSeconds(second), [Village, Other]);
        Assert.Empty(plan.Next(Start.AddSeconds(20), [Other]));
        Assert.Equal([Village], plan.Next(Start.AddSeconds(21), [Village, Other]));
    }

    [Fact]
    public void Regions_that_never_pay_do_not_keep_others_from_their_turn()
    {
        var plan = new SweepPlan(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        RegionCode[] overdue = [.. Enumerable.Range(0, 40).Select(i => RegionCode.Parse($"4116221012{i:D2}"))];
        var nudged = new HashSet<RegionCode>();
        for (var second = 0; second < 20; second++)
        {
            var some = plan.Next(Start.AddSeconds(second), overdue, 5);
            Assert.InRange(some.Count, 0, 5);
            nudged.UnionWith(some);
        }
        Assert.Equal(overdue.Length, nudged.Count);
    }

    [Fact]
    public void A_recount_names_each_cell_that_differs_and_nothing_else()
    {
        var (a, b) = (Cell.Of(1, 1, 0), Cell.Of(2, 1, 0));
        var shown = new Dictionary<RegionCode, CellVector> { [Village] = CellVector.Of((a, 3), (b, 1)) };
        var stored = new Dictionary<RegionCode, CellVector> { [Village] = CellVector.Of((a, 3), (b, 2)), [Other] = CellVector.Of((a, 1)) };
        Assert.Equal([new(Village, b, 1, 2), new(Other, a, 0, 1)], RecountDifference.Between(shown, stored));
        Assert.Empty(RecountDifference.Between(stored, stored));
    }
}
