using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Accounts;

/// <summary>Signing in, staying signed in, and showing once more who one is.</summary>
public sealed class SignIn(
    AccountStore accounts, AccountKeys keys, LoginGuard guard, SessionStore sessions, RecoveryCodes recovery, Tokens tokens,
    SessionOptions options, IRegions regions, Trail trail, AccountMeter meter, TimeProvider clock)
{
    private const int TokenBytes = 32;
    private const string Action = "登录";

    /// <summary>Takes as long for a name that does not exist as for one that does: the same statements, the same hashing.</summary>
    public async Task<Outcome<LoginResponse>> InAsync(string typed, string password, string? code, HttpContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var address = AddressOf(context);
        var account = await accounts.FindLoginAsync(typed, ct);
        var subject = account?.Name ?? typed;
        if (!await guard.EnterAsync(subject, address, now, ct)) return await RefusedAsync(account, AccountErrors.TooMany, context);
        if (!Passwords.Fits(account, password) || account!.IsDormant(now)) return await FailedAsync(account, AccountErrors.BadLogin, address, context, ct);
        if (await CodeFaultAsync(account, code, now, context, ct) is { } fault)
        {
            if (fault != AccountErrors.CodeRequired) return await FailedAsync(account, fault, address, context, ct);
            await guard.ForgiveAsync(subject, now, ct); // right so far: no failure, but no clean slate either
            return await RefusedAsync(account, fault, context);
        }
        await guard.ClearAsync(subject, ct);
        await accounts.SeenAsync(account.Name, now, ct);
        return await OpenAsync(account, address, context, ct);
    }

    /// <summary>The next pair of tokens for a refresh token that was not used before.</summary>
    public async Task<Outcome<LoginResponse>> RefreshAsync(string refreshToken, HttpContext context, CancellationToken ct)
    {
        var next = NewToken();
        var (result, session) = await sessions.RefreshAsync(Hash(refreshToken), Hash(next), clock.GetUtcNow(), options.Idle, ct);
        if (result == RefreshResult.Stolen) await trail.AlarmAsync(Alarms.TokenStolen, session!.Account, session.Id.ToString("N"), context);
        if (result != RefreshResult.Renewed || await accounts.FindAsync(session!.Account, ct) is not { } account || !IsLive(account, session)) return AccountErrors.BadRefresh;
        return Response(account, session, next);
    }

    /// <summary>A fresh code, or the password of who has no second factor. Failures count like those of logins.</summary>
    public async Task<DomainError?> StepUpAsync(Caller caller, string? code, string? password, HttpContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var address = AddressOf(context);
        var account = await accounts.FindAsync(caller.Name, ct);
        if (!await guard.EnterAsync(caller.Name, address, now, ct)) return AccountErrors.TooMany;
        var good = account is { TotpConfirmed: true }
            ? account.Intact && await CodeFaultAsync(account, code ?? "", now, context, ct) is null
            : Passwords.Fits(account, password ?? "");
        if (!good)
        {
            await guard.FailedAsync(address, now, ct);
            return AccountErrors.StepUpFailed;
        }
        await guard.ForgiveAsync(caller.Name, now, ct);
        return null;
    }

    public FirstSteps StepsOf(Account account) => new(
        account.MustChange || PasswordPolicy.HasExpired(account.PasswordChangedAt, clock.GetUtcNow()),
        !account.TotpConfirmed && RoleRules.NeedsSecondFactor(account.Roles, LevelOf(account.Region)));

    /// <summary>An unknown region is treated as the highest: more is asked of it, not less.</summary>
    public RegionLevel LevelOf(RegionCode region) => regions.Tree.Find(region)?.Level ?? RegionLevel.Province;

    /// <summary>Addresses of one house count as one: half of a version 6 address is the subscriber's to choose.</summary>
    public static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address) return "local";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    private static bool IsLive(Account account, LoginSession session) => account is { Intact: true, Disabled: false } && account.Stamp == session.Stamp;

    private async Task<DomainError?> CodeFaultAsync(Account account, string? code, DateTimeOffset now, HttpContext context, CancellationToken ct)
    {
        if (!account.TotpConfirmed) return null;
        if (string.IsNullOrWhiteSpace(code)) return code is null ? AccountErrors.CodeRequired : AccountErrors.BadCode;
        if (code.Length > Totp.CodeDigits) return await recovery.UseAsync(account.Name, code, now, ct) ? null : AccountErrors.BadLogin;
        var secret = keys.OpenSecret(account.Name, account.TotpSecret!);
        if (Totp.Match(secret, code, now, account.TotpStep) is { } step && await accounts.UseTotpStepAsync(account.Name, step, ct)) return null;
        if (Totp.Match(secret, code, now, lastUsed: 0) is not null) await trail.AlarmAsync(Alarms.CodeReplayed, account.Name, account.Name, context);
        return AccountErrors.BadLogin;
    }

    private async Task<Outcome<LoginResponse>> FailedAsync(Account? account, DomainError error, string address, HttpContext context, CancellationToken ct)
    {
        if (await guard.FailedAsync(address, clock.GetUtcNow(), ct)) await trail.AlarmAsync(Alarms.Locked, account?.Name ?? "-", address, context);
        if (account is { Intact: false }) await trail.AlarmAsync(Alarms.AccountTampered, account.Name, account.Name, context);
        return await RefusedAsync(account, error, context);
    }

    private async Task<Outcome<LoginResponse>> RefusedAsync(Account? account, DomainError error, HttpContext context)
    {
        meter.Login(error.Code);
        await trail.WriteAsync(account?.Name ?? "-", Action, AddressOf(context), error.Code, context);
        return error;
    }

    private async Task<Outcome<LoginResponse>> OpenAsync(Account account, string address, HttpContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var device = context.Request.Headers.UserAgent.ToString();
        var session = new LoginSession(Guid.NewGuid(), account.Name, account.Stamp, now, now, now + options.Absolute, address,
            device.Length > AccountLimits.DeviceMax ? device[..AccountLimits.DeviceMax] : device);
        await trail.WriteAsync(account.Name, Action, address, "ok", context);
        var refresh = NewToken();
        await sessions.OpenAsync(session, Hash(refresh), options.PerAccount, ct);
        meter.Login("ok");
        return Response(account, session, refresh);
    }

    private LoginResponse Response(Account account, LoginSession session, string refresh)
    {
        var first = StepsOf(account);
        var (token, expires) = tokens.Issue(account, session, first);
        return new LoginResponse(token, expires, first.ChangePassword, first.SetUpSecondFactor, refresh, session.EndsAt);
    }

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    private static byte[] Hash(string token) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token));
}
