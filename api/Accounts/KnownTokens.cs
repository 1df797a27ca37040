using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace FangFanPin.Api.Accounts;

/// <summary>
/// Tokens that were found good a moment ago. Checking a signature and reading the claims costs as much as answering; a token that is kept is
/// answered for with the same claims until it ends, exactly as checking it again would.
/// </summary>
public sealed class KnownTokens(TimeProvider clock)
{
    /// <summary>More than people who are signed in at once; when full, all are checked anew.</summary>
    private const int Most = 50_000;
    private const string Scheme = "Bearer ";
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);

    /// <summary>Lets a kept token pass without checking it again.</summary>
    public Task RecogniseAsync(MessageReceivedContext context)
    {
        if (TokenOf(context.Request) is not { } token || !known.TryGetValue(token, out var found)) return Task.CompletedTask;
        if (found.Until <= clock.GetUtcNow().UtcDateTime)
        {
            known.TryRemove(token, out _);
            return Task.CompletedTask;
        }
        context.Principal = found.Principal;
        context.Success();
        return Task.CompletedTask;
    }

    /// <summary>Keeps a token that has just been checked.</summary>
    public Task RememberAsync(TokenValidatedContext context)
    {
        if (context.Principal is not { } principal || TokenOf(context.Request) is not { } token) return Task.CompletedTask;
        if (known.Count >= Most) known.Clear();
        known[token] = new Known(principal, context.SecurityToken.ValidTo);
        return Task.CompletedTask;
    }

    private static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;

    /// <param name="Until">UTC; without the tolerance for clocks, so that the last seconds are checked in full.</param>
    private sealed record Known(ClaimsPrincipal Principal, DateTime Until);
}
