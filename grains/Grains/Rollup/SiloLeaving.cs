using Orleans.Runtime;

namespace FangFanPin.Grains.Rollup;

/// <summary>Tells the regions of this process that their silo begins to stop.</summary>
/// <remarks>
/// A stopping silo waits for running calls, and pushes wait for the province; but the timers that would carry them there no longer run. Left
/// alone, each side waits for the other until calls time out (measured: 58 s for a stop, figures standing still meanwhile).
/// </remarks>
public sealed class SiloLeaving : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    public CancellationToken Token => leaving.Token;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SiloLeaving), ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ => leaving.CancelAsync());

    public void Dispose() => leaving.Dispose();
}
