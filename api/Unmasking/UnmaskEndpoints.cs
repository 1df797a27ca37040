using FangFanPin.Api.Accounts;
using FangFanPin.Api.Households;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Unmasking;

/// <param name="Fields">Paths such as <c>Phone</c> or <c>Member[01].CertNumber</c>, masked fields only.</param>
/// <param name="Reason">Why it must be known; kept with the entry of the audit.</param>
/// <param name="Code">Of the second factor, fresh; accounts without one give their password.</param>
public sealed record UnmaskRequest(IReadOnlyList<string> Fields, string Reason, string? Code = null, string? Password = null);

/// <param name="Values">By the paths asked for; null where nothing is stored. Not to be kept.</param>
/// <param name="LeftToday">Requests that the account has left on this day.</param>
public sealed record UnmaskResponse(IReadOnlyDictionary<string, string?> Values, int LeftToday);

/// <summary>Section <c>FangFanPin:Unmask</c>.</summary>
public sealed class UnmaskOptions
{
    /// <summary>Households that one account may ask for in a day.</summary>
    public int PerDay { get; set; } = 50;
}

/// <summary>明文查看: a few named fields of one household, for a reason, after showing once more who one is, counted and recorded.</summary>
public static class UnmaskEndpoints
{
    private const int FieldsMax = 50;
    private const int ReasonMin = 5;
    private const int ReasonMax = 200;

    public static void AddUnmasking(this IServiceCollection services)
    {
        services.AddSingleton(s => s.GetRequiredService<IConfiguration>().GetSection("FangFanPin:Unmask").Get<UnmaskOptions>() ?? new UnmaskOptions());
        services.AddSingleton<DailyQuota>();
    }

    public static void MapUnmasking(this IEndpointRouteBuilder api) => api.MapPost("/households/{code}/unmask", UnmaskAsync).WithTags("农户档案")
        .WithSummary("查看一户的明文").WithDescription("需说明理由并再次确认身份;每日限次,全部记入审计。").Requires(Permission.Unmask, Area.OfHousehold("code"));

    private static async Task<Results<Ok<UnmaskResponse>, ProblemHttpResult>> UnmaskAsync(
        string code, UnmaskRequest body, Caller caller, SignIn signIn, DailyQuota quota, UnmaskOptions options, IHouseholdReader reader, Trail trail, TimeProvider clock,
        HttpContext context, CancellationToken ct)
    {
        var read = Read(body);
        if (!read.Ok) return Problems.From(read.Errors);
        if (await signIn.StepUpAsync(caller, body.Code, body.Password, context, ct) is { } refusal)
        {
            await trail.WriteAsync(caller.Name, "查看明文", code, refusal.Code, context);
            return Problems.From(refusal);
        }
        if (await reader.FindAsync(code, ct) is not { } household) return Problems.From(HouseholdErrors.NotFound);
        if (await quota.TakeAsync(caller.Name, ChinaTime.DayOf(clock.GetUtcNow()), options.PerDay, ct) is not { } left)
        {
            await trail.AlarmAsync("unmask-quota", caller.Name, code, context);
            return Problems.From(UnmaskErrors.QuotaUsedUp);
        }
        // First the entry, then the answer: what cannot be recorded is not shown.
        await trail.WriteAsync(caller.Name, "查看明文", $"{code} [{string.Join(' ', body.Fields)}] {Masking.Loose(body.Reason.Trim())}", "ok", context);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new UnmaskResponse(read.Value!.ToDictionary(f => f.Text, f => ValueOf(household.File, f.Path)), left));
    }

    private static Outcome<List<(string Text, FieldPath Path)>> Read(UnmaskRequest body)
    {
        if (body.Reason?.Trim() is not { Length: >= ReasonMin and <= ReasonMax }) return UnmaskErrors.ReasonRequired;
        if (body.Fields is not { Count: > 0 and <= FieldsMax }) return UnmaskErrors.BadFields;
        var fields = new List<(string Text, FieldPath Path)>();
        foreach (var text in body.Fields.Distinct(StringComparer.Ordinal))
        {
            if (text is null || !FieldPath.TryParse(text, out var path) || !FieldLevels.IsMasked(path.Field)) return UnmaskErrors.BadFields;
            fields.Add((text, path));
        }
        return fields;
    }

    private static string? ValueOf(HouseholdFile file, FieldPath path)
    {
        var map = EntityMap.Named(path.Entity)!;
        var record = file.Records().Where(r => r.Map == map && (map == EntityMap.Household || map.Key.Text(r.Record) == path.Key)).Select(r => r.Record).FirstOrDefault();
        if (record is null) return null;
        return (path.Field, record) switch
        {
            (nameof(Member.DisabilityClass), Member member) => member.DisabilityClass,
            (nameof(Member.DisabilityGrade), Member member) => $"{member.DisabilityGrade}",
            _ => map.Find(path.Field) is { } field ? field.Text(record) : record.Extra?.GetValueOrDefault(path.Field),
        };
    }
}

public static class UnmaskErrors
{
    public static readonly DomainError ReasonRequired = new("unmask.reason-required", "请填写 5 至 200 字的查看理由。", "Reason");
    public static readonly DomainError BadFields = new("unmask.bad-fields", "请列出 1 至 50 个脱敏字段。", "Fields");
    public static readonly DomainError QuotaUsedUp = new("unmask.too-many-requests", "今日明文查看次数已用完。");
}
