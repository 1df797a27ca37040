using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Cases;

/// <summary>No reminder per case: one per shard asks the due table what is due by now, so a tick that is late, lost or doubled does no harm.</summary>
[GrainType("case-shard")]
public sealed partial class CaseShardGrain(ICaseLookups lookups, MissingPlans plans, IGrainFactory grains, TimeProvider clock, ILogger<CaseShardGrain> log)
    : DatabaseGrain, ICaseShardGrain, IRemindable
{
    private const string Reminder = "case-due";
    private const int AtOnce = 32;

    /// <summary>Rows of one turn; the rest follows in the next, so that a tick returns well inside the response timeout.</summary>
    private const int TurnMax = 512;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many times as long as the opening of plans took it rests: after a province's load there are 60,000 to open, and nobody waits for them within the hour.</summary>
    private const int PlansRest = 4;
    private IGrainTimer? more;

    private int Shard => int.Parse(this.GetPrimaryKeyString().AsSpan("case-due/".Length), provider: null);

    public async Task EnsureAsync()
    {
        if (await this.GetReminder(Reminder) is not null) return;
        await this.RegisterOrUpdateReminder(Reminder, Period * (Shard + 1) / ICaseShardGrain.Shards, Period);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WorkOffAsync();

    public async Task<int> WorkOffAsync()
    {
        var ids = await lookups.DueAsync(clock.GetUtcNow(), Shard, TurnMax);
        var failed = 0;
        foreach (var chunk in ids.Chunk(AtOnce))
            failed += (await Task.WhenAll(chunk.Select(LookAfterAsync))).Count(done => !done);
        if (failed > 0) LogFailed(failed, ids.Count);
        // Households that came monitored from elsewhere are asked for by one shard, for all.
        var begun = clock.GetTimestamp();
        var opened = Shard == 0 ? await plans.OpenAsync() : 0;
        // Cases that fail stay due and would be read again at once: they wait for the next tick.
        if (failed > 0) return ids.Count - failed;
        if (ids.Count == TurnMax) GoOn(Pause);
        else if (opened == MissingPlans.TurnMax) GoOn(Pause + clock.GetElapsedTime(begun) * PlansRest);
        return ids.Count;
    }

    private void GoOn(TimeSpan pause)
    {
        more?.Dispose();
        more = this.RegisterGrainTimer(() => WorkOffAsync(), new GrainTimerCreationOptions(pause, Timeout.InfiniteTimeSpan));
    }

    private async Task<bool> LookAfterAsync(string id)
    {
        try
        {
            await grains.Case(CaseKey.Of(id)).LookAfterAsync();
            return true;
        }
        catch (Exception fault)
        {
            LogCase(fault, id);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Failed} of {Asked} due cases were not looked after; they are asked again at the next tick")]
    private partial void LogFailed(int failed, int asked);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Case {Id} was not looked after")]
    private partial void LogCase(Exception fault, string id);
}
