using FangFanPin.Api.Sync;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Warnings;
using Microsoft.AspNetCore.Http.Features;

namespace FangFanPin.Api.Warnings;

/// <summary>Reads a department's file as it comes: to a file that is gone afterwards, and from there row by row into the batch.</summary>
internal sealed class WarningUpload(IWorkbookReader workbooks, IWarningBatches batches, DataDictionary dictionary, TimeProvider clock)
{
    private const long BytesMax = 64L << 20;

    /// <returns>Why nothing of the file was taken; null when all of it was.</returns>
    public async Task<DomainError?> ReceiveAsync(HttpContext context, WarningBatch batch, WarningDefaults defaults, CancellationToken ct)
    {
        if (await batches.FindAsync(batch.Id, ct) is not null) return null; // the same request before
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = BytesMax;
        await using var file = TemporaryFile.Create();
        await context.Request.Body.CopyToAsync(file, ct);
        if (file.Length == 0) return ImportErrors.NoFiles;
        file.Position = 0;
        try
        {
            // Reading workbooks is synchronous work: not on a thread that serves requests.
            return await Task.Run(() => StoreAsync(file, batch, defaults, ct), ct);
        }
        catch (ImportFileException e)
        {
            return e.Error;
        }
    }

    private async Task<DomainError?> StoreAsync(Stream file, WarningBatch batch, WarningDefaults defaults, CancellationToken ct)
    {
        foreach (var rows in workbooks.Open(file, batch.FileName))
        {
            var first = new List<(int Row, SheetCell[] Cells)>();
            while (first.Count < ImportLimits.HeaderRowsMax && rows.Next()) first.Add((rows.Row, rows.Cells.ToArray()));
            if (WarningSheet.Find(dictionary, first, defaults, ChinaTime.DayOf(clock.GetUtcNow())) is not { } sheet) continue;
            await batches.CreateAsync(batch with { Unknown = sheet.Unknown }, Rows(sheet, first, rows, batch.Region).ToAsyncEnumerable(), ct);
            return null;
        }
        return WarningErrors.NoColumns;
    }

    private static IEnumerable<WarningRow> Rows(WarningSheet sheet, List<(int Row, SheetCell[] Cells)> first, ISheetRows rows, string region)
    {
        var count = 0;
        foreach (var (row, cells) in first)
            if (row > sheet.HeaderRow && sheet.Read(row, cells, region) is { } read) yield return Counted(read, ref count);
        while (rows.Next())
            if (sheet.Read(rows.Row, rows.Cells, region) is { } read) yield return Counted(read, ref count);
    }

    private static WarningRow Counted(WarningRow row, ref int count) => ++count <= WarningLimits.RowsMax ? row : throw new ImportFileException(WarningErrors.TooManyRows);
}

internal static class WarningsFeature
{
    public static IServiceCollection AddWarnings(this IServiceCollection services) => services.AddSingleton<WarningUpload>();
}
