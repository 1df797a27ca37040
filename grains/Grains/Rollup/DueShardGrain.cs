using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Rollup;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Rollup;

/// <summary>No reminder per household: one per shard asks the database what is due by now, so a tick that is late, lost or doubled does no harm.</summary>
[GrainType("due-shard")]
public sealed partial class DueShardGrain(IDueHouseholds due, IGrainFactory grains, TimeProvider clock, ILogger<DueShardGrain> log)
    : Grain, IDueShardGrain, IRemindable
{
    private const string Reminder = "due";

    /// <summary>Households that compute at the same time, per shard.</summary>
    private const int AtOnce = 32;

    /// <summary>Rows of one turn; the rest follows in the next, so that a tick returns well inside the response timeout.</summary>
    private const int TurnMax = 1024;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private IGrainTimer? more;

    private int Shard => int.Parse(this.GetPrimaryKeyString().AsSpan("due/".Length), provider: null);

    public async Task EnsureAsync()
    {
        if (await this.GetReminder(Reminder) is not null) return;
        // 64 shards spread over the period by their number: none of them ticks in the minute of another's.
        await this.RegisterOrUpdateReminder(Reminder, Period * (Shard + 1) / IDueShardGrain.Shards, Period);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WorkOffAsync();

    public async Task<int> WorkOffAsync()
    {
        var today = ChinaTime.DayOf(clock.GetUtcNow());
        var codes = await due.ReadAsync(today, Shard, IDueShardGrain.Shards, TurnMax, CancellationToken.None);
        var failed = 0;
        foreach (var chunk in codes.Chunk(AtOnce))
            failed += (await Task.WhenAll(chunk.Select(code => RecomputeAsync(code, today)))).Count(done => !done);
        if (failed > 0) LogFailed(failed, codes.Count);
        // Households that fail stay due and would be read again at once: they wait for the next tick.
        if (codes.Count == TurnMax && failed == 0) GoOn();
        return codes.Count - failed;
    }

    private void GoOn()
    {
        more?.Dispose();
        more = this.RegisterGrainTimer(() => WorkOffAsync(), new GrainTimerCreationOptions(Pause, Timeout.InfiniteTimeSpan));
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
