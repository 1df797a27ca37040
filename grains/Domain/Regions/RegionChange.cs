using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Regions;

/// <summary>A command on the tree. Decided by <see cref="RegionDecision"/>, written as one transaction.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Rename), "rename")]
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(Move), "move")]
[JsonDerivedType(typeof(Merge), "merge")]
[JsonDerivedType(typeof(Split), "split")]
[JsonDerivedType(typeof(Repair), "repair")]
public abstract record RegionChange
{
    private RegionChange()
    {
    }

    /// <summary>The region that it is about first of all; null where it is about none in particular.</summary>
    [JsonIgnore]
    public RegionCode? Subject => this switch
    {
        Rename rename => rename.Region,
        Create create => create.Parent,
        Move move => move.Region,
        Merge merge => merge.Region,
        Split split => split.Region,
        _ => null,
    };

    /// <summary>By content: records compare arrays by identity.</summary>
    public bool SameAs(RegionChange other) => Text(this) == Text(other);

    private static string Text(RegionChange change) => JsonSerializer.Serialize(change, WireJson.Options);

    /// <summary>Another name from today on.</summary>
    public sealed record Rename(RegionCode Region, string Name) : RegionChange;

    /// <summary>A new region without anything below it.</summary>
    public sealed record Create(RegionCode Region, string Name, RegionCode Parent) : RegionChange;

    /// <summary>Another parent, of the same level as the old one.</summary>
    public sealed record Move(RegionCode Region, RegionCode Parent) : RegionChange;

    /// <summary>The region ends; what is below it goes to another one of its level. A village must have no households left: they move first, each with a command of its own.</summary>
    public sealed record Merge(RegionCode Region, RegionCode Into) : RegionChange;

    /// <summary>A new region beside an old one takes some of its children. For a village none: its households move with commands of their own.</summary>
    public sealed record Split(RegionCode Region, RegionCode NewRegion, string Name, ImmutableArray<RegionCode> Children) : RegionChange;

    /// <summary>Nothing changes in the tree; the regions' figures are built anew from what is stored. Counted as a defect by whoever asks for it.</summary>
    public sealed record Repair(ImmutableArray<RegionCode> Regions) : RegionChange;
}
