using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Rollup;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FangFanPin.Grains.Rollup;

/// <summary>No reminder per household: one per shard asks the database what is due by now, so a tick that is late, lost or doubled does no harm.</summary>
[GrainType("due-shard")]
public sealed partial class DueShardGrain(
    IDueHouseholds due, IGrainFactory grains, IOptions<RollupOptions> options, TimeProvider clock, ILogger<DueShardGrain> log) : DatabaseGrain, IDueShardGrain, IRemindable
{
    private const string Reminder = "due";

    /// <summary>Households that compute at the same time, per shard.</summary>
    private const int AtOnce = 32;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private IGrainTimer? more;

    private int Shard => int.Parse(this.GetPrimaryKeyString().AsSpan("due/".Length), provider: null);

    public async Task EnsureAsync()
    {
        if (await this.GetReminder(Reminder) is not null) return;
        // Spread over the period by their number, so that the shards do not all read at once.
        await this.RegisterOrUpdateReminder(Reminder, Period * (Shard + 1) / IDueShardGrain.Shards, Period);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WorkOffAsync();

    public Task<int> WorkOffAsync() => WorkOffAsync(after: null);

    private async Task<int> WorkOffAsync(DueHousehold? after)
    {
        var today = ChinaTime.DayOf(clock.GetUtcNow());
        var batch = await due.ReadAsync(today, Shard, IDueShardGrain.Shards, after, options.Value.DueAtOnce, CancellationToken.None);
        var failed = 0;
        foreach (var chunk in batch.Chunk(AtOnce))
            failed += (await Task.WhenAll(chunk.Select(h => RecomputeAsync(h.Code, today)))).Count(done => !done);
        if (failed > 0) LogFailed(failed, batch.Count);
        // On from here: those that failed stay due, wait for the next tick and keep nobody behind them waiting.
        if (batch.Count == options.Value.DueAtOnce) GoOn(batch[^1]);
        return batch.Count - failed;
    }

    private void GoOn(DueHousehold last)
    {
        more?.Dispose();
        more = this.RegisterGrainTimer(() => WorkOffAsync(last), new GrainTimerCreationOptions(Pause, Timeout.InfiniteTimeSpan));
    }

    private async Task<bool> RecomputeAsync(string code, DateOnly today)
    {
        try
        {
            await grains.Household(code).RecomputeAsync(today);
            return true;
        }
        catch (Exception fault)
        {
            LogHousehold(fault, code);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Failed} of {Asked} due households did not compute; they are asked again at the next tick")]
    private partial void LogFailed(int failed, int asked);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Household {Code} did not compute what is due")]
    private partial void LogHousehold(Exception fault, string code);
}
