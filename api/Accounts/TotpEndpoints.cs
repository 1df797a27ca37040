using System.Security.Cryptography;
using System.Text;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Accounts;

/// <param name="EnrolmentCode">Handed over by whoever gave the account its roles; needed where one was made.</param>
public sealed record BeginTotpRequest(string Password, string? EnrolmentCode = null);

/// <param name="Secret">Base 32, to type in; <paramref name="Address"/> is the same for a QR code. Shown this once.</param>
public sealed record BeginTotpResponse(string Secret, string Address);

public sealed record ConfirmTotpRequest(string Code);

/// <param name="RecoveryCodes">Each works once in place of a code. Shown this once.</param>
public sealed record ConfirmTotpResponse(IReadOnlyList<string> RecoveryCodes);

/// <summary>Setting up the second factor: a secret, then a code that shows it arrived. It is in force from the next token on.</summary>
internal static class TotpEndpoints
{
    private const string Issuer = "防返贫监测";

    public static void MapTotp(this IEndpointRouteBuilder api)
    {
        api.MapPost("/me/totp", BeginAsync).WithTags("账号").WithSummary("获取动态口令密钥").Requires(Permission.OwnAccount, Area.Own);
        api.MapPost("/me/totp/confirm", ConfirmAsync).WithTags("账号").WithSummary("确认动态口令,取得恢复码").Requires(Permission.OwnAccount, Area.Own);
    }

    public static byte[] HashOf(string enrolmentCode) => SHA256.HashData(Encoding.UTF8.GetBytes(enrolmentCode.Trim()));

    private static async Task<Results<Ok<BeginTotpResponse>, ProblemHttpResult>> BeginAsync(
        BeginTotpRequest body, Caller caller, AccountStore accounts, AccountKeys keys, SignIn signIn, HttpContext context, CancellationToken ct)
    {
        if (await accounts.FindAsync(caller.Name, ct) is { TotpConfirmed: true }) return Problems.From(AccountErrors.TotpExists);
        if (await signIn.StepUpAsync(caller, null, body.Password, context, ct) is { } refusal) return Problems.From(refusal);
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        var begun = await accounts.AmendAsync(caller.Name, row => Begin(row, body.EnrolmentCode, keys.SealSecret(row.Name, secret)), ct: ct);
        return begun.Ok
            ? TypedResults.Ok(new BeginTotpResponse(Totp.Text(secret), Totp.Address(Issuer, caller.Name, secret)))
            : Problems.From(begun.Errors);
    }

    private static Outcome<Account> Begin(Account row, string? enrolmentCode, byte[] box)
    {
        if (row.TotpConfirmed) return AccountErrors.TotpExists;
        if (row.EnrolHash is { } wanted && !CryptographicOperations.FixedTimeEquals(wanted, HashOf(enrolmentCode ?? ""))) return AccountErrors.EnrolmentRequired;
        return row with { TotpSecret = box };
    }

    private static async Task<Results<Ok<ConfirmTotpResponse>, ProblemHttpResult>> ConfirmAsync(
        ConfirmTotpRequest body, Caller caller, AccountStore accounts, AccountKeys keys, LoginGuard guard, Trail trail, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!await guard.EnterAsync(caller.Name, SignIn.AddressOf(context), now, ct)) return Problems.From(AccountErrors.TooMany);
        IReadOnlyList<string> codes = [];
        var confirmed = await accounts.AmendAsync(caller.Name, row => Confirm(row, body.Code, keys, now), async (row, hashes, connection) =>
        {
            codes = await RecoveryCodes.ReplaceAsync(connection, row.Name, ct);
            await AuditLog.InsertAsync(connection, [trail.Entry(caller.Name, "设置动态口令", caller.Name, "ok", context, null, hashes)], ct);
        }, ct);
        if (!confirmed.Ok) return Problems.From(confirmed.Errors);
        await guard.ForgiveAsync(caller.Name, now, ct);
        return TypedResults.Ok(new ConfirmTotpResponse(codes));
    }

    /// <summary>The code that confirms stays good for the first login with it.</summary>
    private static Outcome<Account> Confirm(Account row, string? code, AccountKeys keys, DateTimeOffset now)
    {
        if (row.TotpConfirmed) return AccountErrors.TotpExists;
        if (row.TotpSecret is not { } box) return AccountErrors.TotpNotBegun;
        return Totp.Match(keys.OpenSecret(row.Name, box), code, now, row.TotpStep) is null
            ? AccountErrors.BadCode
            : row with { TotpConfirmed = true, EnrolHash = null };
    }
}
