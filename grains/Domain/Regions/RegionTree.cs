using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FangFanPin.Domain.Regions;

/// <summary>A region as it is today.</summary>
/// <param name="Parent">Null for the province. Levels are irregular: follow it, never prefixes of codes.</param>
public sealed record Region(RegionCode Code, string Name, RegionLevel Level, RegionCode? Parent);

/// <summary>All regions of one day, immutable. Children stand in code order.</summary>
public sealed class RegionTree
{
    private readonly FrozenDictionary<RegionCode, Node> nodes;

    /// <param name="version">Of the tree in the database; a higher one replaces this copy.</param>
    public RegionTree(long version, IReadOnlyCollection<Region> regions)
    {
        Version = version;
        var children = regions.Where(r => r.Parent is not null).ToLookup(r => r.Parent!.Value);
        nodes = regions.ToFrozenDictionary(r => r.Code, r => new Node(r, [.. children[r.Code].OrderBy(c => c.Code)]));
        Root = regions.SingleOrDefault(r => r.Parent is null);
    }

    public static RegionTree Empty { get; } = new(0, []);

    public long Version { get; }

    /// <summary>The province; null in an empty tree.</summary>
    public Region? Root { get; }
    public int Count => nodes.Count;
    public IEnumerable<Region> All => nodes.Values.Select(n => n.Region);

    public Region? Find(RegionCode code) => nodes.TryGetValue(code, out var node) ? node.Region : null;
    public Region? Find(string? code) => RegionCode.TryParse(code, out var parsed) ? Find(parsed) : null;
    public ImmutableArray<Region> ChildrenOf(RegionCode code) => nodes.TryGetValue(code, out var node) ? node.Children : [];

    /// <summary>From the province down to the region itself; empty when there is none of this code.</summary>
    public ImmutableArray<Region> PathTo(RegionCode code)
    {
        var path = ImmutableArray.CreateBuilder<Region>(5);
        for (var at = Find(code); at is not null; at = at.Parent is { } parent ? Find(parent) : null) path.Insert(0, at);
        return path.ToImmutable();
    }

    /// <summary>Whether <paramref name="code"/> is <paramref name="ancestor"/> or lies below it; false when either is unknown.</summary>
    public bool Contains(RegionCode ancestor, RegionCode code)
    {
        for (var at = Find(code); at is not null; at = at.Parent is { } parent ? Find(parent) : null)
            if (at.Code == ancestor) return true;
        return false;
    }

    /// <summary>The villages below a region (itself, if it is one), in code order within each town.</summary>
    public IEnumerable<Region> VillagesBelow(RegionCode code)
    {
        if (Find(code) is { Level: RegionLevel.Village } village) return [village];
        return ChildrenOf(code).SelectMany(child => VillagesBelow(child.Code));
    }

    /// <summary>Regions whose code begins with the text or whose name contains it: whole names first, then from the top down.</summary>
    public IEnumerable<Region> Search(string text, RegionCode within, int most) => All
        .Where(r => r.Code.ToString().StartsWith(text, StringComparison.Ordinal) || r.Name.Contains(text, StringComparison.Ordinal))
        .Where(r => Contains(within, r.Code))
        .OrderBy(r => r.Name != text).ThenBy(r => r.Level).ThenBy(r => r.Code).Take(most);

    private sealed record Node(Region Region, ImmutableArray<Region> Children);
}
