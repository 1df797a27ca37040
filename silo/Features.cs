using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Sealing;
using FangFanPin.Grains.Households;
using FangFanPin.Grains.Rollup;
using FangFanPin.Storage.Records;
using FangFanPin.Storage.Rollup;
using FangFanPin.Storage.Sealing;
using Microsoft.Extensions.Configuration;

namespace FangFanPin.Silo;

/// <summary>The features of the product, one line each; a feature wires itself in <c>Add…()</c> beside its own code.</summary>
internal static class Features
{
    /// <summary>What a process with grains needs: grain services, storage providers, background work.</summary>
    public static void AddSilo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddRecordsStorage();
        services.AddRollup();
        services.AddRollupWork();
        services.Configure<RollupOptions>(configuration.GetSection("FangFanPin:Rollup"));
        services.AddSingleton<HouseholdWorld>();
    }

    /// <summary>What every process needs, API-only ones included: read stores, the region tree.</summary>
    public static void AddShared(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(DataDictionary.Shipped);
        services.AddSingleton<ISealer>(s => new AesGcmSealer(KeyRingFile.OpenOrCreate(Path.Combine(s.GetRequiredService<SiloSettings>().DataFolder, "keys.json"))));
        services.AddRegions();
    }
}
