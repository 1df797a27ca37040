using FangFanPin.Api.Accounts;

namespace FangFanPin.Api;

/// <summary>The features of the HTTP side, one line each.</summary>
internal static class Features
{
    public static void AddFeatures(this IServiceCollection services)
    {
    }

    /// <param name="api">The group <c>/api/v1</c>.</param>
    public static void MapFeatures(this IEndpointRouteBuilder api)
    {
        api.MapAccounts();
    }
}
