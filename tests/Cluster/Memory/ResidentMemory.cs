using System.Diagnostics;

namespace FangFanPin.Tests.Cluster.Memory;

/// <summary>What the system says that a process has in memory, looked at again and again.</summary>
internal sealed class ResidentMemory : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource stop = new();
    private readonly Task looking;
    private long peak;

    public ResidentMemory(int process) => looking = LookAsync(process);

    public long PeakMb => Interlocked.Read(ref peak) >> 20;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await looking;
        stop.Dispose();
    }

    private async Task LookAsync(int id)
    {
        using var process = Process.GetProcessById(id);
        while (!stop.IsCancellationRequested)
        {
            process.Refresh();
            if (process.HasExited) return;
            Interlocked.Exchange(ref peak, Math.Max(peak, process.WorkingSet64));
            await Task.Delay(LookEvery, CancellationToken.None);
        }
    }
}
