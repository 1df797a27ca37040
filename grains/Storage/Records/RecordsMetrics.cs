using System.Diagnostics.Metrics;

namespace FangFanPin.Storage.Records;

/// <summary>What operators see of the provider; every measure carries the table.</summary>
internal static class RecordsMetrics
{
    private static readonly Meter Meter = new("FangFanPin");

    /// <summary>Writes by outcome: written, stale, refused, failed.</summary>
    public static readonly Counter<long> Writes = Meter.CreateCounter<long>("ffp.writes", "{write}");
    public static readonly Counter<long> Reads = Meter.CreateCounter<long>("ffp.reads", "{read}");
    public static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>("ffp.batch.size", "{row}");

    /// <summary>Of one statement with its commit, retries included.</summary>
    public static readonly Histogram<double> WriteDuration = Meter.CreateHistogram<double>("ffp.write.duration", "s");
}
