using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Sealing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Keys;

/// <param name="Suite">Algorithms of the new keys; those of the present one when it is not given.</param>
/// <param name="Code">The current one-time code.</param>
/// <param name="Password">Of who has no second factor.</param>
public sealed record RotateKeysRequest(KeySuite? Suite, string? Code, string? Password);

/// <inheritdoc cref="RotateKeysRequest"/>
public sealed record RotateOtherKeyRequest(string? Code, string? Password);

/// <param name="Fingerprint">SHA-256 of the public half that checkpoints are verified with from now on.</param>
public sealed record AuditKeyResponse(string Fingerprint);

/// <param name="Signed">Accounts whose rows carry the new key's signature now.</param>
public sealed record AccountKeyResponse(int Signed);

/// <param name="Provider">Who keeps the keys.</param>
public sealed record KeysResponse(string Provider, IReadOnlyList<KeyResponse> Seals, IReadOnlyList<KeyResponse> Indexes, IReadOnlyList<KeyRotation> Rotations);

/// <param name="InUse">Seals or hashes what is written now.</param>
public sealed record KeyResponse(int Id, KeySuite Suite, bool InUse);

/// <summary>更换密钥, by the security administrator of the whole: new keys for what is written from now on, old rows sealed anew in the background.</summary>
public static class KeyEndpoints
{
    private const int Shown = 10;

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/keys").WithTags("密钥");
        group.MapGet("/", ListAsync).WithSummary("密钥与更换进度").WithDescription("只有编号和算法;密钥本身不出服务器。").Requires(Permission.ManageKeys, Area.Whole);
        group.MapPost("/rotations", RotateAsync).WithSummary("更换档案密钥和检索密钥")
            .WithDescription("须再次确认身份。新写入的改用新密钥,旧数据在后台分批重新加密;更换期间查询不受影响。suite:International(AES-256-GCM/SHA-256)或 National(SM4-GCM/SM3)。")
            .Requires(Permission.ManageKeys, Area.Whole);
        group.MapPost("/accounts", RotateAccountsAsync).WithSummary("更换账号密钥")
            .WithDescription("须再次确认身份。全部账号立即以新密钥重新签名,动态口令密钥重新加密;会话不受影响。").Requires(Permission.ManageKeys, Area.Whole);
        group.MapPost("/tokens", RotateTokensAsync).WithSummary("更换令牌密钥")
            .WithDescription("须再次确认身份。新令牌立即改用新密钥;已发出的令牌在到期前仍有效,之后旧密钥作废。").Requires(Permission.ManageKeys, Area.Whole);
        group.MapPost("/audit", RotateAuditAsync).WithSummary("更换审计签名密钥")
            .WithDescription("须再次确认身份。新检查点一秒内改用新密钥,旧私钥随即删除;旧检查点仍用旧公钥核验(audit.pub 保存全部公钥)。").Requires(Permission.ManageKeys, Area.Whole);
    }

    private static async Task<Results<Ok<AccountKeyResponse>, ProblemHttpResult>> RotateAccountsAsync(
        RotateOtherKeyRequest body, Confirmation confirmation, AccountKeys keys, AccountStore accounts, CancellationToken ct)
    {
        if (await confirmation.RefusedAsync("更换账号密钥", body, ct) is { } refusal) return Problems.From(refusal);
        keys.AddKey();
        return TypedResults.Ok(new AccountKeyResponse(await accounts.SignAnewAsync(ct)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RotateTokensAsync(RotateOtherKeyRequest body, Confirmation confirmation, Tokens tokens, CancellationToken ct)
    {
        if (await confirmation.RefusedAsync("更换令牌密钥", body, ct) is { } refusal) return Problems.From(refusal);
        tokens.ExchangeKey();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<AuditKeyResponse>, ProblemHttpResult>> RotateAuditAsync(RotateOtherKeyRequest body, Confirmation confirmation, DataFolder folder, CancellationToken ct)
    {
        if (await confirmation.RefusedAsync("更换审计密钥", body, ct) is { } refusal) return Problems.From(refusal);
        return TypedResults.Ok(new AuditKeyResponse(CheckpointKey.Exchange(folder.Path)));
    }

    /// <summary>Asks again who it is, and records what is about to be done or why it is not.</summary>
    internal sealed record Confirmation(Caller Caller, SignIn SignIn, Trail Trail, HttpContext Context)
    {
        public static ValueTask<Confirmation?> BindAsync(HttpContext context) => new(Caller.Of(context) is not { } caller ? null : new Confirmation(
            caller, context.RequestServices.GetRequiredService<SignIn>(), context.RequestServices.GetRequiredService<Trail>(), context));

        /// <returns>Null when it may be done.</returns>
        public async Task<DomainError?> RefusedAsync(string action, RotateOtherKeyRequest body, CancellationToken ct)
        {
            var refusal = await SignIn.StepUpAsync(Caller, body.Code, body.Password, Context, ct);
            await Trail.WriteAsync(Caller.Name, action, "", refusal?.Code ?? "ok", Context);
            return refusal;
        }
    }

    private static async Task<Ok<KeysResponse>> ListAsync(KeyRotations rotations, KeyRingSource ring, CancellationToken ct)
    {
        var (newest, (seal, index)) = (ring.Newest(), ring.ToWriteWith());
        return TypedResults.Ok(new KeysResponse(
            ring.File.Provider.Name, [.. newest.Seals.OrderBy(k => k.Id).Select(k => new KeyResponse(k.Id, k.Suite, k.Id == seal.Id))],
            [.. newest.Indexes.OrderBy(k => k.Id).Select(k => new KeyResponse(k.Id, k.Suite, k.Id == index.Id))], await rotations.ListAsync(Shown, ct)));
    }

    private static async Task<Results<Accepted<KeyRotation>, ProblemHttpResult>> RotateAsync(
        RotateKeysRequest body, Caller caller, SignIn signIn, KeyRotations rotations, KeyRingSource ring, Trail trail, HttpContext context, CancellationToken ct)
    {
        if (body.Suite is { } asked && !Enum.IsDefined(asked)) return Problems.From(KeyErrors.BadSuite);
        if (await signIn.StepUpAsync(caller, body.Code, body.Password, context, ct) is { } refusal)
        {
            await trail.WriteAsync(caller.Name, "更换密钥", "", refusal.Code, context);
            return Problems.From(refusal);
        }
        var suite = body.Suite ?? ring.Newest().Seal.Suite;
        if (await rotations.StartAsync(caller.Name, suite, () => trail.WriteAsync(caller.Name, "更换密钥", $"{suite}", "ok", context), ct) is not { } id) return Problems.From(KeyErrors.UnderWay);
        return TypedResults.Accepted("/api/v1/keys", (await rotations.ListAsync(1, ct)).Single(r => r.Id == id));
    }
}

public static class KeyErrors
{
    public static readonly DomainError UnderWay = new("keys.rotation-conflict", "上一次更换密钥尚未完成。");
    public static readonly DomainError BadSuite = new("keys.bad-suite", "未知的算法。", "Suite");
}
