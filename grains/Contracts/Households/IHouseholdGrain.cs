using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using Orleans.Concurrency;

namespace FangFanPin.Contracts.Households;

/// <summary>One household. Key: <see cref="HouseholdKey"/>, e.g. <c>hh/5300001234567890</c>.</summary>
[Alias("ffp.household")]
public interface IHouseholdGrain : IGrainWithStringKey
{
    /// <returns>Null when nobody has ever registered the household.</returns>
    [Alias("get"), ReadOnly]
    Task<HouseholdView?> GetAsync(CancellationToken ct = default);

    /// <summary>Applies a change once: the same command again gets the same answer.</summary>
    /// <returns>Errors of <see cref="HouseholdErrors"/>; nothing is changed then.</returns>
    [Alias("execute")]
    Task<CommandAnswer> ExecuteAsync(HouseholdCommand command, CancellationToken ct = default);

    /// <summary>Brings the contribution to <paramref name="today"/>; writes only when it differs. For the due shards.</summary>
    [Alias("recompute")]
    Task RecomputeAsync(DateOnly today, CancellationToken ct = default);
}

/// <summary>A change with who, once and on what.</summary>
[GenerateSerializer, Immutable, Alias("ffp.household-command")]
public sealed record HouseholdCommand
{
    /// <summary>Made by the client; the same id with the same change is applied once, with another change refused.</summary>
    [Id(0)] public required Guid CommandId { get; init; }

    /// <summary>The version that the person saw; null from imports and the system, which decide on what is there.</summary>
    [Id(1)] public required long? ExpectedVersion { get; init; }
    [Id(2)] public required Actor Actor { get; init; }
    [Id(3)] public required HouseholdChange Change { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.household-answer")]
public sealed record CommandAnswer
{
    /// <summary>Empty when the command was applied.</summary>
    [Id(0)] public IReadOnlyList<DomainError> Errors { get; init => field = WireList.Of(value); } = [];

    /// <summary>The version after the command, or the current one when it was refused as stale; 0 when there is none.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>False when the command left everything as it was: no version was made.</summary>
    [Id(2)] public bool Changed { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.household-view")]
public sealed record HouseholdView
{
    [Id(0)] public required string Code { get; init; }
    [Id(1)] public required long Version { get; init; }
    [Id(2)] public required HouseholdFile File { get; init; }
    [Id(3)] public required DateTimeOffset ChangedAt { get; init; }
    [Id(4)] public required string ChangedBy { get; init; }
}
