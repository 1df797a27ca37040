using FangFanPin.Api.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Api.Sync;

/// <summary>国家系统同步批次.</summary>
/// <param name="Status">Code of list SyncStatus: 2 同步中, 3 成功, 4 部分失败 (counties that failed, were refused or wait for a word), 5 失败.</param>
/// <param name="Trigger">Scheduled (定时), Manual (手工), Unlocked (业务办结后补做).</param>
/// <param name="Late">Made up for after its moment.</param>
/// <param name="Counts">Sum of the counties that the caller may see.</param>
/// <param name="Skipped">Sheets and files in which nothing of the dictionary was found.</param>
/// <param name="Seconds">Until now, or until its end.</param>
public sealed record SyncBatchResponse(
    string Id, string Stage, string Status, string Trigger, bool Late, bool Full, DateTimeOffset? DueAt, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string StartedBy,
    int Files, long Bytes, long BytesRead, long Rows, IReadOnlyList<string> Skipped, double Seconds, int Counties, int CountiesDone, int CountiesHeld, SyncCounts Counts, SyncFault? Fault)
{
    public static SyncBatchResponse From(SyncBatch batch, IReadOnlyList<SyncShare> shares, DateTimeOffset now) => new(
        batch.Id.ToString("N"), batch.Stage.ToString(), StatusOf(batch, shares), batch.Trigger.ToString(), batch.Late, batch.Full, batch.DueAt, batch.StartedAt, batch.FinishedAt,
        batch.Actor.Account, batch.Files.Length, batch.Bytes, batch.BytesRead, batch.Rows, batch.Skipped, Math.Round(((batch.FinishedAt ?? now) - batch.StartedAt).TotalSeconds, 1),
        shares.Count, shares.Count(s => s.Stage == ShareStage.Done), shares.Count(s => s.Stage == ShareStage.Held), shares.Aggregate(new SyncCounts(), (sum, s) => sum.Add(s.Counts)),
        SyncFault.Of(batch.Fault));

    private static string StatusOf(SyncBatch batch, IReadOnlyList<SyncShare> shares) => batch.Stage switch
    {
        SyncStage.Failed => "5",
        SyncStage.Done => shares.All(s => s.Stage is ShareStage.Done or ShareStage.Superseded) ? "3" : "4",
        _ => "2",
    };
}

public sealed record SyncFault(string Code, string Message)
{
    public static SyncFault? Of(Domain.DomainError? error) => error is null ? null : new(error.Code, error.Message);
}

public sealed record SyncBatchDetail(SyncBatchResponse Batch, IReadOnlyList<SyncCountyResponse> Counties);

/// <summary>What one county has of a batch.</summary>
/// <param name="Stage">Waiting, Held (待确认), Importing, Done, Refused (不采用), Failed, Superseded (已有更新的批次).</param>
/// <param name="Import">The import that carries the changes: preview, errors, error workbook, undo.</param>
/// <param name="Known">Households by the extract before.</param>
public sealed record SyncCountyResponse(
    string Region, string Name, string Stage, string? Import, long Known, SyncCounts Counts, SyncFault? Fault, string? DecidedBy, DateTimeOffset? DecidedAt, string? Opinion, DateTimeOffset? FinishedAt)
{
    public static SyncCountyResponse From(SyncShare share, RegionTree tree) => new(
        share.Region, NameOf(share.Region, tree), share.Stage.ToString(), share.Import?.ToString("N"), share.Known, share.Counts, SyncFault.Of(share.Fault), share.DecidedBy, share.DecidedAt,
        share.Opinion, share.FinishedAt);

    private static string NameOf(string region, RegionTree tree) =>
        tree.Find(region) is not { } found ? region : found.Parent is null ? $"{found.Name}(跨县迁移、区划不明)" : found.Name;
}

/// <param name="Reason">Code of the error that stands in the way.</param>
public sealed record SyncLineResponse(string HouseholdCode, string Kind, string? Village, string? HeadName, string? Reason)
{
    public static SyncLineResponse From(SyncLine line) => new(line.Code, line.Kind.ToString(), line.Village, Masking.Shown(nameof(Household.HeadName), line.HeadName), line.Reason);
}

/// <param name="Next">Pass as <c>after</c> for the next page; null on the last.</param>
public sealed record SyncLinesResponse(IReadOnlyList<SyncLineResponse> Items, string? Next);

public sealed record SyncOpinion(string? Opinion);

public sealed record SyncCountyDecision(string Batch, string Region, string Stage);

/// <param name="SeenAt">When an extract last named the household; null when none has.</param>
/// <param name="MissingSince">国家系统中消失: since when extracts do not name it any more.</param>
/// <param name="RejectedFor">Code of the error for which its national values are not taken.</param>
/// <param name="Pending">National values that wait for the end of a procedure: ours as old, theirs as new.</param>
public sealed record NationalStandingResponse(DateTimeOffset? SeenAt, DateTimeOffset? MissingSince, string? RejectedFor, PendingResponse? Pending)
{
    public static NationalStandingResponse From(NationalStanding? standing) => new(
        standing?.SeenAt, standing?.MissingSince, standing?.RejectedFor,
        standing?.Pending is { } p ? new PendingResponse(p.CaseId, p.Since, [.. p.Changes.Select(FieldChangeResponse.From)]) : null);
}

/// <param name="Case">The procedure that it waits for.</param>
public sealed record PendingResponse(string Case, DateTimeOffset Since, IReadOnlyList<FieldChangeResponse> Fields);
