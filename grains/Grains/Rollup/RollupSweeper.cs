using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FangFanPin.Grains.Rollup;

/// <summary>Nudges regions that have owed for too long: a nudge was lost, or whoever carried the debt has died. Runs in every silo.</summary>
public sealed partial class RollupSweeper(
    IOverdueDebts debts, IRegions regions, IGrainFactory grains, TimeProvider clock, IOptions<RollupOptions> options,
    RollupMetrics metrics, ILogger<RollupSweeper> log) : BackgroundService
{
    /// <summary>Regions that one round looks at; those who have owed longest come first.</summary>
    private const int RegionsMax = 5000;

    /// <summary>
    /// Of these so many are nudged. After a crash each of them starts, and its town with it, which reads a thousand households: thousands at once would wait
    /// for each other until they give up, and ask again. Fewer than are looked at, so that those who never pay leave room for others.
    /// </summary>
    private const int NudgesMax = 500;
    private readonly SweepPlan plan = new(options.Value.SweepAfter, options.Value.SweepPauseMost);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault);
            }
        }
    }

    /// <summary>One round.</summary>
    /// <returns>Regions that were nudged.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var overdue = await debts.ReadAsync(options.Value.SweepAfter, RegionsMax, ct);
        metrics.Owed(await debts.CountAsync(ct), overdue.Count);
        var nudged = 0;
        foreach (var code in plan.Next(clock.GetUtcNow(), overdue, NudgesMax))
        {
            if (regions.Tree.Find(code) is { } region)
            {
                grains.Region(region).NudgeAsync().Ignore();
                nudged++;
            }
            else LogStray(code);
        }
        metrics.Swept(nudged);
        return nudged;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is owed could not be swept; the next round tries again")]
    private partial void LogFailed(Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Region} owes something but is no region of today")]
    private partial void LogStray(RegionCode region);
}
