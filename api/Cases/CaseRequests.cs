using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FangFanPin.Api.Households;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Cases;

/// <summary>One case with the version that was seen.</summary>
public sealed record CaseSeen(string Id, long Version);

/// <summary>The same action on several cases.</summary>
/// <param name="Action">As for one case; only accept, look, urge, end-publicity, confirm-national, and approve of a town.</param>
public sealed record CaseBatchRequest(IReadOnlyList<CaseSeen> Items, JsonElement Action);

/// <param name="Code">Null when it was done.</param>
public sealed record CaseBatchResult(string Id, bool Done, long Version, string? Step, string? Code, string? Message);

public sealed record CaseBatchResponse(IReadOnlyList<CaseBatchResult> Items);

/// <summary>Reads changes of cases from requests.</summary>
internal static class CaseRequests
{
    /// <summary>By the system alone.</summary>
    private static readonly HashSet<Type> Closed = [typeof(Tick), typeof(Relocate), typeof(FollowCode), typeof(BookingRefused), typeof(MeasuresOver)];
    private static readonly HashSet<Type> Opening = [typeof(Declare), typeof(ReportRisk), typeof(ProposeElimination), typeof(ReceiveWarning), typeof(OpenMeasures)];

    private static readonly JsonSerializerOptions Format = new(WireJson.Options)
    {
        PropertyNameCaseInsensitive = true,
        AllowOutOfOrderMetadataProperties = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>A change that opens a case.</summary>
    public static async Task<Outcome<CaseChange>> OpeningAsync(HttpRequest request, CancellationToken ct) =>
        await ReadAsync(request, ct) is { Ok: true } read ? Opening.Contains(read.Value!.GetType()) ? read : CaseRequestErrors.NotOpening : CaseRequestErrors.Malformed;

    /// <summary>A change of a case that stands.</summary>
    public static async Task<Outcome<CaseChange>> ActionAsync(HttpRequest request, CancellationToken ct)
    {
        var read = await ReadAsync(request, ct);
        return read.Ok ? Action(read.Value!) : read;
    }

    public static Outcome<CaseChange> Action(JsonElement element)
    {
        var read = Parse(element);
        return read.Ok ? Action(read.Value!) : read;
    }

    private static Outcome<CaseChange> Action(CaseChange change) => Closed.Contains(change.GetType()) || Opening.Contains(change.GetType()) ? CaseRequestErrors.KindClosed : change;

    public static bool TryKey(HttpRequest request, out Guid key) => Guid.TryParse(request.Headers["Idempotency-Key"], out key) && key != Guid.Empty;

    /// <summary>The same key of the same sender is the same case, whatever happened to the first answer.</summary>
    public static CaseKey CaseOf(string sender, Guid key) => CaseKey.Of(Derived($"case\n{sender}\n{key:N}"));

    /// <summary>Of one case in a batch.</summary>
    public static Guid CommandOf(Guid key, string id) => Derived($"batch\n{key:N}\n{id}");

    private static Guid Derived(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private static async Task<Outcome<CaseChange>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = Format.MaxDepth }, ct);
            return Parse(document.RootElement);
        }
        catch (JsonException)
        {
            return CaseRequestErrors.Malformed;
        }
    }

    private static Outcome<CaseChange> Parse(JsonElement element)
    {
        try
        {
            if (HasMask(element)) return HouseholdRequestErrors.MaskedValue;
            var change = element.Deserialize<CaseChange>(Format);
            return change is null ? CaseRequestErrors.Malformed : change;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return CaseRequestErrors.Malformed; // no kind, an unknown one, or members that it does not have
        }
    }

    private static bool HasMask(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Masking.IsMasked(element.GetString()),
        JsonValueKind.Object => element.EnumerateObject().Any(p => HasMask(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasMask),
        _ => false,
    };
}

/// <summary>What can be wrong with a request about cases before anything is decided.</summary>
internal static class CaseRequestErrors
{
    public static readonly DomainError Malformed = new("case.command.malformed", "操作内容无法识别。");
    public static readonly DomainError NotOpening = new("case.opening.malformed", "这不是发起业务的操作。", "kind");
    public static readonly DomainError KindClosed = new("case.kind.forbidden", "这类操作不能从外部提交。", "kind");
    public static readonly DomainError BadCursor = new("case.bad-cursor", "翻页位置无效,请从第一页重新查询。", "after");
    public static readonly DomainError BadLimit = new("case.limit.bad-request", "每页条数应为 1 至 200。", "limit");
    public static readonly DomainError BadTab = new("case.tab.bad-request", "tab 应为 todo、escalated、done 或 started。", "tab");
    public static readonly DomainError BadGroup = new("case.group.bad-request", "group 应为 all、unaccepted、open 或 closed。", "group");
    public static readonly DomainError BadPeriod = new("case.period.bad-request", "起止日期应成对填写,起日不晚于止日,最长三年。");
    public static readonly DomainError TooWide = new("visit.region.bad-request", "请选择县级或以下的地区。", "code");
    public static readonly DomainError NotForBatch = new("case.batch.bad-request", "此操作需要逐户办理。", "action");
    public static readonly DomainError BatchTooLarge = new("case.batch-items.bad-request", "一次最多办理 100 项。", "items");
    public static readonly DomainError NoAttachment = new("case.attachment.not-found", "没有这个附件。");
    public static readonly DomainError BadFile = new("case.attachment-type", "只接受 JPEG、PNG、WebP 图片或 PDF 文件。");
    public static readonly DomainError DamagedPicture = new("case.attachment-damaged", "图片不完整或已损坏,请重新拍摄或另存后再传。");
    public static readonly DomainError PictureTooLarge = new("case.attachment-pixels", $"图片过大,每边最多 {Content.FileKinds.SideMax} 像素,总计最多 {Content.FileKinds.PixelsMax / 10_000} 万像素。");
    public static readonly DomainError TrailingData = new("case.attachment-trailing", "文件末尾附有其他数据(如动态照片),请另存为普通图片或 PDF 后再传。");
    public static readonly DomainError DamagedPdf = new("case.attachment-pdf-damaged", "PDF 不完整或已损坏。");
    public static readonly DomainError ActivePdf = new("case.attachment-pdf-active", "PDF 中含有脚本、外部程序或内嵌文件,不予接收,请另存为普通 PDF 或图片。");
    public static readonly DomainError ClosedPdf = new("case.attachment-pdf-closed", "PDF 已加密或结构无法检查,请另存为普通 PDF 或图片。");
    public static readonly DomainError FileTooLarge = new("case.attachment.too-large", "单个附件不能超过 5 MB。");
    public static readonly DomainError TooManyFiles = new("case.attachments.too-many-requests", "未使用的附件过多,请稍后再传。");
    public static readonly DomainError BadToken = new("declare.village.not-found", "二维码无效,请扫描本村张贴的二维码。");
    public static readonly DomainError BadChallenge = new("declare.challenge-failed", "验证未通过,请重试。", "challenge");
    public static readonly DomainError BadPhone = new("declare.phone-invalid", "手机号码不正确。", "phone");
    public static readonly DomainError TooMany = new("declare.too-many-requests", "操作过于频繁,请稍后再试。");
    public static readonly DomainError BadCode = new("declare.code-wrong", "验证码不正确或已过期。", "code");
    public static readonly DomainError NoSession = new("declare.session.unauthenticated", "请先验证手机号。");
    public static readonly DomainError NoCase = new("declare.not-found", "没有查到,请核对查询码。");
    public static readonly DomainError OtherPhone = new("declare.phone-differs", "请使用已验证的手机号。", "applicantPhone");
}
