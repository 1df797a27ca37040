using System.Security.Cryptography;
using FangFanPin.Api.Shared;
using FangFanPin.Storage.Accounts;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FangFanPin.Api.Accounts;

/// <summary>Short bearer tokens, signed with a key of this installation: a file in the data folder, made on first start.</summary>
public sealed class Tokens(SymmetricSecurityKey key, TimeProvider clock)
{
    public const string Issuer = "fangfanpin";
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private const int KeyBytes = 32;
    private readonly JsonWebTokenHandler handler = new();

    public SecurityKey Key => key;

    /// <returns>The token and the moment (UTC) at which it ends.</returns>
    public (string Token, DateTimeOffset ExpiresAt) Issue(Account account)
    {
        var now = clock.GetUtcNow();
        var expires = now + Lifetime;
        var token = handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = account.Name,
                [Caller.DisplayNameClaim] = account.DisplayName,
                [Caller.RegionClaim] = account.Region.ToString(),
                [Caller.RoleClaim] = account.Roles.ToArray(),
                [Caller.MustChangeClaim] = account.MustChange ? "true" : "false",
            },
        });
        return (token, expires);
    }

    public TokenValidationParameters Validation() => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Issuer,
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        ClockSkew = TimeSpan.FromSeconds(30),
        NameClaimType = JwtRegisteredClaimNames.Sub,
        RoleClaimType = Caller.RoleClaim,
        LifetimeValidator = (from, to, _, parameters) =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return to is not null && to + parameters.ClockSkew > now && (from is null || from - parameters.ClockSkew <= now);
        },
    };

    /// <summary>The key of <paramref name="folder"/>; several processes starting at once agree on one.</summary>
    public static SymmetricSecurityKey LoadOrCreateKey(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "token.key");
        if (!File.Exists(file)) CreateKey(file);
        var bytes = Convert.FromHexString(File.ReadAllText(file).Trim());
        return bytes.Length >= KeyBytes ? new SymmetricSecurityKey(bytes) : throw new InvalidDataException($"登录密钥文件已损坏:{file}");
    }

    private static void CreateKey(string file)
    {
        var draft = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options)) writer.Write(Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyBytes)));
        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft); // another process was first: its key holds
        }
    }
}
