using System.Collections.Immutable;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>Open cases of a village on one step.</summary>
public readonly record struct OpenTally(RegionCode Village, string Kind, string Step, RegionLevel Level, int Count, int Overdue, int Lingering, int Defects);

/// <summary>Cases of a village that were opened or closed in a stretch of time.</summary>
/// <param name="Approved">Closed as recognised, or as eliminated, and confirmed by the national system.</param>
public readonly record struct FlowTally(RegionCode Village, int Opened, int Closed, int Approved);

/// <summary>Steps of a village that were left in a stretch of time.</summary>
/// <param name="Days">Of all of them together.</param>
public readonly record struct StepTally(RegionCode Village, string Kind, string Step, int Left, int OnTime, double Days);

public sealed record CaseTallies(IReadOnlyList<OpenTally> Open, IReadOnlyList<FlowTally> Flow, IReadOnlyList<StepTally> Steps);

/// <summary>The procedures of one region.</summary>
/// <param name="OpenBySteps">By kind and step, e.g. <c>recognition/20</c>.</param>
/// <param name="OverdueByLevel">By level of the step that is late.</param>
/// <param name="NotInNational">Approved recognitions that after seven days are not in the national system.</param>
/// <param name="MeasureDefects">Recognised and, longer than the parameter allows, without any measure.</param>
/// <param name="AverageDays">Per kind and step, of the steps left in the stretch.</param>
public sealed record CaseFigures(
    RegionCode Region, string Name, int Open, int Unaccepted, int Overdue, int NotInNational, int MeasureDefects, int Opened, int Closed, int Approved, int StepsLeft, int StepsOnTime,
    ImmutableSortedDictionary<string, int> OpenBySteps, ImmutableSortedDictionary<RegionLevel, int> OverdueByLevel, ImmutableSortedDictionary<string, double> AverageDays)
{
    /// <summary>Percent with one decimal; null when no step was left.</summary>
    public decimal? OnTimePercent => StepsLeft == 0 ? null : decimal.Round(100m * StepsOnTime / StepsLeft, 1, MidpointRounding.AwayFromZero);
}

/// <summary>Adds villages up to the children of a region and to the region itself. Pure.</summary>
public static class CaseStatistics
{
    /// <summary>In the national system within so many days after approval.</summary>
    public const int NationalMost = 7;

    /// <returns>The region first, then its children in code order; every count of theirs adds up to the region's.</returns>
    public static IReadOnlyList<CaseFigures> Sum(RegionTree tree, Region region, CaseTallies tallies)
    {
        var children = tree.ChildrenOf(region.Code);
        var childOf = new Dictionary<RegionCode, RegionCode>();
        foreach (var child in children)
            foreach (var village in tree.VillagesBelow(child.Code)) childOf[village.Code] = child.Code;
        RegionCode Owner(RegionCode village) => childOf.GetValueOrDefault(village, village);
        var open = tallies.Open.ToLookup(t => Owner(t.Village));
        var flow = tallies.Flow.ToLookup(t => Owner(t.Village));
        var steps = tallies.Steps.ToLookup(t => Owner(t.Village));
        return
        [
            Figures(region, tallies.Open, tallies.Flow, tallies.Steps),
            .. children.Select(c => Figures(c, [.. open[c.Code]], [.. flow[c.Code]], [.. steps[c.Code]])),
        ];
    }

    private static CaseFigures Figures(Region region, IReadOnlyList<OpenTally> open, IReadOnlyList<FlowTally> flow, IReadOnlyList<StepTally> steps) => new(
        region.Code, region.Name, open.Sum(t => t.Count), open.Where(t => t.Step is CaseSteps.Waiting or CaseSteps.WarningNew).Sum(t => t.Count), open.Sum(t => t.Overdue),
        open.Where(t => t is { Kind: CaseKinds.Recognition, Step: CaseSteps.Booked }).Sum(t => t.Lingering), open.Sum(t => t.Defects),
        flow.Sum(t => t.Opened), flow.Sum(t => t.Closed), flow.Sum(t => t.Approved), steps.Sum(t => t.Left), steps.Sum(t => t.OnTime),
        open.GroupBy(t => $"{t.Kind}/{t.Step}").ToImmutableSortedDictionary(g => g.Key, g => g.Sum(t => t.Count), StringComparer.Ordinal),
        open.GroupBy(t => t.Level).ToImmutableSortedDictionary(g => g.Key, g => g.Sum(t => t.Overdue)),
        steps.GroupBy(t => $"{t.Kind}/{t.Step}").ToImmutableSortedDictionary(g => g.Key, g => Math.Round(g.Sum(t => t.Days) / g.Sum(t => t.Left), 2), StringComparer.Ordinal));
}

public interface ICaseTallies
{
    /// <param name="period">Of opening, closing and leaving steps; what is open is counted as it is now.</param>
    Task<CaseTallies> CountAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, string? kind, Stretch period, DateOnly today, CancellationToken ct = default);
}
