namespace FangFanPin.Tests.Shared;

/// <summary>The system's clock, put forward by days: procedures last for days, tests do not. Timers and timestamps run as ever.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref ticks));

    public void Forward(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
