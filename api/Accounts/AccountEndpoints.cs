using FangFanPin.Api.Shared;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Accounts;

public sealed record LoginRequest(string Name, string Password);

/// <param name="Token">Sent as <c>Authorization: Bearer …</c>.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="MustChangePassword">Everything but <c>/api/v1/me</c> stays closed until the password is changed.</param>
public sealed record LoginResponse(string Token, DateTimeOffset ExpiresAt, bool MustChangePassword);

/// <param name="Region">Twelve digits: the account sees this region and everything below it.</param>
public sealed record MeResponse(string Name, string DisplayName, string Region, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions);

public sealed record ChangePasswordRequest(string OldPassword, string NewPassword);

public static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapPost("/login", LoginAsync).WithTags("账号").WithSummary("登录").Requires(Permission.Anonymous, Area.None);
        api.MapGet("/me", Me).WithTags("账号").WithSummary("当前账号").Requires(Permission.OwnAccount, Area.Own);
        api.MapPut("/me/password", ChangePasswordAsync).WithTags("账号").WithSummary("修改密码").Requires(Permission.OwnAccount, Area.Own);
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest body, AccountStore accounts, Tokens tokens, LoginThrottle throttle, CancellationToken ct)
    {
        var name = body.Name?.Trim().ToLowerInvariant() ?? "";
        if (name.Length > AccountLimits.NameMax || body.Password is not { Length: <= AccountLimits.PasswordMax }) return Problems.From(AccountErrors.BadLogin);
        if (throttle.IsBlocked(name)) return Problems.From(AccountErrors.TooMany);
        var account = await accounts.FindAsync(name, ct);
        if (!Passwords.Fits(account, body.Password))
        {
            throttle.Failed(name);
            return Problems.From(AccountErrors.BadLogin);
        }
        throttle.Succeeded(name);
        var (token, expires) = tokens.Issue(account!);
        return TypedResults.Ok(new LoginResponse(token, expires, account!.MustChange));
    }

    private static Ok<MeResponse> Me(Caller caller) => TypedResults.Ok(new MeResponse(caller.Name, caller.DisplayName, caller.Region.ToString(), caller.RoleNames,
        [.. Enum.GetValues<Permission>().Where(p => p != Permission.Anonymous && caller.May(p)).Select(p => p.ToString())]));

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangePasswordAsync(
        ChangePasswordRequest body, Caller caller, AccountStore accounts, LoginThrottle throttle, CancellationToken ct)
    {
        if (body.NewPassword is not { Length: >= AccountLimits.PasswordMin and <= AccountLimits.PasswordMax } || body.NewPassword == body.OldPassword)
            return Problems.From(AccountErrors.PasswordTooWeak);
        if (throttle.IsBlocked(caller.Name)) return Problems.From(AccountErrors.TooMany);
        var account = await accounts.FindAsync(caller.Name, ct);
        if (!Passwords.Fits(account, body.OldPassword ?? ""))
        {
            throttle.Failed(caller.Name);
            return Problems.From(AccountErrors.BadLogin);
        }
        return await accounts.SetPasswordAsync(account!.Name, Passwords.Hash(body.NewPassword), account.PasswordHash, ct)
            ? TypedResults.NoContent()
            : Problems.From(AccountErrors.PasswordConflict);
    }
}
