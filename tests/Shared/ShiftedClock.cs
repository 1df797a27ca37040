namespace FangFanPin.Tests.Shared;

/// <summary>The machine's clock, set back or forward: procedures last for days, tests do not. Timers and timestamps run as ever.</summary>
public sealed class ShiftedClock(TimeSpan shift = default) : TimeProvider
{
    public TimeSpan Shift { get; set; } = shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

    public void Forward(TimeSpan by) => Shift += by;
}
