using System.Threading.Channels;
using FangFanPin.Contracts.Storage;

namespace FangFanPin.Storage.Records;

/// <summary>One caller's wish in a lane, answered once.</summary>
internal abstract class LaneItem<TAnswer>
{
    /// <summary>
    /// The lane's worker goes on in whoever waits without a scheduler of his own: a handful of lines that hand over to a grain's turn. Anything longer must come
    /// back to its own scheduler before it goes on.
    /// </summary>
    private readonly TaskCompletionSource<TAnswer> answer = new();
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
/// A bounded queue whose worker takes what has gathered, sorts it by key and works it off as one batch. A key that stands in the queue twice goes into two
/// batches. Further workers help only when a batch worth a statement waits behind the one under way: two half-empty statements cost more than a full one.
/// </summary>
internal sealed class BatchLane<TItem, TAnswer> : IAsyncDisposable where TItem : LaneItem<TAnswer>
{
    private readonly Channel<TItem> queue;
    private readonly Channel<bool> crowd = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RecordsOptions options;
    private readonly Task[] workers;
    private volatile bool leaderIsAtWork;

    /// <param name="work">The first leads, the others help.</param>
    public BatchLane(RecordsOptions options, params Func<IReadOnlyList<TItem>, Task>[] work)
    {
        this.options = options;
        queue = Channel.CreateBounded<TItem>(options.QueueMax);
        using (ExecutionContext.SuppressFlow()) workers = [Task.Run(() => LeadAsync(work[0])), .. work[1..].Select(w => Task.Run(() => HelpAsync(w)))];
    }

    /// <exception cref="StoreUnavailableException">The process is stopping.</exception>
    public Task<TAnswer> AskAsync(TItem item, CancellationToken ct)
    {
        // Nearly always there is room and nobody who could give up: the answer is then all there is to wait for.
        if (ct.CanBeCanceled || !queue.Writer.TryWrite(item)) return AskPatientlyAsync(item, ct);
        CallHelp();
        return item.Answer;
    }

    private async Task<TAnswer> AskPatientlyAsync(TItem item, CancellationToken ct)
    {
        try
        {
            await queue.Writer.WriteAsync(item, ct);
            CallHelp();
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException("The process is stopping.");
        }
        await using var registration = ct.UnsafeRegister(static (state, token) => ((TItem)state!).GiveUp(token), item);
        return await item.Answer;
    }

    private void CallHelp()
    {
        if (leaderIsAtWork && queue.Reader.Count >= options.BatchRowsWanted) crowd.Writer.TryWrite(true);
    }

    /// <summary>Works off what is queued; later callers are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        crowd.Writer.TryComplete();
        await Task.WhenAll(workers);
    }

    private async Task LeadAsync(Func<IReadOnlyList<TItem>, Task> work)
    {
        var heldBack = new Queue<TItem>();
        while (heldBack.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            await GatherAsync();
            leaderIsAtWork = true;
            await WorkAsync(work, heldBack);
            leaderIsAtWork = false;
        }
    }

    private async Task HelpAsync(Func<IReadOnlyList<TItem>, Task> work)
    {
        var heldBack = new Queue<TItem>();
        while (await crowd.Reader.WaitToReadAsync())
        {
            crowd.Reader.TryRead(out _);
            if (queue.Reader.Count < options.BatchRowsWanted) continue; // somebody else was faster
            do await WorkAsync(work, heldBack);
            while (heldBack.Count > 0);
        }
    }

    /// <summary>Goes on gathering while more come: whoever is about to write shall come along, and who is alone shall not wait for a clock.</summary>
    private async Task GatherAsync()
    {
        for (int seen = -1, count; (count = queue.Reader.Count) > seen && count < options.BatchRowsWanted; seen = count) await new OthersFirst();
    }

    private async Task WorkAsync(Func<IReadOnlyList<TItem>, Task> work, Queue<TItem> heldBack)
    {
        var batch = NextBatch(heldBack);
        if (batch.Count == 0) return;
        try
        {
            await work(batch);
        }
        catch (Exception fault)
        {
            foreach (var item in batch) item.Failed(fault);
        }
    }

    /// <param name="heldBack">Those that come before the queue; afterwards those whose key is in this batch already.</param>
    private List<TItem> NextBatch(Queue<TItem> heldBack)
    {
        var batch = new SortedList<string, TItem>(StringComparer.Ordinal);
        var waiting = new List<TItem>();
        while (batch.Count < options.BatchRowsMax && waiting.Count < options.BatchRowsMax && (heldBack.TryDequeue(out var item) || queue.Reader.TryRead(out item)))
        {
            if (batch.ContainsKey(item.Key)) waiting.Add(item);
            else if (item.Take()) batch.Add(item.Key, item);
        }
        waiting.AddRange(heldBack);
        heldBack.Clear();
        foreach (var item in waiting) heldBack.Enqueue(item);
        return [.. batch.Values];
    }
}
