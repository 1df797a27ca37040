using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Stage parsing: files → rows spread by household → households compared with the stored ones. Starts anew after a crash: nothing is committed yet. A commit
/// that finds its staged households lost does it once more.
/// </summary>
public sealed class ImportParsing(
    IImportJobs jobs, IImportFiles files, IImportStaging staging, IRowSpills spills, IWorkbookReader workbooks, ImportComparison comparison,
    DataDictionary dictionary, IRegions regions, ImportOptions options, TimeProvider clock)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public async Task RunAsync(ImportJob job, CancellationToken ct)
    {
        var previewed = await PreviewAsync(job, ct);
        await staging.SweepAsync(job.Id, job.Run, ct);
        await jobs.SaveAsync(previewed with { Stage = ImportStage.Previewed }, [], ct);
    }

    /// <summary>Without a preview: the new households are registered when this returns.</summary>
    /// <returns>The job, ready for the commit of the others; null when another runner has taken over.</returns>
    public async Task<ImportJob?> AtOnceAsync(ImportJob job, CancellationToken ct)
    {
        var written = job.Counts.Written;
        if (written > 0)
        {
            // By a runner that did not get to the end. They stand, and are not looked at again.
            await staging.CarryAsync(job.Id, job.Run, ct);
            job = job with { ParsedRun = job.Run };
            if (await jobs.SaveAsync(job, [], ct) == RunnerOrder.GiveWay) return null;
        }
        var read = await PreviewAsync(job, ct) with { Stage = ImportStage.Committing };
        if (await jobs.SaveAsync(read, [], ct) == RunnerOrder.GiveWay) return null;
        await staging.SweepAsync(job.Id, job.Run, ct);
        return read;
    }

    /// <summary>
    /// For a commit whose staged households are gone. Those that it has written are found as they should be; they count as written by it and can be taken back.
    /// </summary>
    /// <returns>The job with a preview of its present run; null when another runner has taken over.</returns>
    /// <exception cref="ImportFileException">The uploads are gone, too.</exception>
    public async Task<ImportJob?> AgainAsync(ImportJob job, CancellationToken ct)
    {
        if (job.ParsedRun == job.Run) throw new InvalidOperationException("Lost a second time: for the next runner, whose preview is told from this one by its run.");
        if (!await files.StandAsync(job.Id, ct)) throw new ImportFileException(ImportErrors.StagedLost);
        var previewed = await PreviewAsync(job, ct);
        var carried = await staging.CarryAsync(job.Id, job.Run, ct);
        long Of(StagedKind kind) => carried.GetValueOrDefault(kind);
        var counts = previewed.Counts with
        {
            New = previewed.Counts.New - Of(StagedKind.New) + carried.Values.Sum(),
            Changed = previewed.Counts.Changed - Of(StagedKind.Changed),
            Unchanged = previewed.Counts.Unchanged - Of(StagedKind.Unchanged),
            Conflicts = previewed.Counts.Conflicts - Of(StagedKind.Conflict),
            Refused = previewed.Counts.Refused - Of(StagedKind.Refused),
            Written = carried.Values.Sum(),
            RefusedAtCommit = 0,
        };
        // First the job, then the sweep: until it stands, the next runner must still find what was written.
        if (await jobs.SaveAsync(previewed with { Counts = counts }, [], ct) == RunnerOrder.GiveWay) return null;
        await staging.SweepAsync(job.Id, job.Run, ct);
        return previewed with { Counts = counts };
    }

    private async Task<ImportJob> PreviewAsync(ImportJob job, CancellationToken ct)
    {
        var before = job.Counts;
        job = job with { Counts = new ImportCounts { Written = before.Written, RefusedAtCommit = before.RefusedAtCommit }, ErrorsByCode = ImmutableSortedDictionary<string, long>.Empty, Sheets = [], Skipped = [] };
        var reading = new ImportReading(dictionary, ChinaTime.DayOf(clock.GetUtcNow()), CountyCodes());
        using var rows = spills.Open();
        var (read, sheets, repeated) = await ReadAsync(job, reading, rows, ct);
        if (sheets.Count == 0) throw new ImportFileException(ImportErrors.NoKnownSheet);
        read = read with { Counts = read.Counts with { Found = rows.Households } };
        var compared = await comparison.RunAsync(read, reading, sheets, rows, repeated, ct);
        var errors = await staging.ErrorsByCodeAsync(job.Id, job.Run, ct);
        return compared with
        {
            ParsedRun = job.Run,
            ErrorsByCode = errors.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Counts = compared.Counts with { Errors = errors.Values.Sum(), Found = compared.Counts.Households },
            Cursor = null,
        };
    }

    private async Task<(ImportJob Job, IReadOnlyList<SheetColumns> Sheets, IReadOnlySet<string> Repeated)> ReadAsync(
        ImportJob job, ImportReading reading, IRowSpill rows, CancellationToken ct)
    {
        var parser = new ImportParser(reading);
        var progress = new Progress(job);
        var sink = new Sink(rows, errors => staging.WriteAsync(job.Id, job.Run, [], [], errors, ct), options.ErrorBatch);
        // Readers of workbooks are synchronous: they get a thread of their own.
        await Task.Factory.StartNew(() => ReadFiles(job, parser, sink, progress, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var read = progress.Job with { Counts = progress.Job.Counts with { Rows = parser.Rows, BytesRead = job.Files.Sum(f => f.Bytes) }, Skipped = [.. parser.Skipped] };
        return (read, parser.Sheets, sink.Persons.Repeated);
    }

    private void ReadFiles(ImportJob job, ImportParser parser, Sink sink, Progress progress, CancellationToken ct)
    {
        var reported = clock.GetTimestamp();
        long rows = 0, bytesBefore = 0;
        for (var file = 0; file < job.Files.Length; file++)
        {
            using var content = files.Open(job.Id, file, job.Files[file].Bytes);
            sink.Taken = () =>
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

    /// <summary>Names of counties that are unique in the province.</summary>
    private Func<string, string?> CountyCodes()
    {
        var names = regions.Tree.All.Where(r => r.Level == RegionLevel.County).GroupBy(r => r.Name).Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.Single().Code.ToString()[..6], StringComparer.Ordinal);
        return name => names.GetValueOrDefault(name);
    }

    /// <summary>Spreads rows by household; what belongs to none is written down.</summary>
    private sealed class Sink(IRowSpill rows, Func<IReadOnlyCollection<RowError>, Task> write, int errorBatch) : IImportSink
    {
        private const int RowsBetween = 4096;
        private readonly RawRowWriter writer = new();
        private readonly List<RowError> errors = [];
        private int sinceTaken;

        public PersonsSeen Persons { get; } = new();

        /// <summary>Called now and then.</summary>
        public Action Taken { get; set; } = () => { };

        public void Take(int source, int row, string householdCode, string? person, ReadOnlySpan<SheetCell> cells)
        {
            rows.Add(householdCode, writer.Write(householdCode, source, row, cells));
            if (person is not null) Persons.Add(person, householdCode);
            if (++sinceTaken < RowsBetween) return;
            sinceTaken = 0;
            Taken();
        }

        public void Take(RowError error)
        {
            errors.Add(error);
            if (errors.Count >= errorBatch) Flush();
        }

        public void Flush()
        {
            if (errors.Count > 0) write(errors).GetAwaiter().GetResult();
            errors.Clear();
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
