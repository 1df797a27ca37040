using System.Collections.Concurrent;
using FangFanPin.Api.Shared;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Accounts;

/// <summary>
/// Which sessions are in force, known without asking for every request. An answer is at most <see cref="FreshFor"/> old: either the feed
/// of changes has been heard that lately, or the database is asked again.
/// </summary>
public sealed class SessionDesk : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    /// <summary>More than people who are signed in at once; when full, all are asked for anew.</summary>
    private const int Most = 50_000;
    private readonly ConcurrentDictionary<Guid, Known> known = new();
    private readonly ConcurrentDictionary<Guid, (string Account, CancellationTokenSource End)> streams = new();
    private readonly SessionStore sessions;
    private readonly AccountStore accounts;
    private readonly AccessFeed feed;
    private readonly Trail trail;
    private readonly TimeProvider clock;
    private long changes;

    public SessionDesk(SessionStore sessions, AccountStore accounts, AccessFeed feed, Trail trail, TimeProvider clock)
    {
        (this.sessions, this.accounts, this.feed, this.trail, this.clock) = (sessions, accounts, feed, trail, clock);
        feed.Changed += Forget;
    }

    public void Dispose() => feed.Changed -= Forget;

    /// <returns>False when the session was ended, its time is over, or its account is no more what it was.</returns>
    public async ValueTask<bool> IsLiveAsync(Guid session, CancellationToken ct)
    {
        if (known.TryGetValue(session, out var entry) && (feed.Behind < FreshFor || clock.GetElapsedTime(entry.AskedAt) < FreshFor))
            return entry.Live && entry.EndsAt > clock.GetUtcNow();
        var before = Volatile.Read(ref changes);
        entry = await AskAsync(session, ct);
        if (known.Count >= Most) known.Clear();
        known[session] = entry;
        // A change that was heard while the database was asked may be younger than its answer.
        if (Volatile.Read(ref changes) != before) known.TryRemove(session, out _);
        return entry.Live && entry.EndsAt > clock.GetUtcNow();
    }

    /// <summary>Runs a long answer that must not outlive its session.</summary>
    /// <param name="run">Given a token that is cancelled when the session ends.</param>
    public async Task WhileLiveAsync(Caller caller, CancellationToken ct, Func<CancellationToken, Task> run)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var key = Guid.NewGuid();
        streams[key] = (caller.Name, end);
        try
        {
            if (known.TryGetValue(caller.Session, out var entry) && entry.EndsAt - clock.GetUtcNow() is var left && left > TimeSpan.Zero && left < TimeSpan.FromDays(20)) end.CancelAfter(left);
            if (await IsLiveAsync(caller.Session, ct)) await run(end.Token);
        }
        finally
        {
            streams.TryRemove(key, out _);
        }
    }

    private async Task<Known> AskAsync(Guid id, CancellationToken ct)
    {
        var askedAt = clock.GetTimestamp();
        var session = await sessions.FindAsync(id, ct);
        var account = session is null ? null : await accounts.FindAsync(session.Account, ct);
        if (account is { Intact: false }) await trail.AlarmAsync(Alarms.AccountTampered, account.Name, account.Name, null);
        var live = account is { Intact: true, Disabled: false } && account.Stamp == session!.Stamp;
        return new Known(session?.Account ?? "", live, session?.EndsAt ?? default, askedAt);
    }

    private void Forget(IReadOnlyList<string> names)
    {
        Interlocked.Increment(ref changes);
        var changed = names.ToHashSet(StringComparer.Ordinal);
        foreach (var (id, entry) in known)
            if (changed.Contains(entry.Account)) known.TryRemove(id, out _);
        // A stream that is still allowed is opened again by its reader at once.
        foreach (var (_, (account, end)) in streams)
            if (changed.Contains(account)) _ = CancelAsync(end);
    }

    private static async Task CancelAsync(CancellationTokenSource end)
    {
        try
        {
            await end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // the stream ended by itself
        }
    }

    /// <param name="AskedAt">Timestamp before the question.</param>
    private sealed record Known(string Account, bool Live, DateTimeOffset EndsAt, long AskedAt);
}

/// <summary>Kinds of alarms.</summary>
public static class Alarms
{
    public const string AccountTampered = "account-tampered";
    public const string TokenStolen = "refresh-token-stolen";
    public const string Locked = "login-locked";
    public const string CodeReplayed = "code-replayed";
}
