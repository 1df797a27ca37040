using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Warnings;

/// <summary>One file of a department's warnings: 预警批次.</summary>
public sealed record WarningBatch
{
    public required Guid Id { get; init; }

    /// <summary>12 digits: every matched household must lie in it.</summary>
    public required string Region { get; init; }
    public required Actor Actor { get; init; }
    public required string FileName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Headers that nothing is known about.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];
    public long Rows { get; init; }

    /// <summary>Of the runner that may write.</summary>
    [JsonIgnore] public int Run { get; init; }
}

/// <summary>What became of one row. Numbers are stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WarningOutcome>))]
public enum WarningOutcome : short
{
    /// <summary>Not looked at yet.</summary>
    Waiting = 0,

    /// <summary>Matched: with the household's village for checking.</summary>
    Opened = 1,

    /// <summary>监测对象(剔除不展示): kept, closed at once.</summary>
    Removed = 2,

    /// <summary>No household found: the county locates the family.</summary>
    Unmatched = 3,

    /// <summary>The same person, type and batch number came before.</summary>
    Repeated = 4,

    /// <summary>What it says cannot be used.</summary>
    Rejected = 5,
}

/// <param name="Row">As the spreadsheet counts.</param>
/// <param name="Region">Village of the household, else what the row says, else the county or the batch's region: who may see it.</param>
/// <param name="Warning">Null when the row cannot be used.</param>
/// <param name="Reason">Code of the error that stands in the way.</param>
public sealed record WarningRow(int Row, string Region, DeptWarning? Warning, WarningOutcome Outcome, string? Household, string? CaseId, string? Reason);

/// <summary>What a person is called and where, for those whose certificate nobody has.</summary>
public readonly record struct NamedPerson(string Name, string Village);

public interface IWarningBatches
{
    /// <summary>The batch with its rows, in one transaction; the same id again changes nothing.</summary>
    Task CreateAsync(WarningBatch batch, IAsyncEnumerable<WarningRow> rows, CancellationToken ct);

    Task<WarningBatch?> FindAsync(Guid id, CancellationToken ct);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<WarningBatch>> ListAsync(Guid? before, int limit, CancellationToken ct);

    /// <summary>Takes the oldest batch that nobody works on, or whose runner has been silent.</summary>
    Task<WarningBatch?> TakeAsync(TimeSpan silence, CancellationToken ct);

    Task<IReadOnlyList<WarningRow>> WaitingAsync(Guid id, int limit, CancellationToken ct);

    /// <returns>False when another runner has the batch.</returns>
    Task<bool> SaveAsync(WarningBatch batch, IReadOnlyCollection<WarningRow> done, CancellationToken ct);

    Task<IReadOnlyDictionary<WarningOutcome, long>> CountAsync(Guid id, CancellationToken ct);

    /// <param name="regions">Inclusive ranges of codes that the asking person may see.</param>
    Task<IReadOnlyList<WarningRow>> RowsAsync(Guid id, WarningOutcome? outcome, int after, int limit, CancellationToken ct);

    Task<WarningRow?> RowAsync(Guid id, int row, CancellationToken ct);

    /// <summary>An unmatched row that somebody has located.</summary>
    /// <returns>False when it is not unmatched any more.</returns>
    Task<bool> LocatedAsync(Guid id, WarningRow row, CancellationToken ct);

    /// <summary>Households of the register by the certificates of their active members; by name and village where that is one household only.</summary>
    Task<IReadOnlyDictionary<string, (string Code, string Village)>> ByCertificateAsync(IReadOnlyCollection<string> certificates, CancellationToken ct);
    Task<IReadOnlyDictionary<NamedPerson, (string Code, string Village)>> ByNameAsync(IReadOnlyCollection<NamedPerson> people, CancellationToken ct);
}

public static class WarningErrors
{
    public static readonly DomainError NotFound = new("warning.not-found", "没有这个预警批次。");
    public static readonly DomainError NoRow = new("warning.row-not-found", "没有这一行预警。");
    public static readonly DomainError NotUnmatched = new("warning.not-unmatched-conflict", "这一行不在待落地名单中。");
    public static readonly DomainError NoColumns = new("warning.no-columns", "找不到“姓名”和“证件号码”两列。");
    public static readonly DomainError BadRequest = new("warning.bad-request", "请求格式不正确。");
    public static readonly DomainError TooManyRows = new("warning.too-many-rows", $"一个批次最多 {WarningLimits.RowsMax} 行。");
    public static readonly DomainError BadCertificate = new("case.bad-certificate", "证件号码不正确,请核对 18 位号码。", nameof(DeptWarning.IdNumber));
    public static DomainError Required(string field) => new("field.required", "该字段必填。", field);
}

public static class WarningLimits
{
    public const int RowsMax = 200_000;
    public const int DetailMax = 1_000;
}
