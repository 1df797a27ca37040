using System.Collections.Concurrent;
using FangFanPin.Domain;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>One pass over the files of an extract, some side by side, each on a thread of its own.</summary>
internal sealed class ExtractPass(INationalSource source, ExtractWalk walk, int atOnce)
{
    private long bytes;

    /// <summary>So far, of all files.</summary>
    public long BytesRead => Interlocked.Read(ref bytes);

    /// <param name="sinkOf">A sink for one file.</param>
    /// <returns>Names of sheets that are none of ours.</returns>
    /// <exception cref="ImportFileException">Names the file that cannot be taken.</exception>
    public async Task<IReadOnlyList<string>> RunAsync<TSink>(IReadOnlyList<ExtractFile> files, Func<TSink> sinkOf, Action<TSink> done, CancellationToken ct) where TSink : IRowSink
    {
        bytes = 0;
        // The largest first, so that none is left alone at the end.
        var queue = new ConcurrentQueue<ExtractFile>(files.OrderByDescending(f => f.Bytes));
        var skipped = new ConcurrentBag<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        void Work()
        {
            while (queue.TryDequeue(out var file))
            {
                var sink = sinkOf();
                foreach (var name in Run(file, sink, stop.Token)) skipped.Add(name);
                done(sink);
            }
        }
        var workers = Enumerable.Range(0, Math.Max(1, Math.Min(atOnce, files.Count))).Select(_ => Task.Factory.StartNew(() =>
        {
            try
            {
                Work();
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        await JoinAsync(workers);
        return [.. skipped.Order(StringComparer.Ordinal)];
    }

    /// <summary>The first real fault, not the cancellation that it brought over the others.</summary>
    private static async Task JoinAsync(List<Task> workers)
    {
        try
        {
            await Task.WhenAll(workers);
        }
        catch (Exception)
        {
            var fault = workers.Select(w => w.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException);
            if (fault is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
            throw;
        }
    }

    private List<string> Run(ExtractFile file, IRowSink sink, CancellationToken ct)
    {
        long told = 0;
        using var content = source.Open(file);
        if (content.Length != file.Bytes) throw new ImportFileException(SyncErrors.BadFile(file.Name, SyncErrors.Changing));
        try
        {
            var skipped = walk.Run(content, Path.GetFileName(file.Name), sink, at =>
            {
                ct.ThrowIfCancellationRequested();
                Interlocked.Add(ref bytes, at - told);
                told = at;
            });
            Interlocked.Add(ref bytes, file.Bytes - told);
            return skipped;
        }
        catch (ImportFileException e)
        {
            throw new ImportFileException(SyncErrors.BadFile(file.Name, e.Error));
        }
    }
}
