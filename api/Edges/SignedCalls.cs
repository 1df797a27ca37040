using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.Features;

namespace FangFanPin.Api.Edges;

/// <summary>
/// Calls from system to system: signed with a shared key over method, address, time, nonce and the body's hash. A call that is too old or
/// comes again is refused, whichever process it meets. Then the system is a caller like any other, with roles and an area.
/// </summary>
internal sealed class SignedCalls(RequestDelegate next, EdgeOptions options, NonceStore nonces, Trail trail, TimeProvider clock)
{
    public const string SystemHeader = "X-Ffp-System", TimeHeader = "X-Ffp-Time", NonceHeader = "X-Ffp-Nonce", BodyHeader = "X-Ffp-Content-SHA256", SignatureHeader = "X-Ffp-Signature";
    private const int NonceMin = 16;
    private const int NonceMax = 64;
    private static readonly DomainError Refused = new("access.signature-unauthenticated", "系统间调用的签名无效、已过期或已使用。");

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Headers.TryGetValue(SystemHeader, out var name))
        {
            await next(context);
            return;
        }
        if (await FaultAsync(context, name.ToString()) is { } fault)
        {
            await trail.AlarmAsync("signed-call-refused", "-", fault, context);
            await Problems.From(Refused).ExecuteAsync(context);
            return;
        }
        context.User = PrincipalOf(name.ToString());
        await next(context);
    }

    /// <summary>What the caller signs: lines of method, path with query, Unix seconds, nonce and the body's SHA-256 in lower-case hex.</summary>
    public static byte[] Signature(byte[] key, string method, string target, string time, string nonce, string bodyHash) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{method}\n{target}\n{time}\n{nonce}\n{bodyHash}"));

    /// <returns>Null for a good call. The nonce is used up only by a call that was signed with the key.</returns>
    private async Task<string?> FaultAsync(HttpContext context, string name)
    {
        var request = context.Request;
        var (time, nonce, bodyHash) = (request.Headers[TimeHeader].ToString(), request.Headers[NonceHeader].ToString(), request.Headers[BodyHeader].ToString());
        if (!options.Systems.TryGetValue(name, out var system)) return "unknown-system";
        if (nonce.Length is < NonceMin or > NonceMax) return $"{name} nonce";
        var wanted = Signature(Convert.FromBase64String(system.Key), request.Method, $"{request.Path}{request.QueryString}", time, nonce, bodyHash);
        if (!TryHex(request.Headers[SignatureHeader].ToString(), out var given) || !CryptographicOperations.FixedTimeEquals(wanted, given)) return $"{name} signature";
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return $"{name} time";
        var now = clock.GetUtcNow();
        if ((now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > options.SignedCallWindow) return $"{name} time";
        if (!await nonces.UseAsync(name, nonce, now, context.RequestAborted)) return $"{name} replay";
        return await HashAsync(context, context.RequestAborted) == bodyHash ? null : $"{name} body";
    }

    private async Task<string> HashAsync(HttpContext context, CancellationToken ct)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.SignedBodyBytesMax;
        context.Request.EnableBuffering(bufferThreshold: 64 * 1024, options.SignedBodyBytesMax);
        var hash = await SHA256.HashDataAsync(context.Request.Body, ct);
        context.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    private ClaimsPrincipal PrincipalOf(string name)
    {
        var system = options.Systems[name];
        var claims = new List<Claim> { new("sub", $"system:{name}"), new(Caller.DisplayNameClaim, name), new(Caller.RegionClaim, system.Region) };
        claims.AddRange(system.Roles.Select(role => new Claim(Caller.RoleClaim, role)));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, Caller.SystemScheme, "sub", Caller.RoleClaim));
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[HMACSHA256.HashSizeInBytes];
        return text.Length == bytes.Length * 2 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
