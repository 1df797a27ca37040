using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Accounts;

/// <param name="Name">Null for an account that signs in by phone alone.</param>
/// <param name="Region">Twelve digits, within the administrator's own area.</param>
/// <param name="Phone">A mobile number that serves as login name; it is not stored and never shown.</param>
public sealed record CreateAccountRequest(string? Name, string DisplayName, string Region, string? Phone = null);

/// <param name="FirstPassword">Shown this once; to be changed at the first login.</param>
public sealed record AccountCreatedResponse(string Name, string FirstPassword);

/// <param name="Roles">All that the account shall have; others are taken away.</param>
/// <param name="Region">Null leaves the area as it is.</param>
public sealed record AssignRolesRequest(IReadOnlyList<string> Roles, string? Region = null);

/// <param name="EnrolmentCode">To be handed to the owner, who needs it to set up a second factor; null where none is needed. Shown this once.</param>
public sealed record RolesAssignedResponse(string Name, IReadOnlyList<string> Roles, string Region, string? EnrolmentCode);

public sealed record PasswordResetResponse(string FirstPassword);

public sealed record TotpResetResponse(string EnrolmentCode);

/// <param name="Intact">False when the stored row is not as the system wrote it: the account cannot be used.</param>
public sealed record AccountResponse(
    string Name, string DisplayName, string Region, IReadOnlyList<string> Roles, bool Disabled, bool MustChangePassword, bool HasPhone, bool HasTotp,
    DateTimeOffset? LastLoginAt, bool Intact)
{
    public static AccountResponse From(Account a) => new(a.Name, a.DisplayName, a.Region.ToString(), a.Roles, a.Disabled, a.MustChange, a.PhoneIndex is not null,
        a.TotpConfirmed, a.LastLoginAt, a.Intact);
}

/// <param name="Next">Pass as <c>after</c> for the next page; null on the last.</param>
public sealed record AccountListResponse(IReadOnlyList<AccountResponse> Items, string? Next);

/// <summary>Accounts below an administrator: the system administrator makes and closes them, the security administrator says what they may do.</summary>
internal static class AccountAdminEndpoints
{
    private const int PageDefault = 50;
    private const int PageMax = 200;
    private const int ReadAtOnce = 500;

    public static void MapAccountAdministration(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/accounts").WithTags("账号管理");
        group.MapGet("", ListAsync).WithSummary("辖区内的账号").Requires(Permission.ReadAccounts, Area.FromQuery("region"));
        group.MapGet("/{name}", GetAsync).WithSummary("一个账号").Requires(Permission.ReadAccounts, Area.OfAccount("name"));
        group.MapPost("", CreateAsync).WithSummary("新建账号").WithDescription("新账号没有角色,由安全管理员授予。").Requires(Permission.ManageAccounts, Area.InBody);
        group.MapPut("/{name}/roles", AssignAsync).WithSummary("授予角色").Requires(Permission.AssignRoles, Area.OfAccount("name"));
        group.MapPost("/{name}/disable", (string name, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct) => SwitchAsync(name, true, caller, admin, context, ct))
            .WithSummary("停用账号").Requires(Permission.ManageAccounts, Area.OfAccount("name"));
        group.MapPost("/{name}/enable", (string name, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct) => SwitchAsync(name, false, caller, admin, context, ct))
            .WithSummary("启用账号").Requires(Permission.ManageAccounts, Area.OfAccount("name"));
        group.MapPost("/{name}/reset-password", ResetPasswordAsync).WithSummary("重置密码").Requires(Permission.ManageAccounts, Area.OfAccount("name"));
        group.MapPost("/{name}/unlock", UnlockAsync).WithSummary("解除登录锁定").Requires(Permission.ManageAccounts, Area.OfAccount("name"));
        group.MapPost("/{name}/reset-totp", ResetTotpAsync).WithSummary("重置动态口令").Requires(Permission.AssignRoles, Area.OfAccount("name"));
    }

    private static async Task<Results<Ok<AccountListResponse>, ProblemHttpResult>> ListAsync(
        string region, string? after, int? limit, AccountStore accounts, IRegions regions, CancellationToken ct)
    {
        if (limit is < 1 or > PageMax || after is { Length: > AccountLimits.NameMax }) return Problems.From(AreaErrors.BadPage);
        var (within, most, last) = (RegionCode.Parse(region), limit ?? PageDefault, after ?? "");
        var found = new List<Account>();
        while (true)
        {
            var page = await accounts.ListAsync(last, ReadAtOnce, ct);
            found.AddRange(page.Where(a => regions.Tree.Contains(within, a.Region)));
            if (page.Count < ReadAtOnce || found.Count > most) break;
            last = page[^1].Name;
        }
        var items = found.Take(most).Select(AccountResponse.From).ToList();
        return TypedResults.Ok(new AccountListResponse(items, found.Count > most ? items[^1].Name : null));
    }

    private static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> GetAsync(string name, AccountStore accounts, CancellationToken ct) =>
        await accounts.FindAsync(name, ct) is { } account ? TypedResults.Ok(AccountResponse.From(account)) : Problems.From(AccountStoreErrors.NotFound);

    private static async Task<Results<Created<AccountCreatedResponse>, ProblemHttpResult>> CreateAsync(
        CreateAccountRequest body, Caller caller, AccountAdmin admin, IRegions regions, HttpContext context, CancellationToken ct)
    {
        if (!RegionCode.TryParse(body.Region, out var region)) return Problems.From(AreaErrors.BadCode);
        if (regions.Tree.Find(region) is null) return Problems.From(AreaErrors.OutsideArea);
        var made = await admin.CreateAsync(caller, body.Name, body.DisplayName, region, body.Phone, context, ct);
        if (!made.Ok) return Problems.From(made.Errors);
        var (account, password) = made.Value;
        return TypedResults.Created($"/api/v1/accounts/{account.Name}", new AccountCreatedResponse(account.Name, password));
    }

    private static async Task<Results<Ok<RolesAssignedResponse>, ProblemHttpResult>> AssignAsync(
        string name, AssignRolesRequest body, Caller caller, AccountAdmin admin, AccountStore accounts, HttpContext context, CancellationToken ct)
    {
        if (await accounts.FindAsync(name, ct) is not { } account) return Problems.From(AccountStoreErrors.NotFound);
        var region = account.Region;
        if (body.Region is not null && !RegionCode.TryParse(body.Region, out region)) return Problems.From(AreaErrors.BadCode);
        var assigned = await admin.AssignAsync(caller, name, body.Roles ?? [], region, context, ct);
        return assigned.Ok
            ? TypedResults.Ok(new RolesAssignedResponse(name, assigned.Value.Account.Roles, region.ToString(), assigned.Value.EnrolmentCode))
            : Problems.From(assigned.Errors);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SwitchAsync(
        string name, bool disabled, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct) =>
        await admin.DisableAsync(caller, name, disabled, context, ct) is { Ok: false } refused ? Problems.From(refused.Errors) : TypedResults.NoContent();

    private static async Task<Results<Ok<PasswordResetResponse>, ProblemHttpResult>> ResetPasswordAsync(
        string name, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct)
    {
        var reset = await admin.ResetPasswordAsync(caller, name, context, ct);
        return reset.Ok ? TypedResults.Ok(new PasswordResetResponse(reset.Value!)) : Problems.From(reset.Errors);
    }

    private static async Task<NoContent> UnlockAsync(string name, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct)
    {
        await admin.UnlockAsync(caller, name, context, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TotpResetResponse>, ProblemHttpResult>> ResetTotpAsync(
        string name, Caller caller, AccountAdmin admin, HttpContext context, CancellationToken ct)
    {
        var reset = await admin.ResetTotpAsync(caller, name, context, ct);
        return reset.Ok ? TypedResults.Ok(new TotpResetResponse(reset.Value!)) : Problems.From(reset.Errors);
    }
}
