namespace FangFanPin.Domain.Regions;

/// <summary>The tree as this process knows it: at most about a second older than the database's.</summary>
public sealed class CurrentRegions : IVillages
{
    private volatile RegionTree _tree = RegionTree.Empty;

    /// <summary>The newest tree seen; <see cref="RegionTree.Empty"/> before the first load.</summary>
    public RegionTree Tree => _tree;

    /// <summary>Takes over a tree unless a newer one is known.</summary>
    public void Offer(RegionTree tree)
    {
        lock (this)
        {
            if (tree.Version > _tree.Version) _tree = tree;
        }
    }

    /// <inheritdoc/>
    public VillagePath? Find(string? villageCode)
    {
        var tree = _tree;
        if (tree.Find(villageCode) is not { Level: RegionLevel.Village } village) return null;
        var path = tree.PathOf(village.Code);
        return new VillagePath(NameAt(RegionLevel.City), NameAt(RegionLevel.County), NameAt(RegionLevel.Town), village.Name);

        string NameAt(RegionLevel level) => path.FirstOrDefault(r => r.Level == level)?.Name ?? "";
    }

    /// <inheritdoc/>
    public bool IsWithin(string region, string code) =>
        RegionCode.TryParse(region, out var top) && RegionCode.TryParse(code, out var below) && _tree.IsWithin(top, below);
}
