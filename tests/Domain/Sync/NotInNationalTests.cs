using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;
using Xunit;

namespace FangFanPin.Tests.Domain.Sync;

public sealed class NotInNationalTests
{
    private static readonly RegionCode Province = RegionCode.Parse("410000000000"), A = RegionCode.Parse("410100000000"), B = RegionCode.Parse("410200000000"), C = RegionCode.Parse("410300000000");
    private static readonly RegionTree Tree = new(1,
    [
        new(Province, "省", RegionLevel.Province, null),
        .. new[] { A, B, C }.SelectMany(city => new Region[]
        {
            new(city, $"市{city}", RegionLevel.City, Province), new(Code(city, 101_000_000), "县", RegionLevel.County, city),
            new(Code(city, 101_001_000), "乡", RegionLevel.Town, Code(city, 101_000_000)), new(Code(city, 101_001_201), "村", RegionLevel.Village, Code(city, 101_001_000)),
        }),
    ]);

    [Fact]
    public void Areas_are_ranked_by_what_is_late_and_equal_ones_share_a_rank()
    {
        OpenTally Tally(RegionCode city, string kind, string step, int count, int lingering) => new(Code(city, 101_001_201), kind, step, RegionLevel.County, count, 0, lingering);
        var ranked = NotInNationalRanking.Of(Tree, Province, RegionLevel.City,
        [
            Tally(A, CaseKinds.Recognition, CaseSteps.Booked, 3, 1), Tally(B, CaseKinds.Recognition, CaseSteps.Booked, 1, 1),
            Tally(C, CaseKinds.Elimination, CaseSteps.Booked, 9, 9), Tally(C, CaseKinds.Recognition, CaseSteps.County, 9, 9), // neither is meant
        ]);
        Assert.Equal([(1, A, 1, 3), (1, B, 1, 1), (3, C, 0, 0)], ranked.Select(r => (r.Rank, r.Region.Code, r.Late, r.Approved)));
        Assert.Equal([(1, 1)], NotInNationalRanking.Of(Tree, B, RegionLevel.City, [Tally(B, CaseKinds.Recognition, CaseSteps.Booked, 1, 1)]).Select(r => (r.Late, r.Rank)));
    }

    private static RegionCode Code(RegionCode city, long more) => RegionCode.Parse($"{city.Number + more % 100_000_000:D12}");
}
