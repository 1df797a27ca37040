using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Sealing;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Households;

public static class HouseholdReads
{
    /// <summary>Reading, history and search for any process. Needs an <c>NpgsqlDataSource</c>, an <c>ISealer</c> and <c>IRegions</c>.</summary>
    public static IServiceCollection AddHouseholdReads(this IServiceCollection services)
    {
        services.AddSingleton<HouseholdReader>();
        services.AddSingleton<IHouseholdReader>(s => s.GetRequiredService<HouseholdReader>());
        services.AddKeyedSingleton<IAreaOf>(AreaKinds.Household, (s, _) => s.GetRequiredService<HouseholdReader>());
        services.AddSingleton<IHouseholdHistory, HouseholdHistory>();
        services.AddSingleton<IHouseholdSearch, HouseholdSearch>();
        services.AddHostedService<KeysFit>();
        return services;
    }
}
