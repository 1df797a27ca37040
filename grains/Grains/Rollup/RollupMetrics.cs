using System.Diagnostics.Metrics;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;

namespace FangFanPin.Grains.Rollup;

/// <summary>What the roll-up tells about itself.</summary>
public sealed class RollupMetrics
{
    /// <summary>Meter of these instruments.</summary>
    public const string MeterName = "FangFanPin.Rollup";

    private readonly Histogram<double> pushDelay;
    private readonly Counter<long> refusals;
    private readonly Counter<long> sweeps;
    private readonly Counter<long> repairs;
    private long differences;
    private long owed;
    private long overdue;

    public RollupMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        pushDelay = meter.CreateHistogram<double>("ffp.push.delay", "ms", "From a push to the word that the province has it");
        refusals = meter.CreateCounter<long>("ffp.push.refused", description: "Pushes that a parent did not take, by reason");
        sweeps = meter.CreateCounter<long>("ffp.sweep.nudges", description: "Regions nudged because they had owed too long");
        repairs = meter.CreateCounter<long>("ffp.recount.repairs", description: "Regions built anew because they differed from the recount");
        meter.CreateObservableGauge("ffp.recount.differences", () => Interlocked.Read(ref differences), description: "Cells that differed in the last round; must be 0");
        meter.CreateObservableGauge("ffp.owed.rows", () => Interlocked.Read(ref owed), description: "Changes that the province has not seen yet");
        meter.CreateObservableGauge("ffp.owed.overdue", () => Interlocked.Read(ref overdue), description: "Regions that have owed for longer than a nudge should take");
    }

    public void Pushed(RegionLevel level, TimeSpan delay) => pushDelay.Record(delay.TotalMilliseconds, new KeyValuePair<string, object?>("level", level));

    public void Refused(Refusal reason) => refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Swept(int regions) => sweeps.Add(regions);

    public void Owed(long rows, int overdueRegions)
    {
        Interlocked.Exchange(ref owed, rows);
        Interlocked.Exchange(ref overdue, overdueRegions);
    }

    public void Repaired() => repairs.Add(1);

    public void RecountEnded(int cells) => Interlocked.Exchange(ref differences, cells);
}
