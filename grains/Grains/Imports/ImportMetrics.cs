using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FangFanPin.Grains.Imports;

/// <summary>Counters of meter <c>FangFanPin.Imports</c>.</summary>
public static class ImportMetrics
{
    public const string MeterName = "FangFanPin.Imports";
    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("ffp.import.rows", "{row}", "Rows read from uploaded files");
    private static readonly Counter<long> Households = Meter.CreateCounter<long>("ffp.import.households", "{household}", "Households settled, by outcome");

    public static void RowsRead(long count) => Rows.Add(count);
    public static void Settled(string outcome, long count = 1) => Households.Add(count, new TagList { { "outcome", outcome } });
}
