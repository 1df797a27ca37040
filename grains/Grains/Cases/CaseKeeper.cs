using FangFanPin.Contracts.Cases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Cases;

/// <summary>Sees to it that the shards of the due table have their reminders. Runs in every silo until it has succeeded once.</summary>
public sealed partial class CaseKeeper(IGrainFactory grains, TimeProvider clock, ILogger<CaseKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                for (var shard = 0; shard < ICaseShardGrain.Shards; shard++) await grains.GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(shard)).EnsureAsync();
                return;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogNotYet(fault);
            }
            await Task.Delay(Soon, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The due shards of the cases cannot be reached yet")]
    private partial void LogNotYet(Exception fault);
}

public static class CaseWork
{
    public static IServiceCollection AddCaseWork(this IServiceCollection services) => services
        .AddSingleton<CaseWorld>()
        .AddSingleton<MissingPlans>()
        .AddHostedService<CaseKeeper>()
        .AddHostedService<CaseWatch>();
}
