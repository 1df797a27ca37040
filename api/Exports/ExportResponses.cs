using FangFanPin.Domain.Exports;

namespace FangFanPin.Api.Exports;

/// <summary>导出任务.</summary>
/// <param name="Stage">Waiting, Running, Done, Cancelled, Failed, Expired.</param>
/// <param name="Rows">Written so far.</param>
/// <param name="Share">Of the area that is behind, 0 to 1.</param>
/// <param name="SecondsLeft">Null until it can be told.</param>
/// <param name="File">Address of the finished file until it expires.</param>
public sealed record ExportResponse(
    string Id, string Region, ExportKind Kind, string Stage, DateTimeOffset CreatedAt, long Rows, double Share, double RowsPerSecond, double? SecondsLeft,
    string? File, long Bytes, DateTimeOffset? FinishedAt, DateTimeOffset? ExpiresAt, ExportFault? Fault)
{
    public static ExportResponse From(ExportJob job, DateTimeOffset now)
    {
        var seconds = job.StartedAt is { } started ? Math.Max(0.001, ((job.FinishedAt ?? now) - started).TotalSeconds) : 0;
        double? left = job.Stage == ExportStage.Running && job.Share is > 0.01 and < 1 ? Math.Round(seconds * (1 - job.Share) / job.Share, 1) : null;
        return new ExportResponse(
            job.Id.ToString("N"), job.Region, job.Kind, job.Stage.ToString(), job.CreatedAt, job.Rows, job.Share, seconds > 0 ? Math.Round(job.Rows / seconds, 1) : 0, left,
            job.Stage == ExportStage.Done ? $"/api/v1/exports/{job.Id:N}/file" : null, job.Bytes, job.FinishedAt, job.ExpiresAt,
            job.Fault is { } fault ? new ExportFault(fault.Code, fault.Message) : null);
    }
}

public sealed record ExportFault(string Code, string Message);
