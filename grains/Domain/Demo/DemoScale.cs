using System.Collections.Frozen;

namespace FangFanPin.Domain.Demo;

/// <summary>
/// How many households a village gets, so that 柘城 has some 33,000 脱贫户 and the province some 2.3 million households. The known figures are those of
/// the 53 lifted counties' share and of 柘城; the spread over villages is invented.
/// </summary>
public static class DemoScale
{
    private const int LiftedCountyMean = 71;
    private const int OtherCountyMean = 32;
    private const int LiftedCountyCommunityMean = 20;
    private const int OtherCommunityMean = 8;

    private static readonly FrozenSet<int> LiftedCounties = FrozenSet.ToFrozenSet(
    [
        410225, 410526, 411523, 411624, 411729, 411121, 410324, 410327, 410328, 410727, 411325, 411324, 411421, 411422, 411423, 411424, 411425, 411522,
        411524, 411525, 411526, 411623, 411625, 411603, 411626, 411627, 410329, 410422, 410725, 410527, 410928, 411322, 411426, 411521, 411528, 411621,
        411622, 411724, 411726, 411727, 410325, 410326, 410423, 410926, 410927, 411224, 411321, 411326, 411327, 411330, 411527, 411722, 411723, 411725,
    ]);

    /// <summary>Households of the village under these options: a number that depends on the seed and the village alone.</summary>
    public static int HouseholdsOf(DemoVillage village, DemoOptions options)
    {
        var spread = 45 + (int)(DemoRandom.Hash(options.Seed, village.Code.Number) % 111);
        var count = (MeanOf(village) * spread + 50) / 100;
        return Math.Min(Math.Max(count, 2), options.VillageMax ?? int.MaxValue);
    }

    private static int MeanOf(DemoVillage village)
    {
        var community = IsCommunity(village.VillageName);
        if (LiftedCounties.Contains(village.CountyDigits)) return community ? LiftedCountyCommunityMean : LiftedCountyMean;
        var county = 60 + (int)(DemoRandom.Hash(village.CountyDigits, 3) % 81);
        return (community ? OtherCommunityMean : OtherCountyMean) * county / 100;
    }

    private static bool IsCommunity(string name) =>
        name.Contains("社区", StringComparison.Ordinal) || name.Contains('居', StringComparison.Ordinal) || name.Contains("生活区", StringComparison.Ordinal);
}
