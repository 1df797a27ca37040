using FangFanPin.Contracts.Sync;
using FangFanPin.Domain.Sync;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Sync;

/// <summary>Sees to it that the synchronisation has its reminder, and asks it every few seconds whether a runner has died: a reminder would notice minutes later.</summary>
public sealed partial class SyncKeeper(IGrainFactory grains, SyncOptions options, ILogger<SyncKeeper> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ensured = false;
        using var timer = new PeriodicTimer(options.LookEvery);
        do
        {
            try
            {
                var sync = grains.GetGrain<INationalSyncGrain>(INationalSyncGrain.Key);
                if (!ensured) await sync.EnsureAsync();
                ensured = true;
                await sync.LookAsync();
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogNotYet(fault); // the database or the cluster is away: the next round asks again
            }
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The national synchronisation cannot be reached yet")]
    private partial void LogNotYet(Exception fault);
}

public static class SyncWork
{
    /// <summary>For processes with grains. Needs the stores of the synchronisation and the work of imports.</summary>
    public static IServiceCollection AddSyncWork(this IServiceCollection services) => services
        .AddSingleton<SyncConfirmation>()
        .AddSingleton<SyncRunner>()
        .AddHostedService<SyncKeeper>();
}
