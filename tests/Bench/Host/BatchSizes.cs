using System.Diagnostics.Metrics;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>How many rows the store of records puts into a statement, from the server's own metrics.</summary>
internal sealed class BatchSizes : IDisposable
{
    private readonly MeterListener listener = new();
    private long rows, statements;

    public BatchSizes()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Meter.Name: "FangFanPin", Name: "ffp.batch.size" }) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, size, _, _) =>
        {
            Interlocked.Add(ref rows, size);
            Interlocked.Increment(ref statements);
        });
        listener.Start();
    }

    public double Mean => statements == 0 ? 0 : (double)rows / statements;

    public void Dispose() => listener.Dispose();
}
