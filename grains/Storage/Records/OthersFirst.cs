using System.Runtime.CompilerServices;

namespace FangFanPin.Storage.Records;

/// <summary>
/// Awaited, lets go on what stands ready: the rest goes to the end of the pool's common queue, which a thread looks at only when its own is empty. On an idle
/// machine that takes a microsecond, on a busy one until its work of this moment is done.
/// </summary>
internal readonly struct OthersFirst : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;
    public OthersFirst GetAwaiter() => this;
    public void GetResult() { }
    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static rest => rest(), continuation, preferLocal: false);
    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static rest => rest(), continuation, preferLocal: false);
}
