using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Contracts.Sync;

/// <summary>
/// The weekly synchronisation with the national system. Key: <see cref="Key"/>, one in the cluster. How far a batch is stands in its tables, which everybody
/// reads from <see cref="ISyncBatches"/>; the grain is where its runner lives.
/// </summary>
[Alias("ffp.national-sync")]
public interface INationalSyncGrain : IGrainWithStringKey
{
    public const string Key = "sync/national";

    /// <summary>Makes sure that there is a reminder. May be called by every process at its start.</summary>
    [Alias("ensure")]
    Task EnsureAsync();

    /// <summary>Begins what is due by now, goes on with what has lost its runner, takes what has waited for a procedure's end. Any number of times.</summary>
    [Alias("look")]
    Task LookAsync();

    /// <returns><see cref="SyncErrors.NoSource"/>, <see cref="SyncErrors.Running"/>.</returns>
    [Alias("start")]
    Task<SyncAnswer> StartAsync(StartSync command);

    /// <summary>A person's word about a county of which more has disappeared than may without it.</summary>
    /// <returns><see cref="SyncErrors.NotFound"/>, <see cref="SyncErrors.NotHeld"/>, <see cref="SyncErrors.Superseded"/>, <see cref="SyncErrors.Running"/>.</returns>
    [Alias("decide")]
    Task<SyncAnswer> DecideAsync(DecideShare command);
}

[GenerateSerializer, Immutable, Alias("ffp.start-sync")]
public sealed record StartSync
{
    /// <summary>Made by the client; the same id starts one batch.</summary>
    [Id(0)] public required Guid BatchId { get; init; }
    [Id(1)] public required Actor Actor { get; init; }

    /// <summary>Every household is compared, whatever the digests say.</summary>
    [Id(2)] public bool Full { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.decide-share")]
public sealed record DecideShare
{
    [Id(0)] public required Guid BatchId { get; init; }

    /// <summary>Twelve digits.</summary>
    [Id(1)] public required string Region { get; init; }
    [Id(2)] public required Actor Actor { get; init; }

    /// <summary>Whether the county goes on.</summary>
    [Id(3)] public required bool Accept { get; init; }
    [Id(4)] public string? Opinion { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.sync-answer")]
public sealed record SyncAnswer
{
    /// <summary>Null when the command was taken.</summary>
    [Id(0)] public DomainError? Error { get; init; }
}
