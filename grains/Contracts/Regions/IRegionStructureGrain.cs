using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Contracts.Regions;

/// <summary>The one place that changes the region tree. Key: <see cref="Key"/>.</summary>
[Alias("ffp.region-structure")]
public interface IRegionStructureGrain : IGrainWithStringKey
{
    /// <summary>There is one tree.</summary>
    public const string Key = "tree/regions";

    /// <summary>Decides on the newest tree and writes, once per command: a repeat gets the first answer; afterwards every figure, of old parents and new, follows by itself.</summary>
    /// <remarks>Merging a village first moves its households, each with a command of its own; what was moved stays moved when the rest fails.</remarks>
    /// <returns>Errors of <see cref="RegionErrors"/> or of a household that cannot move.</returns>
    [Alias("apply")]
    Task<RegionChangeAnswer> ApplyAsync(RegionChangeCommand command, CancellationToken ct = default);

    /// <summary>Whether a command was carried out before.</summary>
    /// <returns>The answer that it got then, or that its key belongs to something else; null when nothing was done under its key.</returns>
    [Alias("find")]
    Task<RegionChangeAnswer?> FindAsync(RegionChangeCommand command, CancellationToken ct = default);

    /// <summary>
    /// Takes households out of villages that have ended: somebody may have written them there who had not yet heard of the end. May be called at
    /// any time, and is, by every process every half minute.
    /// </summary>
    /// <returns>Households that were moved.</returns>
    [Alias("gather-stranded")]
    Task<int> GatherStrandedAsync();
}

[GenerateSerializer, Immutable, Alias("ffp.region-change-command")]
public sealed record RegionChangeCommand
{
    [Id(0)] public required Guid CommandId { get; init; }
    [Id(1)] public required Actor Actor { get; init; }
    [Id(2)] public required RegionChange Change { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.region-change-answer")]
public sealed record RegionChangeAnswer
{
    /// <summary>Empty when the tree was changed.</summary>
    [Id(0)] public IReadOnlyList<DomainError> Errors { get; init => field = WireList.Of(value); } = [];

    /// <summary>Number of the tree after the change; 0 when it was refused.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>Households that moved before a village ended.</summary>
    [Id(2)] public int HouseholdsMoved { get; init; }
}
