namespace FangFanPin.Domain.Regions;

/// <summary>Whether a change fits the tree; pure.</summary>
public static class RegionDecision
{
    /// <summary>All faults found; empty when the change may be written on exactly this tree.</summary>
    public static IReadOnlyList<DomainError> Check(RegionTree tree, RegionChange change) => [.. Faults(tree, change).OfType<DomainError>()];

    private static IEnumerable<DomainError?> Faults(RegionTree tree, RegionChange change) => change switch
    {
        RegionChange.Rename(var code, var name) => [Known(tree, code), Named(name), tree.Find(code)?.Name == name ? RegionErrors.Same : null],
        RegionChange.Create(var code, var name, var parent) =>
            [Fresh(tree, code), Named(name), Known(tree, parent), tree.Find(parent)?.Level == RegionLevel.Village ? RegionErrors.WrongLevel : null],
        RegionChange.Move(var code, var parent) => Move(tree, code, parent),
        RegionChange.Merge(var code, var into) => Merge(tree, code, into),
        RegionChange.Split split => Split(tree, split),
        RegionChange.Repair(var codes) => codes.Select(code => Known(tree, code)),
        _ => throw new System.Diagnostics.UnreachableException(change.GetType().Name),
    };

    private static IEnumerable<DomainError?> Move(RegionTree tree, RegionCode code, RegionCode parent)
    {
        if (tree.Find(code) is not { } region) return [RegionErrors.Unknown(code)];
        if (tree.Find(parent) is not { } above) return [RegionErrors.Unknown(parent)];
        if (region.Parent is null) return [RegionErrors.IsRoot];
        if (region.Parent == parent) return [RegionErrors.Same];
        return [above.Level == region.Level - 1 ? null : RegionErrors.WrongLevel];
    }

    private static IEnumerable<DomainError?> Merge(RegionTree tree, RegionCode code, RegionCode into)
    {
        if (code == into) return [RegionErrors.Same];
        if (tree.Find(code) is not { } region) return [RegionErrors.Unknown(code)];
        if (tree.Find(into) is not { } other) return [RegionErrors.Unknown(into)];
        return [region.Parent is null ? RegionErrors.IsRoot : null, region.Level == other.Level ? null : RegionErrors.NotSameLevel];
    }

    private static IEnumerable<DomainError?> Split(RegionTree tree, RegionChange.Split split)
    {
        if (tree.Find(split.Region) is not { } region) return [RegionErrors.Unknown(split.Region)];
        return
        [
            region.Parent is null ? RegionErrors.IsRoot : null,
            Fresh(tree, split.NewRegion),
            Named(split.Name),
            .. split.Children.Select(c => tree.Find(c)?.Parent == split.Region ? null : RegionErrors.NotChild(c)),
        ];
    }

    private static DomainError? Known(RegionTree tree, RegionCode code) => tree.Find(code) is null ? RegionErrors.Unknown(code) : null;

    private static DomainError? Fresh(RegionTree tree, RegionCode code) =>
        code == default || tree.Find(code) is not null ? RegionErrors.CodeTaken(code) : null;

    private static DomainError? Named(string? name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > RegionErrors.NameMax || name.Any(char.IsControl) ? RegionErrors.BadName : null;
}
