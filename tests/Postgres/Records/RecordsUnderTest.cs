using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Records;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace FangFanPin.Tests.Postgres.Records;

/// <summary>The provider as the silo registers it, on one database.</summary>
public sealed class RecordsUnderTest : IAsyncDisposable
{
    private static readonly GrainType Type = GrainType.Create("household");
    private readonly ServiceProvider services;

    public RecordsUnderTest(string connectionString, ISealer? sealer = null, RecordsOptions? options = null)
    {
        services = new ServiceCollection().AddLogging()
            .AddSingleton(_ => NpgsqlDataSource.Create(connectionString))
            .AddSingleton(sealer ?? new RingSealer(KeyRing.Random()))
            .AddRecordsStorage(options)
            .BuildServiceProvider();
    }

    public IGrainStorage Storage => services.GetRequiredKeyedService<IGrainStorage>(RecordsRegistration.ProviderName);
    public NpgsqlDataSource Source => services.GetRequiredService<NpgsqlDataSource>();
    public ISealer Sealer => services.GetRequiredService<ISealer>();
    public IHouseholdHistory History => new HouseholdHistory(Source, Sealer);
    public HouseholdMapping Mapping => services.GetRequiredService<HouseholdMapping>();

    public static GrainId Key(string code) => GrainId.Create(Type, "hh/" + code);

    public async Task<GrainState<HouseholdState>> ReadAsync(string code)
    {
        var state = new GrainState<HouseholdState>(new HouseholdState());
        await Storage.ReadStateAsync("household", Key(code), state);
        return state;
    }

    public async Task<GrainState<HouseholdState>> WriteAsync(string code, HouseholdState value, GrainState<HouseholdState>? held = null)
    {
        held ??= new GrainState<HouseholdState>();
        held.State = value;
        await Storage.WriteStateAsync("household", Key(code), held);
        return held;
    }

    public Task<GrainState<HouseholdState>> WriteAsync(int number, string? village = null) =>
        WriteAsync(SampleHouseholds.Code(number), SampleHouseholds.State(number, village));

    public Task ClearAsync(string code, GrainState<HouseholdState> held) => Storage.ClearStateAsync("household", Key(code), held);

    /// <summary>All rows of a query, values as text with <c>|</c> between.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
        return [.. rows];
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
