namespace FangFanPin.Domain.Regions;

/// <summary>What decisions and area rules ask, answered from the process's copy of the tree.</summary>
public sealed class TreeLookups(IRegions regions) : IVillages, IAreaTree
{
    public VillagePath? Find(string? villageCode)
    {
        var tree = regions.Tree;
        if (tree.Find(villageCode) is not { Level: RegionLevel.Village } village) return null;
        var path = tree.PathTo(village.Code);
        string NameAt(RegionLevel level) => path.LastOrDefault(r => r.Level == level)?.Name ?? "";
        return new VillagePath(NameAt(RegionLevel.City), NameAt(RegionLevel.County), NameAt(RegionLevel.Town), village.Name);
    }

    public bool IsWithin(string region, string code) =>
        RegionCode.TryParse(region, out var ancestor) && RegionCode.TryParse(code, out var below) && Contains(ancestor, below);

    public bool Contains(RegionCode ancestor, RegionCode code) => regions.Tree.Contains(ancestor, code);
}
