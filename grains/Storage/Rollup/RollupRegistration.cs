using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Regions;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Rollup;

public static class RollupRegistration
{
    /// <summary>The region tree and the database side of the roll-up. Needs an <see cref="Npgsql.NpgsqlDataSource"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddRegions(this IServiceCollection services) => services
        .AddSingleton<IRegionStore, RegionStore>()
        .AddSingleton<RegionDirectory>()
        .AddSingleton<IRegionStructureStore, RegionStructureStore>()
        .AddSingleton<IRegions>(s => s.GetRequiredService<RegionDirectory>())
        .AddHostedService(s => s.GetRequiredService<RegionDirectory>())
        .AddSingleton<TreeLookups>()
        .AddSingleton<IVillages>(s => s.GetRequiredService<TreeLookups>())
        .AddSingleton<IAreaTree>(s => s.GetRequiredService<TreeLookups>());

    public static IServiceCollection AddRollup(this IServiceCollection services) => services
        .AddSingleton<IRollupStore, RollupStore>()
        .AddSingleton<RollupQueries>()
        .AddSingleton<IOverdueDebts>(s => s.GetRequiredService<RollupQueries>())
        .AddSingleton<IDueHouseholds>(s => s.GetRequiredService<RollupQueries>())
        .AddSingleton<IVillageHouseholds, VillageHouseholds>();
}
