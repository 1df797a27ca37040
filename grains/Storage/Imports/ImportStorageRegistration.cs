using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Imports;

public static class ImportStorageRegistration
{
    /// <summary>For every process, API-only ones included. Needs an <c>NpgsqlDataSource</c> and an <c>ISealer</c>.</summary>
    public static IServiceCollection AddImportStorage(this IServiceCollection services) => services
        .AddSingleton<IImportJobs, ImportJobStore>()
        .AddSingleton<IImportFiles, ImportFileStore>()
        .AddSingleton<IImportStaging, ImportStagingStore>()
        .AddSingleton<INewHouseholds, NewHouseholdStore>()
        .AddSingleton<IRowSpills, RowSpills>()
        .AddSingleton<IStoredHouseholds, StoredHouseholds>()
        .AddKeyedSingleton<IAreaOf, ImportAreas>(AreaKinds.Import);
}
