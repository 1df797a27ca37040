using FangFanPin.Api.Shared;
using FangFanPin.Storage.Accounts;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FangFanPin.Api.Accounts;

/// <summary>Short bearer tokens, signed with a key of this installation: a file in the data folder, made on first start.</summary>
public sealed class Tokens(TokenKeys keys, SessionOptions options, TimeProvider clock)
{
    public const string Issuer = "fangfanpin";
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private readonly JsonWebTokenHandler handler = new();

    /// <summary>Signs with a fresh key from now on; tokens that are out live as long as they would have.</summary>
    public void ExchangeKey() => keys.Exchange(options.Access + Skew);

    /// <param name="account">As it is now: what it grants stands in the token, which is void when the account changes.</param>
    /// <param name="session">The token lives no longer than it.</param>
    /// <param name="first">What must be done before anything else is open.</param>
    /// <returns>The token and the moment (UTC) at which it ends.</returns>
    public (string Token, DateTimeOffset ExpiresAt) Issue(Account account, LoginSession session, FirstSteps first)
    {
        var now = clock.GetUtcNow();
        var expires = now + options.Access < session.EndsAt ? now + options.Access : session.EndsAt;
        var token = handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(keys.Newest), SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = account.Name,
                [Caller.SessionClaim] = session.Id.ToString("N"),
                [Caller.DisplayNameClaim] = account.DisplayName,
                [Caller.RegionClaim] = account.Region.ToString(),
                [Caller.RoleClaim] = account.Roles.ToArray(),
                [Caller.MustChangeClaim] = first.ChangePassword ? "true" : "false",
                [Caller.MustEnrolClaim] = first.SetUpSecondFactor ? "true" : "false",
            },
        });
        return (token, expires);
    }

    public TokenValidationParameters Validation() => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Issuer,
        IssuerSigningKeyResolver = (_, _, _, _) => keys.Believed.Select(key => new SymmetricSecurityKey(key)),
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        ClockSkew = Skew,
        NameClaimType = JwtRegisteredClaimNames.Sub,
        RoleClaimType = Caller.RoleClaim,
        LifetimeValidator = (from, to, _, parameters) =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return to is not null && to + parameters.ClockSkew > now && (from is null || from - parameters.ClockSkew <= now);
        },
    };
}

/// <summary>What an account must do before anything but itself is open to it.</summary>
public readonly record struct FirstSteps(bool ChangePassword, bool SetUpSecondFactor);
