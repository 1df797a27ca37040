using FangFanPin.Api.Shared;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Audit;
using FangFanPin.Api.Cases;
using FangFanPin.Api.Exports;
using FangFanPin.Api.Households;
using FangFanPin.Api.Imports;
using FangFanPin.Api.Keys;
using FangFanPin.Api.Pages;
using FangFanPin.Api.Regions;
using FangFanPin.Api.Statistics;
using FangFanPin.Api.Sync;
using FangFanPin.Api.Unmasking;
using FangFanPin.Api.Warnings;

namespace FangFanPin.Api;

/// <summary>The features of the HTTP side, one line each.</summary>
internal static class Features
{
    public static void AddFeatures(this IServiceCollection services)
    {
        services.AddSingleton<JobEvents>();
        services.AddStatistics();
        services.AddImports();
        services.AddHouseholds();
        services.AddCases();
        services.AddConsole();
        services.AddExports();
        services.AddUnmasking();
        services.AddSync();
        services.AddWarnings();
    }

    /// <param name="api">The group <c>/api/v1</c>.</param>
    public static void MapFeatures(this IEndpointRouteBuilder api)
    {
        api.MapAccounts();
        api.MapRegions();
        api.MapRegionChanges();
        api.MapStatistics();
        api.MapRecount();
        api.MapImports();
        api.MapHouseholds();
        api.MapCaseFeature();
        api.MapExports();
        api.MapUnmasking();
        api.MapSync();
        api.MapWarnings();
        api.MapAudit();
        api.MapKeys();
    }
}
