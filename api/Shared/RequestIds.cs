using System.Security.Cryptography;
using System.Text;

namespace FangFanPin.Api.Shared;

/// <summary>Ids of what a request makes, from its <c>Idempotency-Key</c>.</summary>
internal static class RequestIds
{
    /// <summary>The same key of the same account for the same purpose is the same id, whatever happened to the first answer; without a key a new one.</summary>
    public static Guid Of(HttpRequest request, Caller caller, string purpose) => request.Headers["Idempotency-Key"] is [{ Length: > 0 } key]
        ? new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{caller.Name}\n{key}"))[..16])
        : Guid.NewGuid();
}
