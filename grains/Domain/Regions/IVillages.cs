using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Regions;

/// <summary>What decisions ask of the region tree as it is today.</summary>
public interface IVillages
{
    /// <returns>Null when there is no village of this code today.</returns>
    VillagePath? Find(string? villageCode);

    /// <summary>Whether <paramref name="code"/> is <paramref name="region"/> or below it.</summary>
    bool IsWithin(string region, string code);
}

/// <summary>The names on the way down to a village, as the dictionary repeats them in a household.</summary>
public sealed record VillagePath(string City, string County, string Town, string Village)
{
    public Household Naming(Household household) => household with { CityName = City, CountyName = County, TownName = Town, VillageName = Village };
}
