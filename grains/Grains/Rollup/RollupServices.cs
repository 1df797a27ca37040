using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Grains.Rollup;

public static class RollupServices
{
    /// <summary>Metrics and background work of the roll-up; a silo needs them beside the store.</summary>
    public static IServiceCollection AddRollupWork(this IServiceCollection services) => services
        .AddSingleton<RollupMetrics>()
        .AddSingleton<RollupSweeper>()
        .AddHostedService(s => s.GetRequiredService<RollupSweeper>())
        .AddHostedService<RollupKeeper>();
}
