using System.Collections.Concurrent;

namespace FangFanPin.Api.Accounts;

/// <summary>Slows guessing down: after <see cref="FailuresMax"/> failures of one name within <see cref="Window"/> the name waits. Per process, bounded.</summary>
public sealed class LoginThrottle(TimeProvider clock)
{
    public const int FailuresMax = 10;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private const int NamesMax = 10_000;
    private readonly ConcurrentDictionary<string, (int Failures, DateTimeOffset Since)> seen = new();

    public bool IsBlocked(string name) =>
        seen.TryGetValue(name, out var entry) && entry.Failures >= FailuresMax && clock.GetUtcNow() - entry.Since < Window;

    public void Failed(string name)
    {
        var now = clock.GetUtcNow();
        // A flood of invented names must not grow the table: the oldest knowledge goes.
        if (seen.Count >= NamesMax)
            foreach (var (old, entry) in seen)
                if (now - entry.Since >= Window || seen.Count >= NamesMax) seen.TryRemove(old, out _);
        seen.AddOrUpdate(name, (1, now), (_, entry) => now - entry.Since >= Window ? (1, now) : (entry.Failures + 1, entry.Since));
    }

    public void Succeeded(string name) => seen.TryRemove(name, out _);
}
