using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using Orleans.Concurrency;

namespace FangFanPin.Contracts.Cases;

/// <summary>One procedure about one household. Key: <see cref="CaseKey"/>.</summary>
[Alias("ffp.case")]
public interface ICaseGrain : IGrainWithStringKey
{
    /// <returns>Null when nobody has opened the case.</returns>
    [Alias("get"), ReadOnly]
    Task<CaseView?> GetAsync(CancellationToken ct = default);

    /// <summary>Applies a change once: the same command again gets the same answer. The household has what was decided when this answers, or gets it as soon as it can be reached.</summary>
    /// <returns>Errors of <see cref="CaseErrors"/>; nothing is changed then.</returns>
    [Alias("execute")]
    Task<CaseAnswer> ExecuteAsync(CaseCommand command, CancellationToken ct = default);

    /// <summary>Pays what is owed to the household, follows it where it moved, and does what has come due. For the due shards; any number of times.</summary>
    [Alias("look-after")]
    Task LookAfterAsync();
}

/// <summary>A change with who, once and on what.</summary>
[GenerateSerializer, Immutable, Alias("ffp.case-command")]
public sealed record CaseCommand
{
    /// <summary>Made by the client; the same id with the same change is applied once, with another change refused.</summary>
    [Id(0)] public required Guid CommandId { get; init; }

    /// <summary>The version that the person saw; null where there is nothing to have seen.</summary>
    [Id(1)] public long? ExpectedVersion { get; init; }
    [Id(2)] public required CaseActor Actor { get; init; }
    [Id(3)] public required CaseChange Change { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.case-answer")]
public sealed record CaseAnswer
{
    /// <summary>Empty when the command was applied.</summary>
    [Id(0)] public IReadOnlyList<DomainError> Errors { get; init => field = WireList.Of(value); } = [];

    /// <summary>After the command, or the current one when it was refused; 0 when there is none.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>Step after the command; null when there is no case.</summary>
    [Id(2)] public string? Step { get; init; }

    /// <summary>The open case of the same household, where that is why it was refused.</summary>
    [Id(3)] public string? OpenCase { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.case-view")]
public sealed record CaseView
{
    [Id(0)] public required long Version { get; init; }
    [Id(1)] public required CaseFile File { get; init; }
    [Id(2)] public required DateTimeOffset ChangedAt { get; init; }
}
