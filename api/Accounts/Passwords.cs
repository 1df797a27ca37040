using System.Diagnostics;
using System.Security.Cryptography;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FangFanPin.Api.Accounts;

/// <summary>Password hashes: salted PBKDF2 of ASP.NET Core Identity.</summary>
public static class Passwords
{
    public const string Activities = "FangFanPin.Accounts";
    public const string CheckActivity = "password.check";

    /// <summary>Checks stand in traces, because they are what a login takes its time for.</summary>
    private static readonly ActivitySource Source = new(Activities);
    private static readonly PasswordHasher<string> Hasher = new();
    private static readonly string NobodysHash = Hasher.HashPassword("", Guid.NewGuid().ToString());
    private const int RandomLength = 16;

    /// <summary>Without what looks alike on paper.</summary>
    private const string RandomCharacters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public static string Hash(string password) => Hasher.HashPassword("", password);

    /// <summary>Takes as long for a missing account as for an existing one. A closed or altered account has no good password.</summary>
    public static bool Fits(Account? account, string password)
    {
        using var activity = Source.StartActivity(CheckActivity);
        return Hasher.VerifyHashedPassword("", account?.PasswordHash ?? NobodysHash, password) != PasswordVerificationResult.Failed && account is { Disabled: false, Intact: true };
    }

    /// <summary>One of the account's last passwords, the present one included.</summary>
    public static async Task<bool> WasUsedAsync(AccountStore accounts, Account account, string password, CancellationToken ct)
    {
        var past = await accounts.PastPasswordsAsync(account.Name, ct);
        return past.Append(account.PasswordHash).Distinct().Any(hash => Hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed);
    }

    /// <summary>A first password, to be handed over once; it passes <see cref="PasswordPolicy"/>.</summary>
    public static string Random() => RandomNumberGenerator.GetString(RandomCharacters, RandomLength);
}
