using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Households;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Storage;

namespace FangFanPin.Storage.Records;

public static class RecordsRegistration
{
    /// <summary>Name of the provider in <c>[PersistentState(…, RecordsRegistration.ProviderName)]</c>.</summary>
    public const string ProviderName = "records";

    /// <summary>Adds the provider. Needs an <see cref="NpgsqlDataSource"/> and an <see cref="ISealer"/> among the services.</summary>
    public static IServiceCollection AddRecordsStorage(this IServiceCollection services, RecordsOptions? options = null)
    {
        services.AddSingleton(options ?? new RecordsOptions());
        services.AddSingleton<HouseholdMapping>();
        services.AddSingleton<CaseMapping>();
        services.AddSingleton(Build);
        services.AddKeyedSingleton<IGrainStorage>(ProviderName, (provider, _) => provider.GetRequiredService<RecordsGrainStorage>());
        return services;
    }

    /// <summary>One kind of record of a <see cref="RecordsGrainStorage"/>.</summary>
    public static KeyValuePair<Type, IAsyncDisposable> Store<TState, TRow, TStored>(
        NpgsqlDataSource source, RecordsOptions options, ILogger logger, IRecordMapping<TState, TRow, TStored> mapping)
        where TRow : RecordRow where TStored : StoredRow =>
        new(typeof(TState), new RecordStore<TState, TRow, TStored>(mapping, source, options, logger));

    private static RecordsGrainStorage Build(IServiceProvider services)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var options = services.GetRequiredService<RecordsOptions>();
        var logger = services.GetRequiredService<ILogger<RecordsGrainStorage>>();
        return new RecordsGrainStorage([
            Store(source, options, logger, services.GetRequiredService<HouseholdMapping>()),
            Store(source, options, logger, services.GetRequiredService<CaseMapping>()),
        ]);
    }
}
