using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Accounts;

/// <param name="Name">Account, or the phone number that serves as one.</param>
/// <param name="Code">Of the second factor, or a recovery code; accounts without one leave it out.</param>
public sealed record LoginRequest(string Name, string Password, string? Code = null);

/// <param name="Token">Sent as <c>Authorization: Bearer …</c>.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="MustChangePassword">Everything but <c>/api/v1/me</c> stays closed until the password is changed.</param>
/// <param name="MustSetUpTotp">Likewise until a second factor is set up.</param>
/// <param name="RefreshToken">Good once, for the next pair: <c>POST /api/v1/refresh</c>.</param>
/// <param name="SessionEndsAt">UTC; a new login is needed then.</param>
public sealed record LoginResponse(
    string Token, DateTimeOffset ExpiresAt, bool MustChangePassword, bool MustSetUpTotp, string RefreshToken, DateTimeOffset SessionEndsAt);

public sealed record RefreshRequest(string RefreshToken);

/// <param name="Region">Twelve digits: the account sees this region and everything below it.</param>
public sealed record MeResponse(string Name, string DisplayName, string Region, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions);

public sealed record ChangePasswordRequest(string OldPassword, string NewPassword);

public static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapPost("/login", LoginAsync).WithTags("账号").WithSummary("登录").Requires(Permission.Anonymous, Area.None);
        api.MapPost("/refresh", RefreshAsync).WithTags("账号").WithSummary("用刷新令牌换取新的令牌")
            .WithDescription("刷新令牌只能使用一次;重复使用视为被盗用,整个会话立即结束。").Requires(Permission.Anonymous, Area.None);
        api.MapGet("/me", Me).WithTags("账号").WithSummary("当前账号").Requires(Permission.OwnAccount, Area.Own);
        api.MapPut("/me/password", ChangePasswordAsync).WithTags("账号").WithSummary("修改密码").Requires(Permission.OwnAccount, Area.Own);
        api.MapSessions();
        api.MapTotp();
        api.MapAccountAdministration();
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(LoginRequest body, HttpContext context, SignIn signIn, CancellationToken ct)
    {
        var name = body.Name?.Trim().ToLowerInvariant() ?? "";
        if (name.Length > AccountLimits.NameMax || body.Password is not { Length: <= AccountLimits.PasswordMax } || body.Code is { Length: > AccountLimits.NameMax })
            return Problems.From(AccountErrors.BadLogin);
        return Answer(await signIn.InAsync(name, body.Password, body.Code, context, ct));
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> RefreshAsync(RefreshRequest body, HttpContext context, SignIn signIn, CancellationToken ct) =>
        body.RefreshToken is { Length: > 0 and <= AccountLimits.PasswordMax } token
            ? Answer(await signIn.RefreshAsync(token, context, ct))
            : Problems.From(AccountErrors.BadRefresh);

    private static Ok<MeResponse> Me(Caller caller) => TypedResults.Ok(new MeResponse(caller.Name, caller.DisplayName, caller.Region.ToString(), caller.RoleNames,
        [.. Enum.GetValues<Permission>().Where(p => p != Permission.Anonymous && caller.May(p)).Select(p => p.ToString())]));

    /// <summary>Ends all sessions, this one too.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        ChangePasswordRequest body, Caller caller, HttpContext context, AccountStore accounts, LoginGuard guard, Trail trail, TimeProvider clock, CancellationToken ct)
    {
        var (now, address) = (clock.GetUtcNow(), SignIn.AddressOf(context));
        if (body.OldPassword is not { Length: <= AccountLimits.PasswordMax } old || body.NewPassword is not { } wanted) return Problems.From(PasswordErrors.TooWeak);
        if (!await guard.EnterAsync(caller.Name, address, now, ct)) return Problems.From(AccountErrors.TooMany);
        var account = await accounts.FindAsync(caller.Name, ct);
        if (!Passwords.Fits(account, old))
        {
            await guard.FailedAsync(address, now, ct);
            return Problems.From(AccountErrors.BadLogin);
        }
        await guard.ForgiveAsync(caller.Name, now, ct);
        var faults = PasswordPolicy.Check(wanted, [account!.Name, account.DisplayName]).ToList();
        if (faults.Count == 0 && await Passwords.WasUsedAsync(accounts, account, wanted, ct)) faults.Add(PasswordErrors.UsedBefore);
        if (faults.Count > 0) return Problems.From(faults);
        var changed = await accounts.ChangeAsync(account.Name, row => row.PasswordHash != account.PasswordHash
            ? AccountErrors.PasswordConflict
            : row with { PasswordHash = Passwords.Hash(wanted), PasswordChangedAt = now, MustChange = false },
            "password", now, (_, hashes) => trail.Entry(caller.Name, "修改密码", caller.Name, "ok", context, null, hashes), ct);
        return changed.Ok ? TypedResults.NoContent() : Problems.From(changed.Errors);
    }

    private static Results<Ok<LoginResponse>, ProblemHttpResult> Answer(Outcome<LoginResponse> outcome) =>
        outcome.Ok ? TypedResults.Ok(outcome.Value!) : Problems.From(outcome.Errors);
}
