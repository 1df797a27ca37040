using CsCheck;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Domain.Regions;

/// <summary>Whatever is asked of the tree, a plan that passes the check leaves a tree: one root, levels one below the other, nobody lost.</summary>
public sealed class RegionPlanTests
{
    private static readonly RegionTree Start = Sample();

    private static readonly Gen<RegionCode> Codes = Gen.Int[0, Start.Count + 5].Select(Code);

    private static readonly Gen<RegionChange> Changes = Gen.OneOf<RegionChange>(
        Codes.Select(c => (RegionChange)new RegionChange.Rename(c, "改名")),
        Gen.Select(Codes, Codes, (a, b) => (RegionChange)new RegionChange.Create(a, "新设", b)),
        Gen.Select(Codes, Codes, (a, b) => (RegionChange)new RegionChange.Move(a, b)),
        Gen.Select(Codes, Codes, (a, b) => (RegionChange)new RegionChange.Merge(a, b)),
        Gen.Select(Codes, Codes, Codes.Array[0, 2], (a, b, c) => (RegionChange)new RegionChange.Split(a, b, "分出", [.. c])),
        Codes.Select(c => (RegionChange)new RegionChange.Repair([c])));

    [Fact]
    public void Any_row_of_changes_leaves_a_tree() => Changes.Array[1, 12].Sample(changes =>
    {
        var tree = Start;
        foreach (var change in changes)
            if (RegionDecision.Check(tree, change).Count == 0) tree = Applied(tree, RegionPlan.Of(tree, change));
        return tree.Root is not null && tree.All.All(r => tree.PathTo(r.Code).Length == (int)r.Level + 1);
    });

    [Fact]
    public void Every_region_whose_parent_or_children_change_gets_a_new_epoch() => Changes.Sample(change =>
    {
        if (RegionDecision.Check(Start, change).Count > 0) return true;
        var plan = RegionPlan.Of(Start, change);
        var after = Applied(Start, plan);
        var touched = after.All.Where(r => Start.Find(r.Code)?.Parent != r.Parent || !Start.ChildrenOf(r.Code).Select(c => c.Code).SequenceEqual(after.ChildrenOf(r.Code).Select(c => c.Code)));
        return touched.All(r => plan.Epochs.Contains(r.Code)) && plan.Epochs.Distinct().Count() == plan.Epochs.Length;
    });

    [Fact]
    public void Regions_are_found_by_name_and_by_the_beginning_of_their_code()
    {
        Assert.Equal(Code(3), Start.Search("区3", Code(0), 5).First().Code);
        Assert.Equal(Start.Count, Start.Search("41", Code(0), 100).Count());
        Assert.Empty(Start.Search("没有", Code(0), 5));
        Assert.All(Start.Search("区", Code(1), 100), r => Assert.True(Start.Contains(Code(1), r.Code)));
    }

    private static RegionTree Applied(RegionTree tree, RegionPlan plan)
    {
        var regions = tree.All.ToDictionary(r => r.Code);
        foreach (var region in plan.Written) regions[region.Code] = region;
        if (plan.Ended is { } ended) regions.Remove(ended.Region);
        return new RegionTree(tree.Version + 1, [.. regions.Values]);
    }

    /// <summary>Two of everything below one province.</summary>
    private static RegionTree Sample()
    {
        var regions = new List<Region> { new(Code(0), "区0", RegionLevel.Province, null) };
        for (var level = RegionLevel.City; level <= RegionLevel.Village; level++)
            foreach (var parent in regions.Where(r => r.Level == level - 1).ToList())
                for (var i = 0; i < 2; i++) regions.Add(new Region(Code(regions.Count), $"区{regions.Count}", level, parent.Code));
        return new RegionTree(1, regions);
    }

    private static RegionCode Code(int number) => RegionCode.Parse($"{410000000000 + number}");
}
