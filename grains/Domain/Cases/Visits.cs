using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace FangFanPin.Domain.Cases;

/// <summary>干部走访 (W2), as the phone recorded it.</summary>
public sealed record Visit
{
    /// <summary>Made by the phone; the same id sent again is the same visit.</summary>
    public required Guid Id { get; init; }
    public required string HouseholdCode { get; init; }

    /// <summary>Code of list VisitType.</summary>
    public required string VisitType { get; init; }

    /// <summary>By the phone's clock.</summary>
    public required DateTimeOffset VisitedAt { get; init; }

    /// <summary>Degrees, WGS 84; null when the phone did not say.</summary>
    public decimal? Longitude { get; init; }
    public decimal? Latitude { get; init; }
    public required string Findings { get; init; }
    public required bool RiskFound { get; init; }
    public ImmutableArray<Guid> Attachments { get; init; } = [];

    /// <summary>The household's version that the visitor had before them; null when none.</summary>
    public long? SeenVersion { get; init; }

    /// <summary>Half a SHA-256 over what was sent.</summary>
    public byte[] ContentHash() => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Options))[..16];
}

/// <summary>A visit as it is kept.</summary>
/// <param name="CaseId">The recognition that it opened, or the open one that it was added to as a clue.</param>
public sealed record KeptVisit(Visit Visit, string Village, string Actor, DateTimeOffset ReceivedAt, string? CaseId);

public static class VisitErrors
{
    public static readonly DomainError BadType = new("visit.bad-type", "走访类型不正确。", "VisitType");
    public static readonly DomainError FindingsRequired = new("visit.findings-required", "请填写走访情况。", "Findings");
    public static readonly DomainError Future = new("visit.future", "走访时间晚于服务器时间一天以上,请校准手机时间。", "VisitedAt");
    public static readonly DomainError TooOld = new("visit.too-old", "走访时间早于一年前,不再接收。", "VisitedAt");
    public static readonly DomainError BadPlace = new("visit.bad-place", "经纬度不正确。", "Longitude");
    public static readonly DomainError Conflict = new("visit.conflict", "这个走访编号已有不同内容,原记录保留。");
    public static readonly DomainError BadId = new("visit.bad-id", "走访编号应为非空的 GUID。", "Id");

    /// <summary>All faults at once.</summary>
    public static List<DomainError> Faults(Visit visit, DateTimeOffset now)
    {
        List<DomainError?> faults =
        [
            visit.Id == Guid.Empty ? BadId : null,
            visit.VisitType is "1" or "2" or "3" or "4" ? null : BadType,
            CaseDecision.IsBlank(visit.Findings) ? FindingsRequired : visit.Findings.Length > CaseLimits.OpinionMax ? CaseErrors.TooLong(nameof(visit.Findings), CaseLimits.OpinionMax) : null,
            visit.VisitedAt > now.AddDays(1) ? Future : visit.VisitedAt < now.AddYears(-1) ? TooOld : null,
            visit.Longitude is < -180 or > 180 || visit.Latitude is < -90 or > 90 || visit.Longitude is null != visit.Latitude is null ? BadPlace : null,
            !visit.Attachments.IsDefault && visit.Attachments.Length > CaseLimits.AttachmentsMax ? CaseErrors.TooManyAttachments : null,
        ];
        return [.. faults.OfType<DomainError>()];
    }
}

public interface IVisits
{
    /// <summary>Keeps the visit unless its id is taken, with the files that nothing else has.</summary>
    /// <returns>What is kept under the id now: this visit, or the one that came first.</returns>
    Task<KeptVisit> KeepAsync(KeptVisit visit, CancellationToken ct = default);

    /// <summary>Once: the case that the visit led to.</summary>
    Task LinkAsync(Guid id, string caseId, CancellationToken ct = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<KeptVisit>> OfHouseholdAsync(string household, int limit, CancellationToken ct = default);
}
