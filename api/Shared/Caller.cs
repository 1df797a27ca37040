using System.Collections.Immutable;
using System.Security.Claims;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Shared;

/// <summary>The account behind a request. A handler takes it as a parameter.</summary>
/// <param name="Region">Everything that the caller may see or change lies in it or below.</param>
public sealed record Caller(string Name, string DisplayName, RegionCode Region, ImmutableArray<string> RoleNames, bool MustChangePassword, IAreaTree Tree)
{
    public const string RegionClaim = "region";
    public const string RoleClaim = "role";
    public const string DisplayNameClaim = "display";
    public const string MustChangeClaim = "change-password";

    public const string MustEnrolClaim = "set-up-totp";
    public const string SessionClaim = "sid";
    public const string SystemScheme = "signed-call";

    /// <summary>The login that the request belongs to.</summary>
    public Guid Session { get; init; }

    /// <summary>Another system that signs each of its calls, instead of a person with a session.</summary>
    public bool IsSystem { get; init; }

    /// <summary>A second factor is needed and not there.</summary>
    public bool MustEnrol { get; init; }

    public bool Covers(RegionCode code) => Tree.Contains(Region, code);

    public bool May(Permission permission) => Roles.Allow(RoleNames, permission);

    /// <summary>As commands carry it.</summary>
    public Actor ToActor() => new(Name, DisplayName, string.Join(',', RoleNames), Region.ToString());

    /// <returns>Null when nobody is signed in.</returns>
    public static Caller? Of(HttpContext context) =>
        context.User is { Identity.IsAuthenticated: true } user && RegionCode.TryParse(user.FindFirstValue(RegionClaim), out var region)
            ? new Caller(
                user.FindFirstValue("sub") ?? "", user.FindFirstValue(DisplayNameClaim) ?? "", region,
                [.. user.FindAll(RoleClaim).Select(c => c.Value)], user.HasClaim(MustChangeClaim, "true"),
                context.RequestServices.GetService<IAreaTree>() ?? new NoAreas())
            {
                Session = Guid.TryParse(user.FindFirstValue(SessionClaim), out var session) ? session : Guid.Empty,
                IsSystem = user.Identity.AuthenticationType == SystemScheme,
                MustEnrol = user.HasClaim(MustEnrolClaim, "true"),
            }
            : null;

    /// <summary>The account's name alone, for what only counts; null when nobody is signed in.</summary>
    public static string? NameOf(HttpContext context) => context.User is { Identity.IsAuthenticated: true } user ? user.FindFirstValue("sub") : null;

    /// <summary>Binds a handler's parameter; such an endpoint is never anonymous.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context));

    /// <summary>Where no tree of regions is known, nobody covers anything.</summary>
    private sealed class NoAreas : IAreaTree
    {
        public bool Contains(RegionCode ancestor, RegionCode code) => false;
    }
}
