using System.Collections.Concurrent;
using System.Threading.Channels;
using FangFanPin.Domain.Cases;
using Npgsql;

namespace FangFanPin.Api.Cases;

/// <summary>
/// Tells open workbenches that something changed. One question a second per process, however many people look; whichever process made
/// the change. Nobody looking, nothing asked.
/// </summary>
internal sealed partial class CaseFeed(ICaseSearch search, TimeProvider clock, ILogger<CaseFeed> log) : BackgroundService
{
    private const int RowsMax = 2000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(700);

    /// <summary>A change carries its decision's moment and is seen when it is committed: looks overlap by more than a commit takes.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan QuietMost = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<Subscription, bool> open = new();
    private HashSet<(string Id, long Version)> seen = [];

    public Subscription Subscribe(Func<CaseChangeMark, bool> concerns)
    {
        var subscription = new Subscription(this, concerns, clock);
        open[subscription] = true;
        return subscription;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var since = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (open.IsEmpty)
            {
                since = clock.GetUtcNow();
                continue;
            }
            try
            {
                since = await LookAsync(since, stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogAway(fault);
            }
        }
    }

    private async Task<DateTimeOffset> LookAsync(DateTimeOffset since, CancellationToken ct)
    {
        var marks = await search.ChangedSinceAsync(since - Overlap, RowsMax, ct);
        foreach (var mark in marks.Where(m => !seen.Contains((m.Id, m.Version))))
            foreach (var subscription in open.Keys) subscription.Tell(mark);
        seen = [.. marks.Select(m => (m.Id, m.Version))];
        return marks.Count == 0 ? since : marks[^1].At > since ? marks[^1].At : since;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of cases cannot be read now")]
    private partial void LogAway(Exception fault);

    /// <summary>One open stream. Changes that come while it is busy are one.</summary>
    internal sealed class Subscription(CaseFeed feed, Func<CaseChangeMark, bool> concerns, TimeProvider clock) : IDisposable
    {
        private readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public void Tell(CaseChangeMark mark)
        {
            if (concerns(mark)) news.Writer.TryWrite(true);
        }

        /// <returns>False when it has been quiet for so long that a sign of life is due.</returns>
        public async Task<bool> WaitAsync(CancellationToken ct)
        {
            using var quiet = new CancellationTokenSource(QuietMost, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, quiet.Token);
            try
            {
                return await news.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Dispose() => feed.open.TryRemove(this, out _);
    }
}
