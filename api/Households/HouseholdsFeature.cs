namespace FangFanPin.Api.Households;

public static class HouseholdsFeature
{
    public static IServiceCollection AddHouseholds(this IServiceCollection services) => services.AddSingleton<CommandArea>();
}
