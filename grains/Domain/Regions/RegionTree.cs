using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FangFanPin.Domain.Regions;

/// <summary>All current regions, immutable; a change of the tree makes a new one.</summary>
/// <param name="version">Number of the last change it contains: newer trees have larger ones.</param>
public sealed class RegionTree(long version, IEnumerable<Region> regions)
{
    private readonly FrozenDictionary<RegionCode, Region> _byCode = regions.ToFrozenDictionary(r => r.Code);
    private FrozenDictionary<RegionCode, ImmutableArray<Region>>? _children;

    /// <summary>No region at all: before the first load.</summary>
    public static RegionTree Empty { get; } = new(-1, []);

    /// <summary>Number of the last change of the tree.</summary>
    public long Version => version;

    /// <summary>Number of current regions.</summary>
    public int Count => _byCode.Count;

    /// <summary>Every current region, in no order.</summary>
    public IEnumerable<Region> All => _byCode.Values;

    /// <summary>The province; null in an empty tree.</summary>
    public Region? Root => _byCode.Values.FirstOrDefault(r => r.Parent is null);

    private FrozenDictionary<RegionCode, ImmutableArray<Region>> ByParent =>
        _children ??= _byCode.Values.Where(r => r.Parent is not null).GroupBy(r => r.Parent!.Value)
            .ToFrozenDictionary(g => g.Key, g => g.OrderBy(r => r.Code).ToImmutableArray());

    /// <summary>The current region of this code; null when there is none.</summary>
    public Region? Find(RegionCode code) => _byCode.GetValueOrDefault(code);

    /// <summary>The current region of this code; null when the text is no code or there is none.</summary>
    public Region? Find(string? code) => RegionCode.TryParse(code, out var parsed) ? Find(parsed) : null;

    /// <summary>In code order; empty for a village and for unknown codes.</summary>
    public ImmutableArray<Region> ChildrenOf(RegionCode code) => ByParent.GetValueOrDefault(code, []);

    /// <summary>From the province down to the region itself; empty for an unknown code.</summary>
    public ImmutableArray<Region> PathOf(RegionCode code)
    {
        var path = ImmutableArray.CreateBuilder<Region>();
        for (var at = Find(code); at is not null && path.Count <= (int)RegionLevel.Village; at = at.Parent is { } parent ? Find(parent) : null) path.Add(at);
        path.Reverse();
        return path.ToImmutable();
    }

    /// <summary>Whether <paramref name="code"/> is <paramref name="top"/> or below it; false when either is unknown.</summary>
    public bool IsWithin(RegionCode top, RegionCode code)
    {
        var at = Find(code);
        while (at is not null && at.Code != top) at = at.Parent is { } parent ? Find(parent) : null;
        return at is not null;
    }

    /// <summary>The region itself and everything below it, level by level.</summary>
    public IEnumerable<Region> Below(RegionCode top)
    {
        if (Find(top) is not { } first) yield break;
        var open = new Queue<Region>([first]);
        while (open.TryDequeue(out var region))
        {
            yield return region;
            foreach (var child in ChildrenOf(region.Code)) open.Enqueue(child);
        }
    }

    /// <summary>Regions whose name contains the text, or whose code begins with it: upper levels first, then exact and shorter names, then codes.</summary>
    /// <param name="text">Blank finds nothing.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="within">Only at or below this region; null: everywhere.</param>
    public IReadOnlyList<Region> Search(string? text, int limit, RegionCode? within = null)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return [];
        var isCode = text.All(char.IsAsciiDigit);
        return [.. _byCode.Values
            .Where(r => isCode ? r.Code.ToString().StartsWith(text, StringComparison.Ordinal) : r.Name.Contains(text, StringComparison.Ordinal))
            .Where(r => within is not { } top || IsWithin(top, r.Code))
            .OrderBy(r => r.Level).ThenBy(r => r.Name.Length).ThenBy(r => r.Code).Take(limit)];
    }
}
