using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Orleans.Concurrency;

namespace FangFanPin.Contracts.Rollup;

/// <summary>A village, town, county, city or the province. Key: <see cref="RegionKey"/>.</summary>
[Alias("ffp.region")]
public interface IRegionGrain : IGrainWithStringKey
{
    /// <summary>Something is owed to this region; says nothing about what, and may be lost, because the debt stands in the database.</summary>
    [Alias("nudge"), OneWay, AlwaysInterleave]
    Task NudgeAsync();

    /// <summary>The parent has started and needs the figure; answered by an ordinary push.</summary>
    [Alias("ask"), OneWay, AlwaysInterleave]
    Task AskAsync(RegionQuestion question);

    /// <summary>A child's figure. Returns when the province has it, at once when refused, and after a few seconds in any case.</summary>
    [Alias("accept"), AlwaysInterleave, ResponseTimeout("00:00:06")]
    Task<PushAnswer> AcceptAsync(PushMessage message);

    /// <summary>The figure with its children's, consistent in itself: they sum to the total.</summary>
    [Alias("figures"), AlwaysInterleave]
    Task<RegionFigures> GetFiguresAsync();

    /// <summary>What changes whenever <see cref="GetFiguresAsync"/> would answer other figures; cheap.</summary>
    [Alias("stamp"), AlwaysInterleave]
    Task<FigureStamp> GetStampAsync();
}

[GenerateSerializer, Immutable, Alias("ffp.region-question")]
public sealed record RegionQuestion
{
    [Id(0)] public required RegionCode Parent { get; init; }
    [Id(1)] public required long ParentEpoch { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.push-message")]
public sealed record PushMessage
{
    [Id(0)] public required Push Push { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.push-answer")]
public sealed record PushAnswer
{
    [Id(0)] public required PushReply Reply { get; init; }
}

/// <summary>Names one state of one region's figure.</summary>
/// <remarks>Compare whole stamps: a new activation has a new epoch and counts changes from 1.</remarks>
[GenerateSerializer, Immutable, Alias("ffp.figure-stamp")]
public sealed record FigureStamp
{
    /// <summary>False while children have not answered since the start: there is no sum to show yet.</summary>
    [Id(0)] public required bool Complete { get; init; }
    [Id(1)] public required long Epoch { get; init; }
    [Id(2)] public required long Change { get; init; }

    /// <summary>Every write committed before this moment is in the figure.</summary>
    [Id(3)] public required DateTimeOffset AsOf { get; init; }

    /// <summary>The day for which ages and terms hold.</summary>
    [Id(4)] public required DateOnly Day { get; init; }
}

[GenerateSerializer, Immutable, Alias("ffp.region-figures")]
public sealed record RegionFigures
{
    [Id(0)] public required FigureStamp Stamp { get; init; }

    /// <summary>Empty while incomplete.</summary>
    [Id(1)] public required CellVector Total { get; init; }

    /// <summary>One per child region of today's tree that has a figure, in code order; a village has none.</summary>
    [Id(2)] public ImmutableArray<ChildFigure> Children { get; init; } = [];
}

[GenerateSerializer, Immutable, Alias("ffp.child-figure")]
public sealed record ChildFigure
{
    [Id(0)] public required RegionCode Region { get; init; }
    [Id(1)] public required CellVector Vector { get; init; }
}
