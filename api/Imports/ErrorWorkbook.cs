using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports;

/// <summary>
/// The rejected rows as they stood in the files, with a column saying why: read again from the uploads, so that no cell of a refused row is
/// kept anywhere else. Corrected, the workbook can be imported as it is.
/// </summary>
internal sealed class ErrorWorkbook(IImportFiles files, IImportStaging staging, IWorkbookReader workbooks)
{
    private const string ReasonHeader = "错误原因";

    /// <returns>A temporary file that is gone when it is closed.</returns>
    public async Task<Stream> WriteAsync(ImportJob job, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var target = new FileStream(Path.Combine(Path.GetTempPath(), $"ffp-{Guid.NewGuid():N}"), options);
        try
        {
            // Reading workbooks is synchronous work for minutes: not on a thread that serves requests.
            await Task.Factory.StartNew(() => WriteAsync(job, target, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            target.Position = 0;
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(ImportJob job, Stream target, CancellationToken ct)
    {
        using var writer = new PlainWorkbookWriter(target);
        await using var rejected = new RejectedRows(staging.ErrorsAsync(job.Id, job.ParsedRun, null, ct), staging.RefusedRowsAsync(job.Id, job.ParsedRun, ct));
        var source = 0;
        for (var file = 0; file < job.Files.Length && await rejected.FirstAsync(); file++)
        {
            using var content = files.Open(job.Id, file, job.Files[file].Bytes);
            var number = 0;
            foreach (var rows in workbooks.Open(content, job.Files[file].Name))
            {
                if (source < job.Sheets.Length && job.Sheets[source].File == file && job.Sheets[source].Sheet == number)
                    await WriteSheetAsync(job.Sheets[source], source++, rows, rejected, writer, ct);
                number++;
            }
        }
    }

    private static async Task WriteSheetAsync(ImportedSheet sheet, int source, ISheetRows rows, RejectedRows rejected, PlainWorkbookWriter writer, CancellationToken ct)
    {
        if (!await rejected.HasAsync(source)) return;
        writer.Begin(sheet.Name);
        while (rows.Next())
        {
            ct.ThrowIfCancellationRequested();
            if (rows.Row < sheet.HeaderRow) continue;
            if (rows.Row == sheet.HeaderRow) writer.Write(Texts(rows).Prepend(ReasonHeader));
            else if (await rejected.TakeAsync(source, rows.Row) is { } reason) writer.Write(Texts(rows).Prepend(reason));
            if (!await rejected.HasAsync(source)) return;
        }
    }

    private static string?[] Texts(ISheetRows rows)
    {
        var texts = new string?[rows.Cells.Length];
        for (var i = 0; i < texts.Length; i++) texts[i] = rows.Cells[i].Text;
        return texts;
    }

    /// <summary>Two streams of rows in the order of the file, walked as one.</summary>
    private sealed class RejectedRows(IAsyncEnumerable<RowError> errors, IAsyncEnumerable<(int Source, int Row)> refused) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<RowError> error = errors.GetAsyncEnumerator();
        private readonly IAsyncEnumerator<(int Source, int Row)> row = refused.GetAsyncEnumerator();
        private bool hasError, hasRow;

        public async Task<bool> FirstAsync()
        {
            if (!hasError && !hasRow) (hasError, hasRow) = (await error.MoveNextAsync(), await row.MoveNextAsync());
            return hasError || hasRow;
        }

        /// <summary>Whether rows of this sheet are still to come; what belongs to sheets before it is passed over.</summary>
        public async Task<bool> HasAsync(int source)
        {
            while (hasError && error.Current.Source < source) hasError = await error.MoveNextAsync();
            while (hasRow && row.Current.Source < source) hasRow = await row.MoveNextAsync();
            return hasError && error.Current.Source == source || hasRow && row.Current.Source == source;
        }

        /// <returns>Why the row was rejected; null when it was not.</returns>
        public async Task<string?> TakeAsync(int source, int number)
        {
            var reasons = new List<string>();
            for (; hasError && error.Current.Source == source && error.Current.Row <= number; hasError = await error.MoveNextAsync())
            {
                if (error.Current.Row == number) reasons.Add(error.Current.Error.Message);
            }
            for (; hasRow && row.Current.Source == source && row.Current.Row <= number; hasRow = await row.MoveNextAsync())
            {
                if (row.Current.Row == number && reasons.Count == 0) reasons.Add(ImportErrors.HouseholdRefused.Message);
            }
            return reasons.Count == 0 ? null : string.Concat(reasons.Distinct());
        }

        public async ValueTask DisposeAsync()
        {
            await error.DisposeAsync();
            await row.DisposeAsync();
        }
    }
}
