using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>One region on the way from a region to the province, in the activation that accepted.</summary>
public readonly record struct PathStep(RegionCode Region, long Epoch);

/// <summary>Something a region still has to carry to the province: a household's version, or a change of the tree.</summary>
/// <param name="Subject">Household code, or <see cref="Structure"/>.</param>
/// <param name="Version">Version of the household row, or the region's epoch that the change of the tree gave it.</param>
public readonly record struct Debt(string Subject, long Version)
{
    /// <summary>Subject of a debt that stands for a change of the tree, or for a repair.</summary>
    public const string Structure = "structure";
}

/// <summary>A child's absolute figure on its way to its parent: newest (epoch, sequence) wins.</summary>
/// <remarks>Above a size only the changed cells travel; then <see cref="BaseSequence"/> names the push of the same epoch that they change.</remarks>
public sealed record Push
{
    /// <summary>Who pushes.</summary>
    public required RegionCode Child { get; init; }

    /// <summary>The child's activation.</summary>
    public required long Epoch { get; init; }

    /// <summary>Counts the child's pushes from 1, per epoch.</summary>
    public required long Sequence { get; init; }

    /// <summary>The parent's activation for which this push was formed; another one refuses it, so nothing that was under way before a restart can be taken after it.</summary>
    public required long ParentEpoch { get; init; }

    /// <summary>Null when <see cref="Cells"/> is the whole vector.</summary>
    public long? BaseSequence { get; init; }

    /// <summary>The vector, or the cells that changed since the base.</summary>
    public required CellVector Cells { get; init; }

    /// <summary>The path known so far has failed a check: carry this up to the province again even if no cell differs.</summary>
    public bool Fresh { get; init; }
}

/// <summary>Why a push was not taken.</summary>
public enum Refusal
{
    /// <summary>It was taken, and the province has it.</summary>
    None = 0,

    /// <summary>Formed for another activation of the parent; the reply names the present one.</summary>
    OtherParentEpoch = 1,

    /// <summary>The parent knows a newer activation of the child.</summary>
    LowerEpoch = 2,

    /// <summary>The child is not in the parent's list.</summary>
    NotListed = 3,

    /// <summary>Changed cells on a base that the parent does not hold: send the whole vector.</summary>
    BaseUnknown = 4,

    /// <summary>The parent's activation is not current and has given way.</summary>
    GaveWay = 5,

    /// <summary>Taken, but the province has not said so within the time that a caller waits: push again.</summary>
    NotYet = 6,
}

/// <summary>Answer to a push: settled with the path that accepted it (parent first, province last), or refused.</summary>
public sealed record PushReply
{
    /// <summary>None when settled.</summary>
    public Refusal Refusal { get; init; }

    /// <summary>The parent's activation that answers.</summary>
    public long ParentEpoch { get; init; }

    /// <summary>Parent first, province last; empty when refused.</summary>
    public ImmutableArray<PathStep> Path { get; init; } = [];
}

/// <summary>What a start gets: its epoch, committed before anything is read.</summary>
/// <param name="ParentEpoch">The parent's epoch row at that moment, 0 for the province: only saves the first refusal.</param>
public sealed record EpochGrant(long Epoch, RegionCode? Parent, long ParentEpoch);

/// <summary>A village's rows and debts in one snapshot, and the village's epoch in it.</summary>
public sealed record VillageSnapshot(long Epoch, CellVector Vector, ImmutableArray<Debt> Debts);

/// <summary>A child as its starting parent finds it.</summary>
/// <param name="Known">The child's vector when the parent read it from the same snapshot (towns do, for their villages); null: ask.</param>
public readonly record struct ChildSnapshot(RegionCode Region, long Epoch, CellVector? Known);

/// <summary>A region's children and its own debts in one snapshot, and its own epoch in it.</summary>
public sealed record ChildrenSnapshot(long Epoch, ImmutableArray<ChildSnapshot> Children, ImmutableArray<Debt> Debts);

/// <summary>A region's own epoch row and debts; null epoch when the region is gone.</summary>
public sealed record OwnSnapshot(long? Epoch, ImmutableArray<Debt> Debts);

/// <summary>Debts to delete, if every step of the path is still current and still the path of the tree.</summary>
/// <param name="Path">The region itself first, the province last.</param>
public sealed record Settlement(RegionCode Target, ImmutableArray<Debt> Debts, ImmutableArray<PathStep> Path);

/// <summary>Null: deleted. Otherwise the first region on the path that is not current, and nothing was deleted.</summary>
public readonly record struct SettlementResult(RegionCode? Failed);
