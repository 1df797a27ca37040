using FangFanPin.Contracts.Regions;
using FangFanPin.Contracts.Rollup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Rollup;

/// <summary>Sees to it that the recount goes on, the due shards have their reminders and no household stands in an ended village, whichever silos live. Runs in every silo.</summary>
public sealed partial class RollupKeeper(IGrainFactory grains, TimeProvider clock, ILogger<RollupKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var remindersStand = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<IRecountGrain>(IRecountGrain.Key).EnsureAsync();
                if (!remindersStand) await RemindAsync();
                remindersStand = true;
                await grains.GetGrain<IRegionStructureGrain>(IRegionStructureGrain.Key).GatherStrandedAsync();
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogNotYet(fault);
            }
            await Task.Delay(remindersStand ? Every : Soon, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RemindAsync()
    {
        for (var shard = 0; shard < IDueShardGrain.Shards; shard++) await grains.GetGrain<IDueShardGrain>(IDueShardGrain.KeyOf(shard)).EnsureAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The recount, the due shards or the region tree cannot be reached yet")]
    private partial void LogNotYet(Exception fault);
}
