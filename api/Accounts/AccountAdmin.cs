using System.Security.Cryptography;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Accounts;

/// <summary>
/// What administrators do with accounts. Two of them are needed for an account with power: one gives the password, the other the roles and
/// the text without which no second factor is set up.
/// </summary>
public sealed class AccountAdmin(AccountStore accounts, AccountKeys keys, LoginGuard guard, SignIn signIn, Trail trail, TimeProvider clock)
{
    private const int EnrolmentLength = 12;
    private const int DisplayMax = 50;
    private const string EnrolmentCharacters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Makes an account without roles and gives its first password, which must be changed at the first login.</summary>
    /// <param name="name">Null makes one up, for accounts whose owner signs in by phone.</param>
    public async Task<Outcome<(Account Account, string Password)>> CreateAsync(
        Caller caller, string? name, string displayName, RegionCode region, string? phone, HttpContext context, CancellationToken ct)
    {
        if (Faults(name, displayName, phone) is { Count: > 0 } faults) return faults;
        if (!caller.Covers(region)) return AreaErrors.OutsideArea;
        var password = Passwords.Random();
        var account = new Account(name ?? $"u{RandomNumberGenerator.GetHexString(12, lowercase: true)}", Passwords.Hash(password), displayName.Trim(), [], region, MustChange: true, Disabled: false)
        {
            PhoneIndex = keys.PhoneIndex(phone),
            CreatedAt = clock.GetUtcNow(),
            PasswordChangedAt = clock.GetUtcNow(),
        };
        // The table refuses a number twice under one key; under an older one it must be asked for.
        if (phone is not null && await accounts.FindLoginAsync(phone, ct) is not null) return AccountErrors.Taken;
        var created = await accounts.CreateAsync(account, (row, hashes) => trail.Entry(caller.Name, "新建账号", $"{row.Name} @{region}", "ok", context, null, hashes), ct);
        return created ? (account, password) : AccountErrors.Taken;
    }

    /// <summary>Gives the account exactly these roles for this area; its sessions end.</summary>
    /// <returns>The account, and what its owner needs to set up a second factor; null where none is needed or there is one.</returns>
    public async Task<Outcome<(Account Account, string? EnrolmentCode)>> AssignAsync(
        Caller caller, string name, IReadOnlyCollection<string> roles, RegionCode region, HttpContext context, CancellationToken ct)
    {
        if (name == caller.Name) return AccountErrors.NotOneself;
        if (!caller.Covers(region)) return AreaErrors.OutsideArea;
        var level = signIn.LevelOf(region);
        if (RoleRules.Check(roles, level) is { Count: > 0 } faults) return faults.ToList();
        var code = NewEnrolmentCode();
        var changed = await accounts.ChangeAsync(name, row =>
        {
            var bound = !row.TotpConfirmed && RoleRules.NeedsSecondFactor(roles, level);
            return row with { Roles = [.. roles], Region = region, EnrolHash = bound ? TotpEndpoints.HashOf(code) : null, TotpSecret = row.TotpConfirmed ? row.TotpSecret : null };
        }, "roles", clock.GetUtcNow(), (row, hashes) => trail.Entry(caller.Name, "授予角色", $"{name} [{string.Join(' ', row.Roles)}] @{region}", "ok", context, null, hashes), ct);
        return changed.As(row => (row, row.EnrolHash is null ? null : (string?)code));
    }

    public Task<Outcome<Account>> DisableAsync(Caller caller, string name, bool disabled, HttpContext context, CancellationToken ct) =>
        // An account that was closed for not being used starts a new term.
        ChangeAsync(caller, name, disabled ? "停用账号" : "启用账号", row => row with { Disabled = disabled, LastLoginAt = disabled ? row.LastLoginAt : clock.GetUtcNow() }, context, ct);

    /// <returns>The new first password.</returns>
    public async Task<Outcome<string>> ResetPasswordAsync(Caller caller, string name, HttpContext context, CancellationToken ct)
    {
        var password = Passwords.Random();
        var changed = await ChangeAsync(caller, name, "重置密码",
            row => row with { PasswordHash = Passwords.Hash(password), PasswordChangedAt = clock.GetUtcNow(), MustChange = true }, context, ct);
        return changed.As(_ => password);
    }

    /// <returns>What the owner needs to set up another second factor.</returns>
    public async Task<Outcome<string>> ResetTotpAsync(Caller caller, string name, HttpContext context, CancellationToken ct)
    {
        var code = NewEnrolmentCode();
        var changed = await ChangeAsync(caller, name, "重置动态口令",
            row => row with { TotpSecret = null, TotpConfirmed = false, EnrolHash = TotpEndpoints.HashOf(code) }, context, ct);
        return changed.As(_ => code);
    }

    public async Task UnlockAsync(Caller caller, string name, HttpContext context, CancellationToken ct)
    {
        await trail.WriteAsync(caller.Name, "解除锁定", name, "ok", context);
        await guard.ClearAsync(name, ct);
    }

    private async Task<Outcome<Account>> ChangeAsync(
        Caller caller, string name, string action, Func<Account, Account> change, HttpContext context, CancellationToken ct)
    {
        if (name == caller.Name) return AccountErrors.NotOneself;
        return await accounts.ChangeAsync(name, row => change(row), action, clock.GetUtcNow(), (_, hashes) => trail.Entry(caller.Name, action, name, "ok", context, null, hashes), ct);
    }

    private static List<DomainError> Faults(string? name, string? displayName, string? phone)
    {
        var faults = new List<DomainError>();
        if (name is not null ? !LoginName.IsGood(name) : phone is null) faults.Add(AccountErrors.BadName);
        if (phone is not null && !LoginName.IsPhone(phone)) faults.Add(AccountErrors.BadPhone);
        // A number in the name would stand in the table and in every list.
        if (displayName?.Trim() is not { Length: > 0 and <= DisplayMax } shown || shown.Count(char.IsAsciiDigit) >= 11) faults.Add(AccountErrors.BadDisplayName);
        return faults;
    }

    private static string NewEnrolmentCode() => RandomNumberGenerator.GetString(EnrolmentCharacters, EnrolmentLength);
}
