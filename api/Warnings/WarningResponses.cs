using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Warnings;

namespace FangFanPin.Api.Warnings;

/// <param name="Stage">Running, Done.</param>
/// <param name="Outcomes">By outcome the number of rows; null for whoever sees a part of the batch only.</param>
public sealed record WarningBatchResponse(
    string Id, string Region, string Stage, string FileName, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? FinishedAt, IReadOnlyList<string> UnknownColumns,
    IReadOnlyDictionary<string, long>? Outcomes)
{
    public static WarningBatchResponse From(WarningBatch batch, IReadOnlyDictionary<WarningOutcome, long>? counts) => new(
        batch.Id.ToString("N"), batch.Region, batch.FinishedAt is null ? "Running" : "Done", batch.FileName, batch.CreatedAt, batch.Actor.Account, batch.FinishedAt, batch.Unknown,
        counts?.ToDictionary(c => c.Key.ToString(), c => c.Value));
}

/// <param name="Row">As the spreadsheet counts.</param>
/// <param name="Case">The case that it opened, or that the same warning opened before.</param>
public sealed record WarningRowResponse(
    int Row, string Outcome, string OutcomeLabel, string Region, string? WarnDept, string? WarnType, string? BatchNo, DateOnly? PushedOn, string? Name, string? HouseholdCode, string? Case, string? Reason)
{
    public static WarningRowResponse From(WarningRow row) => new(
        row.Row, row.Outcome.ToString(), LabelOf(row.Outcome), row.Region, row.Warning?.WarnDept, row.Warning?.WarnType, row.Warning?.BatchNo, row.Warning?.PushedOn,
        Masking.Shown(nameof(DeptWarning.Name), row.Warning?.Name), row.Household, row.CaseId, row.Reason);

    public static string LabelOf(WarningOutcome outcome) => outcome switch
    {
        WarningOutcome.Opened => "已推送核查",
        WarningOutcome.Removed => "监测对象(剔除不展示)",
        WarningOutcome.Unmatched => "未匹配,待县级落地",
        WarningOutcome.Repeated => "重复",
        WarningOutcome.Rejected => "数据有误",
        _ => "待比对",
    };
}

/// <param name="Next">Pass as <c>after</c> for the next page, which may come even after a short one; null on the last.</param>
public sealed record WarningRowsResponse(IReadOnlyList<WarningRowResponse> Items, int? Next);

/// <param name="Village">Twelve digits.</param>
/// <param name="HouseholdCode">Null for a family that the register does not know.</param>
public sealed record WarningPlace(string? Village, string? HouseholdCode);
