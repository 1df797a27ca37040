using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Demo;

/// <summary>Villages of one county, as the division list would have them.</summary>
internal static class DemoVillages
{
    public static readonly DemoOptions Options = new();

    public static IEnumerable<DemoVillage> County(int villages) => Enumerable.Range(0, villages).Select(Village);

    public static DemoVillage Village(int ordinal) => new()
    {
        Code = RegionCode.Parse($"411424{101 + ordinal / 50:000}{201 + ordinal % 50:000}"),
        CityName = "商丘市", CountyName = "柘城县", TownName = "慈圣镇", VillageName = "王楼村委会", Ordinal = ordinal,
    };
}
