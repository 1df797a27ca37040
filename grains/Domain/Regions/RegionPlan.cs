using System.Collections.Immutable;

namespace FangFanPin.Domain.Regions;

/// <summary>The rows that a change of the tree writes.</summary>
public sealed record RegionPlan
{
    /// <summary>Regions as they are from now on.</summary>
    public ImmutableArray<Region> Written { get; init; } = [];

    /// <summary>A region that ends, and the one that takes its place.</summary>
    public (RegionCode Region, RegionCode Into)? Ended { get; init; }

    /// <summary>Regions whose parent or children change: a new epoch and a structure debt each (rule 6).</summary>
    public ImmutableArray<RegionCode> Epochs { get; init; } = [];

    /// <summary>The plan of a change that <see cref="RegionDecision.Check"/> has found right for this tree.</summary>
    public static RegionPlan Of(RegionTree tree, RegionChange change) => change switch
    {
        RegionChange.Rename(var code, var name) => new() { Written = [tree.Find(code)! with { Name = name }] },
        RegionChange.Create(var code, var name, var parent) => new()
        {
            Written = [new Region(code, name, tree.Find(parent)!.Level + 1, parent)],
            Epochs = [code, parent],
        },
        RegionChange.Move(var code, var parent) => new()
        {
            Written = [tree.Find(code)! with { Parent = parent }],
            Epochs = [code, tree.Find(code)!.Parent!.Value, parent],
        },
        RegionChange.Merge(var code, var into) => Merge(tree, tree.Find(code)!, tree.Find(into)!),
        RegionChange.Split split => Split(tree, tree.Find(split.Region)!, split),
        RegionChange.Repair(var codes) => new() { Epochs = [.. codes.Distinct()] },
        _ => throw new System.Diagnostics.UnreachableException(change.GetType().Name),
    };

    private static RegionPlan Merge(RegionTree tree, Region region, Region into)
    {
        var children = tree.ChildrenOf(region.Code);
        return new RegionPlan
        {
            Written = [.. children.Select(c => c with { Parent = into.Code })],
            Ended = (region.Code, into.Code),
            Epochs = [.. children.Select(c => c.Code).Append(into.Code).Append(region.Parent!.Value).Append(into.Parent!.Value).Distinct()],
        };
    }

    private static RegionPlan Split(RegionTree tree, Region region, RegionChange.Split split)
    {
        var made = new Region(split.NewRegion, split.Name, region.Level, region.Parent);
        return new RegionPlan
        {
            Written = [made, .. split.Children.Distinct().Select(c => tree.Find(c)! with { Parent = made.Code })],
            Epochs = [.. split.Children.Append(made.Code).Append(region.Code).Append(region.Parent!.Value).Distinct()],
        };
    }
}
