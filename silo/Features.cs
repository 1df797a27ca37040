using FangFanPin.Api.Imports.Reading;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Sync;
using FangFanPin.Domain.Warnings;
using FangFanPin.Grains.Cases;
using FangFanPin.Grains.Households;
using FangFanPin.Grains.Imports;
using FangFanPin.Grains.Rollup;
using FangFanPin.Grains.Sync;
using FangFanPin.Grains.Warnings;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Exports;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Records;
using FangFanPin.Storage.Rollup;
using FangFanPin.Storage.Sealing;
using FangFanPin.Storage.Sync;
using FangFanPin.Storage.Warnings;
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
        services.AddImportWork(configuration.GetSection("FangFanPin:ImportWork").Get<ImportOptions>());
        services.AddSingleton(s => CheckpointKey.OfFolder(s.GetRequiredService<SiloSettings>().DataFolder));
        services.AddSingleton(configuration.GetSection("FangFanPin:Audit").Get<AuditSettings>() ?? new AuditSettings());
        services.AddHostedService<AuditSealer>();
        services.AddHostedService<AuditArchiver>();
        services.AddHostedService<KeyRenewal>();
        services.AddCaseWork();
        services.AddSyncWork();
        services.AddWarningWork();
    }

    /// <summary>What every process needs, API-only ones included: read stores, the region tree.</summary>
    public static void AddShared(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(DataDictionary.Shipped);
        services.AddSingleton(s => s.GetRequiredService<SiloSettings>().Keys);
        services.AddSingleton(s => s.GetRequiredService<SiloSettings>().KeyRing(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RingSealer>();
        services.AddSingleton<ISealer>(s => s.GetRequiredService<RingSealer>());
        services.AddSingleton<KeyRotations>();
        services.AddRegions();
        services.AddImportStorage();
        services.AddExportStorage();
        services.AddSingleton<IWorkbookReader>(new WorkbookReader(ReadingLimits.Default));
        services.AddHouseholdReads();
        services.AddSingleton(s => new CheckpointFile(s.GetRequiredService<SiloSettings>().DataFolder));
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<ArchivedTrail>();
        services.AddCaseStorage();
        services.AddSingleton<IWarningBatches, WarningBatchStore>();
        services.AddSyncStorage(configuration.GetSection("FangFanPin:Sync").Get<SyncOptions>());
    }
}
