using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FangFanPin.Api.Accounts;

/// <summary>Password hashes: salted PBKDF2 of ASP.NET Core Identity.</summary>
public static class Passwords
{
    private static readonly PasswordHasher<string> Hasher = new();
    private static readonly string NobodysHash = Hasher.HashPassword("", Guid.NewGuid().ToString());

    public static string Hash(string password) => Hasher.HashPassword("", password);

    /// <summary>Takes as long for a missing account as for an existing one.</summary>
    public static bool Fits(Account? account, string password) =>
        Hasher.VerifyHashedPassword("", account?.PasswordHash ?? NobodysHash, password) != PasswordVerificationResult.Failed && account is { Disabled: false };
}
