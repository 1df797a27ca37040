using System.Threading.Channels;
using FangFanPin.Contracts.Storage;

namespace FangFanPin.Storage.Records;

/// <summary>One caller's wish in a lane, answered once.</summary>
internal abstract class LaneItem<TAnswer>
{
    private readonly TaskCompletionSource<TAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int taken;

    public abstract string Key { get; }
    public Task<TAnswer> Answer => answer.Task;
    public bool IsAnswered => answer.Task.IsCompleted;
    public void Answered(TAnswer value) => answer.TrySetResult(value);
    public void Failed(Exception fault) => answer.TrySetException(fault);

    /// <summary>The lane takes it; false when its caller has given up.</summary>
    public bool Take() => Interlocked.CompareExchange(ref taken, 1, 0) == 0;

    /// <summary>The caller gives up; without effect once the lane has taken it, because its statement may commit.</summary>
    public void GiveUp(CancellationToken ct)
    {
        if (Take()) answer.TrySetCanceled(ct);
    }
}

/// <summary>
/// A bounded queue with one worker, which takes what has gathered, sorts it by key and works it off as one batch. A key that
/// stands in the queue twice goes into two batches, in order.
/// </summary>
internal sealed class BatchLane<TItem, TAnswer> : IAsyncDisposable where TItem : LaneItem<TAnswer>
{
    private readonly Channel<TItem> queue;
    private readonly RecordsOptions options;
    private readonly Func<IReadOnlyList<TItem>, Task> work;
    private readonly Task worker;
    private Queue<TItem> heldBack = new();

    public BatchLane(RecordsOptions options, Func<IReadOnlyList<TItem>, Task> work)
    {
        (this.options, this.work) = (options, work);
        queue = Channel.CreateBounded<TItem>(new BoundedChannelOptions(options.QueueMax) { SingleReader = true });
        using (ExecutionContext.SuppressFlow()) worker = Task.Run(RunAsync);
    }

    /// <exception cref="StoreUnavailableException">The process is stopping.</exception>
    public async Task<TAnswer> AskAsync(TItem item, CancellationToken ct)
    {
        try
        {
            await queue.Writer.WriteAsync(item, ct);
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException("The process is stopping.");
        }
        await using var registration = ct.UnsafeRegister(static (state, token) => ((TItem)state!).GiveUp(token), item);
        return await item.Answer;
    }

    /// <summary>Works off what is queued; later callers are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await worker;
    }

    private async Task RunAsync()
    {
        while (heldBack.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            await GatherAsync();
            var batch = NextBatch();
            if (batch.Count == 0) continue;
            try
            {
                await work(batch);
            }
            catch (Exception fault)
            {
                foreach (var item in batch) item.Failed(fault);
            }
        }
    }

    /// <summary>Goes on gathering while more come: whoever is about to write shall come along, and who is alone shall not wait for a clock.</summary>
    private async Task GatherAsync()
    {
        for (int seen = -1, count; (count = queue.Reader.Count) > seen && count < options.BatchRowsWanted; seen = count) await new OthersFirst();
    }

    private List<TItem> NextBatch()
    {
        var batch = new SortedList<string, TItem>(StringComparer.Ordinal);
        var waiting = new Queue<TItem>();
        while (batch.Count < options.BatchRowsMax && waiting.Count < options.BatchRowsMax && (heldBack.TryDequeue(out var item) || queue.Reader.TryRead(out item)))
        {
            if (batch.ContainsKey(item.Key)) waiting.Enqueue(item);
            else if (item.Take()) batch.Add(item.Key, item);
        }
        while (heldBack.TryDequeue(out var rest)) waiting.Enqueue(rest);
        heldBack = waiting;
        return [.. batch.Values];
    }
}
