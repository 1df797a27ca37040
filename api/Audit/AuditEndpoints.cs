using System.Globalization;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Audit;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FangFanPin.Api.Audit;

/// <param name="Next">Pass as <c>before</c> for the next page; null on the last.</param>
/// <param name="Read">Where the lines stand: <c>online</c>, or the month whose archive was read.</param>
/// <param name="Archived">Months that have left the table, the newest first: pass one as <c>month</c>.</param>
public sealed record AuditLinesResponse(IReadOnlyList<AuditLine> Items, string? Next, string Read, IReadOnlyList<string> Archived);

/// <param name="Certificate">Of the person, as typed; nothing keeps it.</param>
/// <param name="Month">2026-05: in its archive.</param>
public sealed record AuditPersonRequest(string? Certificate, string? Kind, string? Before, int? Limit, string? Month = null);

/// <summary>审计查阅, for the audit administrator alone: what one official did, who looked at one household, and whether the audit is whole.</summary>
public static class AuditEndpoints
{
    private const int LimitDefault = 50;
    private const int LimitMax = 200;

    private static readonly Dictionary<string, AuditKind> Kinds = new()
    {
        ["read"] = new(["read %"]), ["list"] = new(["list %"]), ["search"] = new(["search %"]), ["login"] = new(["登录"]), ["alarm"] = new(["alarm"]),
        ["change"] = new(["change %", "household.%", "case.%", "region.%", "parameter.%"], "%.export"), ["household"] = new(["household.%"], "%.export"), ["review"] = new(["case.%"]),
        ["configuration"] = new(["region.%", "parameter.%", "change case-parameters%", "change regions%"]),
        ["export"] = new(["export%", "%.export"]), ["unmask"] = new(["查看明文"]), ["keys"] = new(["更换%"]),
        ["account"] = new(["授予角色", "新建账号", "停用%", "启用账号", "重置%", "修改密码", "解除锁定"]),
    };

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/audit").WithTags("审计");
        group.MapGet("/accounts/{name}/entries", OfAccountAsync).WithSummary("一个账号的全部操作")
            .WithDescription("kind=read|list|search|change|household|review|configuration|export|unmask|login|account|keys|alarm;新的在前。month=2026-05 查已归档的月份(archived 列出),读出的同时核验签名。").Requires(Permission.ReadAudit, Area.OfAccount("name"));
        group.MapGet("/households/{code}/entries", OfHouseholdAsync).WithSummary("一户被谁查看、修改过")
            .WithDescription("查看记录在封存(约一秒)后可见;列表和导出按账号查阅。month=2026-05 查已归档的月份。").Requires(Permission.ReadAudit, Area.OfHousehold("code"));
        group.MapPost("/persons", OfPersonAsync).WithSummary("一人所在的户被谁查看、修改过")
            .WithDescription("""请求体例:{"certificate":"4116…","kind":"read"};只含本辖区内的户。month 同上。""").Requires(Permission.ReadAudit, Area.Own);
        group.MapGet("/verification", VerifyAsync).WithSummary("核验审计:链条、签名、库外检查点")
            .WithDescription("默认核验最近 3600 个检查点;from=1 全部核验。密封档案由命令 verify-audit 核验。").Requires(Permission.ReadAudit, Area.Whole);
    }

    private static async Task<Results<Ok<AuditLinesResponse>, ProblemHttpResult>> OfAccountAsync(
        string name, string? kind, string? before, int? limit, string? month, AuditTrail trail, Archives archives, CancellationToken ct) =>
        Page(kind, before, limit) is not { } page ? Problems.From(AuditErrors.BadPage)
        : month is null ? archives.Answer(await trail.OfAccountAsync(name, page, ct), page)
        : await archives.AnswerAsync(month, page, (trail, at, key) => trail.OfAccountAsync(at, name, page, key, ct));

    private static async Task<Results<Ok<AuditLinesResponse>, ProblemHttpResult>> OfHouseholdAsync(
        string code, string? kind, string? before, int? limit, string? month, AuditTrail trail, Archives archives, CancellationToken ct) =>
        Page(kind, before, limit) is { } page ? await OfHouseholdsAsync([code], month, page, trail, archives, ct) : Problems.From(AuditErrors.BadPage);

    /// <summary>Whoever looked at a household saw everybody in it.</summary>
    private static async Task<Results<Ok<AuditLinesResponse>, ProblemHttpResult>> OfPersonAsync(
        AuditPersonRequest body, Caller caller, AuditTrail trail, Archives archives, ISealer sealer, CancellationToken ct)
    {
        if (Page(body.Kind, body.Before, body.Limit) is not { } page || BlindText.Certificate(body.Certificate) is not { Length: > 5 } certificate) return Problems.From(AuditErrors.BadPage);
        var households = await trail.HouseholdsOfAsync(sealer.BlindIndexes(BlindKind.Certificate, certificate), ct);
        string[] inside = [.. households.Where(h => RegionCode.TryParse(h.Village, out var village) && caller.Covers(village)).Select(h => h.Household)];
        return await OfHouseholdsAsync(inside, body.Month, page, trail, archives, ct);
    }

    private static async Task<Results<Ok<AuditLinesResponse>, ProblemHttpResult>> OfHouseholdsAsync(
        string[] codes, string? month, AuditPage page, AuditTrail trail, Archives archives, CancellationToken ct) =>
        month is not null ? await archives.AnswerAsync(month, page, (archived, at, key) => archived.OfHouseholdsAsync(at, codes, page, key, ct))
        : archives.Answer(codes.Length == 0 ? [] : await trail.OfHouseholdsAsync(codes, page, ct), page);

    private static async Task<Results<Ok<AuditReport>, ProblemHttpResult>> VerifyAsync(
        long? from, NpgsqlDataSource database, CheckpointFile file, DataFolder folder, CancellationToken ct)
    {
        if (from < 1) return Problems.From(AuditErrors.BadPage);
        const int Recent = 3_600;
        if (Archives.KeyOf(folder) is not { } key) return Problems.From(AuditErrors.NotReady);
        using (key)
            return TypedResults.Ok(await new AuditVerifier(database, file, key).VerifyAsync(from ?? Math.Max(1, (file.Last()?.Number ?? 0) - Recent), ct));
    }

    /// <returns>Null when it cannot be understood.</returns>
    private static AuditPage? Page(string? kind, string? before, int? limit)
    {
        if (limit is < 1 or > LimitMax || (kind is not null && !Kinds.ContainsKey(kind))) return null;
        var most = limit ?? LimitDefault;
        var wanted = kind is null ? null : Kinds[kind];
        if (before is null) return new AuditPage(DateTimeOffset.MaxValue, long.MaxValue, wanted, most);
        if (before.Split('-') is not [var ticks, var id] || !long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || !long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var entry) || at > DateTimeOffset.MaxValue.UtcTicks) return null;
        return new AuditPage(new DateTimeOffset(at, TimeSpan.Zero), entry, wanted, most);
    }
}

public static class AuditErrors
{
    public static readonly DomainError BadPage = new("audit.bad-request", "查询条件或分页参数不正确。");
    public static readonly DomainError NoArchive = new("audit.archive-not-found", "没有这个月份的审计归档。", "month");
    public static readonly DomainError Damaged = new("audit.archive-conflict", "这个月份的审计归档被改动或截断,请运行 verify-audit。", "month");
    public static readonly DomainError NotReady = new("audit.not-ready", "审计签名密钥尚未生成。");
}
