using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace FangFanPin.Grains.Rollup;

public static class RollupServices
{
    /// <summary>Metrics and background work of the roll-up; a silo needs them beside the store.</summary>
    public static IServiceCollection AddRollupWork(this IServiceCollection services) => services
        .AddSingleton<RollupMetrics>()
        .AddSingleton<SiloLeaving>()
        .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<SiloLeaving>())
        .AddSingleton<RollupSweeper>()
        .AddHostedService(s => s.GetRequiredService<RollupSweeper>())
        .AddHostedService<RollupKeeper>();
}
