using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>Which owing regions to nudge now: one nudge per region, and for one that stays in debt at growing intervals.</summary>
/// <remarks>A nudge is cheap and may be lost, but a province in debt would otherwise be sent the same 50,000 every two seconds.</remarks>
public sealed class SweepPlan(TimeSpan first, TimeSpan longest)
{
    private readonly Dictionary<RegionCode, Backoff> _waiting = [];

    /// <summary>Regions to nudge at <paramref name="now"/>; the others of <paramref name="overdue"/> are waiting for the end of their interval.</summary>
    /// <param name="overdue">Every region that has owed for longer than the first interval, those first whose turn it is first; one that is no longer among them is forgotten.</param>
    /// <param name="most">So many at once; the rest has its turn next time, before those that have been nudged.</param>
    public IReadOnlyList<RegionCode> Next(DateTimeOffset now, IReadOnlyCollection<RegionCode> overdue, int most = int.MaxValue)
    {
        var still = overdue.ToHashSet();
        foreach (var paid in _waiting.Keys.Where(region => !still.Contains(region)).ToList()) _waiting.Remove(paid);
        var due = overdue.Where(region => !_waiting.TryGetValue(region, out var wait) || wait.Until <= now).Take(most).ToList();
        foreach (var region in due)
        {
            var pause = _waiting.TryGetValue(region, out var wait) ? Min(wait.Pause * 2, longest) : first;
            _waiting[region] = new Backoff(now + pause, pause);
        }
        return due;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private readonly record struct Backoff(DateTimeOffset Until, TimeSpan Pause);
}
