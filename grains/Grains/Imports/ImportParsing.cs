using System.Collections.Immutable;
using System.Threading.Channels;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Grains.Imports;

/// <summary>Stage parsing: files → fragments → households compared with the stored ones. Starts anew after a crash: nothing is committed yet.</summary>
public sealed class ImportParsing(
    IImportJobs jobs, IImportFiles files, IImportStaging staging, IWorkbookReader workbooks, ImportComparison comparison, DataDictionary dictionary,
    IRegions regions, ImportOptions options, TimeProvider clock)
{
    private const int BatchesAhead = 4;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public async Task RunAsync(ImportJob job, CancellationToken ct)
    {
        job = job with { Counts = new ImportCounts(), ErrorsByCode = ImmutableSortedDictionary<string, long>.Empty, Sheets = [], Skipped = [] };
        var (read, parser) = await ReadAsync(job, ct);
        if (parser.Sheets.Count == 0) throw new ImportFileException(ImportErrors.NoKnownSheet);
        var compared = await comparison.RunAsync(read, parser.Sheets, ct);
        var errors = await staging.ErrorsByCodeAsync(job.Id, job.Run, ct);
        await staging.SweepAsync(job.Id, job.Run, ct);
        await jobs.SaveAsync(compared with
        {
            Stage = ImportStage.Previewed,
            ParsedRun = job.Run,
            ErrorsByCode = errors.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Counts = compared.Counts with { Errors = errors.Values.Sum() },
            Cursor = null,
        }, [], ct);
    }

    private async Task<(ImportJob Job, ImportParser Parser)> ReadAsync(ImportJob job, CancellationToken ct)
    {
        var parser = new ImportParser(dictionary, ChinaTime.DayOf(clock.GetUtcNow()), CountyCodes());
        var batches = Channel.CreateBounded<Batch>(BatchesAhead);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var writing = WriteAsync(job, batches.Reader, both);
        var progress = new Progress(job);
        try
        {
            // Readers of workbooks are synchronous: they get a thread of their own.
            await Task.Factory.StartNew(() => ReadFiles(job, parser, new Sink(batches.Writer, options.FragmentBatch, both.Token), progress, both.Token),
                both.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            batches.Writer.TryComplete();
        }
        await writing;
        return (progress.Job with { Counts = progress.Job.Counts with { Rows = parser.Rows, BytesRead = job.Files.Sum(f => f.Bytes) }, Skipped = [.. parser.Skipped] }, parser);
    }

    private void ReadFiles(ImportJob job, ImportParser parser, Sink sink, Progress progress, CancellationToken ct)
    {
        var reported = clock.GetTimestamp();
        long rows = 0, bytesBefore = 0;
        for (var file = 0; file < job.Files.Length; file++)
        {
            using var content = files.Open(job.Id, file, job.Files[file].Bytes);
            sink.Closed = () =>
            {
                if (clock.GetElapsedTime(reported) < ReportEvery) return;
                (reported, rows) = (clock.GetTimestamp(), Count(parser.Rows, rows));
                progress.Report(jobs, parser.Rows, bytesBefore + content.Position, ct);
            };
            var sheet = 0;
            foreach (var rowsOfSheet in workbooks.Open(content, job.Files[file].Name))
            {
                if (parser.Parse(rowsOfSheet, sink, ct)) progress.Add(Describe(parser.Sheets[^1], file, sheet));
                sheet++;
            }
            bytesBefore += job.Files[file].Bytes;
        }
        sink.Flush();
        Count(parser.Rows, rows);
    }

    private static long Count(long now, long before)
    {
        ImportMetrics.RowsRead(now - before);
        return now;
    }

    private static ImportedSheet Describe(SheetColumns columns, int file, int sheet) =>
        new(file, sheet, columns.SheetName, columns.Layout.Name, columns.HeaderRow, columns.Unknown, columns.Ignored);

    private async Task WriteAsync(ImportJob job, ChannelReader<Batch> batches, CancellationTokenSource both)
    {
        try
        {
            await foreach (var batch in batches.ReadAllAsync(both.Token)) await staging.WriteAsync(job.Id, job.Run, batch.Fragments, batch.Errors, both.Token);
        }
        catch
        {
            await both.CancelAsync(); // or the reader would wait for ever for room
            throw;
        }
    }

    /// <summary>Names of counties that are unique in the province.</summary>
    private Func<string, string?> CountyCodes()
    {
        var names = regions.Tree.All.Where(r => r.Level == RegionLevel.County).GroupBy(r => r.Name).Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.Single().Code.ToString()[..6], StringComparer.Ordinal);
        return name => names.GetValueOrDefault(name);
    }

    private sealed record Batch(List<Fragment> Fragments, List<RowError> Errors);

    /// <summary>Collects what the parser finds and passes it on in batches; waits when the writer is behind.</summary>
    private sealed class Sink(ChannelWriter<Batch> batches, int size, CancellationToken ct) : IImportSink
    {
        private Batch batch = new([], []);

        /// <summary>Called after every batch.</summary>
        public Action Closed { get; set; } = () => { };

        public void Take(Fragment fragment)
        {
            batch.Fragments.Add(fragment);
            if (batch.Fragments.Count >= size) Flush();
        }

        public void Take(RowError error)
        {
            batch.Errors.Add(error);
            if (batch.Errors.Count >= size) Flush();
        }

        public void Flush()
        {
            if (batch is { Fragments.Count: 0, Errors.Count: 0 }) return;
            batches.WriteAsync(batch, ct).AsTask().GetAwaiter().GetResult();
            batch = new Batch([], []);
            Closed();
        }
    }

    /// <summary>How far the reading is, as the job shows it.</summary>
    private sealed class Progress(ImportJob job)
    {
        public ImportJob Job { get; private set; } = job;

        public void Add(ImportedSheet sheet) => Job = Job with { Sheets = Job.Sheets.Add(sheet) };

        public void Report(IImportJobs jobs, long rows, long bytes, CancellationToken ct)
        {
            Job = Job with { Counts = Job.Counts with { Rows = rows, BytesRead = bytes } };
            if (jobs.SaveAsync(Job, [], ct).GetAwaiter().GetResult() == RunnerOrder.GiveWay) throw new OperationCanceledException("Another runner has this import.");
        }
    }
}
