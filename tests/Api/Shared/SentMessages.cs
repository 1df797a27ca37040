using System.Collections.Concurrent;
using FangFanPin.Domain.Cases;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>Keeps the newest code of every phone.</summary>
public sealed class SentMessages : ISmsSender
{
    private readonly ConcurrentDictionary<string, string> codes = new();

    public string CodeOf(string phone) => codes[phone];

    public Task SendCodeAsync(string phone, string code, CancellationToken ct = default)
    {
        codes[phone] = code;
        return Task.CompletedTask;
    }

    public Task SendNoticeAsync(string phone, string text, CancellationToken ct = default) => Task.CompletedTask;
}
