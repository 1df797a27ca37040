using System.Collections.Concurrent;
using System.Net;
using FangFanPin.Domain.Cases;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Cases;

/// <summary>Bounds of what anybody may do without signing in, section <c>FangFanPin:Declare</c>.</summary>
public sealed class DeclareOptions
{
    /// <summary>Where phones reach the pages, e.g. <c>https://ffp.example.cn</c>; empty: as the printing browser reached the API.</summary>
    public string PublicAddress { get; set; } = "";

    /// <summary>
    /// For trials without a sender of short messages: the code stands in the server's log, so whoever reads the log can answer for any phone. Without
    /// effect once a real sender is registered.
    /// </summary>
    public bool LogCodes { get; set; }

    /// <summary>Of one address; many phones may share one behind their operator's network.</summary>
    public int RequestsPerMinute { get; set; } = 240;

    /// <summary>Query codes that do not exist, of one address: nobody mistypes more often.</summary>
    public int MissesPerMinute { get; set; } = 10;
}

/// <summary>Counts per address and minute. Per process, bounded.</summary>
internal sealed class PublicThrottle(IOptions<DeclareOptions> options, TimeProvider clock)
{
    private const int AddressesMax = 20_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string Kind, IPAddress Address), (int Count, DateTimeOffset Since)> seen = new();

    public bool IsOpen(HttpContext context) => Count("request", context) <= options.Value.RequestsPerMinute;

    public bool MayMiss(HttpContext context) => Peek("miss", context) < options.Value.MissesPerMinute;

    public void Missed(HttpContext context) => Count("miss", context);

    private int Count(string kind, HttpContext context)
    {
        var now = clock.GetUtcNow();
        if (seen.Count >= AddressesMax)
            foreach (var (key, entry) in seen)
                if (now - entry.Since >= Window || seen.Count >= AddressesMax) seen.TryRemove(key, out _);
        return seen.AddOrUpdate((kind, AddressOf(context)), (1, now), (_, entry) => now - entry.Since >= Window ? (1, now) : (entry.Count + 1, entry.Since)).Count;
    }

    private int Peek(string kind, HttpContext context) =>
        seen.TryGetValue((kind, AddressOf(context)), out var entry) && clock.GetUtcNow() - entry.Since < Window ? entry.Count : 0;

    private static IPAddress AddressOf(HttpContext context) => context.Connection.RemoteIpAddress ?? IPAddress.None;
}

/// <summary>For trials: nothing is sent. The log says that something would have been, never to whom; the code itself only where <see cref="DeclareOptions.LogCodes"/> asks for it.</summary>
internal sealed partial class LogOnlySms(IOptions<DeclareOptions> options, ILogger<LogOnlySms> log) : ISmsSender
{
    public Task SendCodeAsync(string phone, string code, CancellationToken ct)
    {
        if (options.Value.LogCodes) LogCode(code);
        else LogSent("verification code");
        return Task.CompletedTask;
    }

    public Task SendNoticeAsync(string phone, string text, CancellationToken ct)
    {
        LogSent("notice");
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A short message would be sent: {What}")]
    private partial void LogSent(string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "A short message would be sent: code {Code}")]
    private partial void LogCode(string code);
}
