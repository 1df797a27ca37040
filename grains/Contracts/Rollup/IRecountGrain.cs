using FangFanPin.Domain.Rollup;
using Orleans.Concurrency;

namespace FangFanPin.Contracts.Rollup;

/// <summary>Compares every cell of every region with the stored contributions, all the time. Key: <see cref="Key"/>.</summary>
[Alias("ffp.recount")]
public interface IRecountGrain : IGrainWithStringKey
{
    /// <summary>There is one recount.</summary>
    public const string Key = "recount/province";

    /// <summary>Makes sure that rounds follow each other; every silo says so now and then.</summary>
    [Alias("ensure"), AlwaysInterleave]
    Task EnsureAsync();

    /// <summary>Begins a new round now, unless one is under way.</summary>
    [Alias("start"), AlwaysInterleave]
    Task StartAsync();

    /// <summary>The round under way and the last one that ended.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<RecountView> GetAsync();
}

[GenerateSerializer, Immutable, Alias("ffp.recount-view")]
public sealed record RecountView
{
    /// <summary>Null before the first round has ended.</summary>
    [Id(0)] public RecountRound? Last { get; init; }

    /// <summary>Null between rounds.</summary>
    [Id(1)] public RecountRound? Current { get; init; }

    /// <summary>Regions built anew because they differed, since this process began: each is a defect.</summary>
    [Id(2)] public long Repairs { get; init; }
}

/// <summary>One round over all regions.</summary>
[GenerateSerializer, Immutable, Alias("ffp.recount-round")]
public sealed record RecountRound
{
    [Id(0)] public required DateTimeOffset StartedAt { get; init; }
    [Id(1)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Regions whose every cell was compared; the province takes part through its cities.</summary>
    [Id(2)] public int RegionsCompared { get; init; }

    /// <summary>Regions that were being written all the while, or could not answer: neither right nor wrong.</summary>
    [Id(3)] public int RegionsUndecided { get; init; }

    /// <summary>Cells that differ; must be 0.</summary>
    [Id(4)] public int Differences { get; init; }

    /// <summary>The first of them, at most <see cref="ExamplesMax"/>.</summary>
    [Id(5)] public IReadOnlyList<RecountDifference> Examples { get; init => field = WireList.Of(value); } = [];

    public const int ExamplesMax = 100;
}
