using FangFanPin.Domain.Sync;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Sync;

public static class SyncStorageRegistration
{
    /// <summary>For every process, API-only ones included. Needs the import's stores, an <c>NpgsqlDataSource</c> and an <c>ISealer</c>.</summary>
    public static IServiceCollection AddSyncStorage(this IServiceCollection services, SyncOptions? options = null) => services
        .AddSingleton(options ?? new SyncOptions())
        .AddSingleton<INationalSource, FolderSource>()
        .AddSingleton<ISyncBatches, SyncBatchStore>()
        .AddSingleton<ISyncIntake, SyncIntake>();
}
