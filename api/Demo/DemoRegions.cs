using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Regions;

namespace FangFanPin.Api.Demo;

/// <summary>The villages below a region, as the division list has them. Levels are irregular, so paths follow the parents.</summary>
public sealed class DemoRegions
{
    private readonly Dictionary<RegionCode, Region> byCode;
    private readonly List<(DemoVillage Village, Region[] Path)> villages = [];

    public DemoRegions() : this(DivisionList.Read())
    {
    }

    public DemoRegions(IEnumerable<Region> regions)
    {
        byCode = regions.ToDictionary(r => r.Code);
        var ordinals = new Dictionary<long, int>();
        foreach (var region in byCode.Values.Where(r => r.Level == RegionLevel.Village).OrderBy(r => r.Code))
        {
            var county = region.Code.Number / 1_000_000;
            var ordinal = ordinals.GetValueOrDefault(county);
            ordinals[county] = ordinal + 1;
            var path = Path(region);
            villages.Add((Village(region, path, ordinal), path));
        }
    }

    private static DemoVillage Village(Region region, Region[] path, int ordinal)
    {
        string NameAt(RegionLevel level) => Array.Find(path, r => r.Level == level)?.Name ?? "";
        return new DemoVillage
        {
            Code = region.Code, VillageName = region.Name, Ordinal = ordinal,
            TownName = NameAt(RegionLevel.Town), CountyName = NameAt(RegionLevel.County), CityName = NameAt(RegionLevel.City),
        };
    }

    /// <summary>From the region up to the province.</summary>
    private Region[] Path(Region region)
    {
        var path = new List<Region> { region };
        while (path[^1].Parent is { } parent) path.Add(byCode[parent]);
        return [.. path];
    }

    public Region? Find(RegionCode code) => byCode.GetValueOrDefault(code);

    /// <summary>
    /// Villages below the region (a village is its own), in the order of codes and gathered by the region of <paramref name="level"/> that they lie in;
    /// by the region itself when that stands higher.
    /// </summary>
    public IEnumerable<IGrouping<Region, DemoVillage>> VillagesBy(RegionLevel level, Region region)
    {
        var below = villages.Where(v => Array.IndexOf(v.Path, region) >= 0);
        return below.GroupBy(v => region.Level >= level ? region : Array.Find(v.Path, r => r.Level == level) ?? region, v => v.Village);
    }
}
