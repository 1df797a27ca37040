using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>走访频次: how long a household may go without a visit. Whoever was never visited is due.</summary>
/// <param name="Monitored">监测对象, risk not eliminated.</param>
/// <param name="Eliminated">回访: risk eliminated.</param>
/// <param name="Others">Other 脱贫户.</param>
public sealed record VisitSchedule(DateOnly Monitored, DateOnly Eliminated, DateOnly Others)
{
    /// <summary>Households whose last visit lies before these days are late.</summary>
    public static VisitSchedule Of(CaseParameters parameters, DateOnly today) =>
        new(today.AddMonths(-parameters.VisitMonitoredMonths), today.AddMonths(-parameters.VisitEliminatedMonths), today.AddMonths(-parameters.VisitOtherMonths));
}

/// <summary>A household that should have been visited by now.</summary>
/// <param name="Kind">One of <see cref="VisitKinds"/>.</param>
/// <param name="LastVisit">By the visitor's clock; null when there was none.</param>
public sealed record DueVisit(string Household, string Village, string? HeadName, string Kind, DateTimeOffset? LastVisit);

/// <summary>How many of a village's households are due, by kind.</summary>
public readonly record struct DueVisitTally(RegionCode Village, string Kind, int Count);

public static class VisitKinds
{
    public const string Monitored = "monitored";
    public const string Eliminated = "eliminated";
    public const string Others = "others";
}

/// <summary>Nothing is stored about what is due: it follows from the register and the visits, so no obligation can be lost.</summary>
public interface IDueVisits
{
    /// <summary>In the order of villages and codes.</summary>
    Task<IReadOnlyList<DueVisit>> FindAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, VisitSchedule schedule, string? after, int limit, CancellationToken ct = default);

    Task<IReadOnlyList<DueVisitTally>> CountAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, VisitSchedule schedule, CancellationToken ct = default);
}
