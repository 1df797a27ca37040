using FangFanPin.Api.Exports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Api.Sync;

/// <summary>A county's report as a workbook: one row per household that is not simply as it was. Streamed page by page into a file that is gone once it is sent.</summary>
internal sealed class SyncWorkbook(ISyncBatches batches, IRegions regions)
{
    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const int PageRows = 2_000;
    private static readonly string[] Headers = ["类别", "户编号", "户主姓名", "行政区划代码", "市", "县(市、区)", "乡(镇)", "行政村", "原因"];

    private static readonly (SyncLineKind Kind, string Label)[] Kinds =
    [
        (SyncLineKind.New, "新增"), (SyncLineKind.Changed, "变更"), (SyncLineKind.Conflicting, "冲突"), (SyncLineKind.Disappeared, "国家系统中消失"),
        (SyncLineKind.Returned, "重新出现"), (SyncLineKind.Rejected, "未采用"),
    ];

    public async Task<Stream> WriteAsync(SyncShare share, CancellationToken ct)
    {
        var file = TemporaryFile.Create();
        try
        {
            using (var workbook = new StreamedWorkbook(file, "同步报告", Headers))
                foreach (var (kind, label) in Kinds) await WriteAsync(workbook, share, kind, label, ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(StreamedWorkbook workbook, SyncShare share, SyncLineKind kind, string label, CancellationToken ct)
    {
        string? after = null;
        while (await batches.LinesAsync(share.Batch, share.Region, kind, after, PageRows, ct) is { Count: > 0 } lines)
        {
            foreach (var line in lines) Write(workbook, line, label);
            after = lines[^1].Code;
        }
    }

    private void Write(StreamedWorkbook workbook, SyncLine line, string label)
    {
        workbook.StartRow();
        workbook.Text(label);
        workbook.Text(line.Code);
        workbook.Text(Masking.Shown(nameof(Household.HeadName), line.HeadName));
        workbook.Text(line.Village);
        workbook.Path(regions.Tree, line.Village);
        workbook.Text(line.Reason);
        workbook.EndRow();
    }
}

internal static class TemporaryFile
{
    /// <summary>Readable by nobody else, gone when it is closed.</summary>
    public static FileStream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"ffp-{Guid.NewGuid():N}"), options);
    }
}
