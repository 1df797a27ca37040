namespace FangFanPin.Domain.Sync;

/// <summary>Every fault of the synchronisation; those of rows and households are the import's.</summary>
public static class SyncErrors
{
    public static readonly DomainError NotFound = new("sync.not-found", "没有这个同步批次。");
    public static readonly DomainError NoSource = new("sync.no-source", "没有设置国家系统数据的来源目录。");
    public static readonly DomainError NoFiles = new("sync.no-files", "来源目录里没有可读的导出文件(csv、xlsx 或 zip)。");
    public static readonly DomainError Changing = new("sync.source-changing", "读取期间来源文件有变化,本次未采用任何数据,请在文件放全后再同步。");
    public static readonly DomainError Running = new("sync.running-conflict", "已有一个同步批次正在进行。");
    public static readonly DomainError NotHeld = new("sync.not-held-conflict", "该县没有等待确认的同步。");
    public static readonly DomainError Superseded = new("sync.superseded-conflict", "已有更新的同步批次,请确认最新一次。");
    public static readonly DomainError OpinionTooLong = new("sync.opinion-too-long", $"意见最多 {SyncLimits.OpinionMax} 字。", "Opinion");
    public static readonly DomainError BadRequest = new("sync.bad-request", "请求格式不正确。");
    public static readonly DomainError GaveUp = new("sync.gave-up", "多次尝试仍未完成,请联系运维人员查看日志。");
    public static readonly DomainError ImportStopped = new("sync.import-stopped", "本县的导入被取消或失败,数据未采用。");

    /// <summary>A procedure about the household is open; the national values wait for its end.</summary>
    public static readonly DomainError InProcedure = new("sync.in-procedure", "该户正在业务流程中,国家系统的不同值暂存,待流程结束后处理。");

    /// <summary>Rows that name no household.</summary>
    public static readonly DomainError NoCode = new("sync.no-household-code", "有数据行没有可用的户编号。");

    public static DomainError BadFile(string file, DomainError why) => why with { Message = $"{file}:{why.Message}" };
}

public static class SyncLimits
{
    public const int OpinionMax = 500;

    /// <summary>Bytes of one row.</summary>
    public const int RowBytesMax = 8 << 20;
    public const int FilesMax = 20_000;
}
