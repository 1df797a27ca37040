using FangFanPin.Storage.Regions;
using FangFanPin.Storage.Rollup;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Rollup;

/// <summary>A database with the whole tree and the stores of the roll-up on it, once per test class.</summary>
public sealed class RollupDatabase(PostgresCluster postgres) : IAsyncLifetime
{
    private readonly PostgresDatabase database = new(postgres);

    public NpgsqlDataSource Source { get; private set; } = null!;

    public RegionDirectory Regions { get; private set; } = null!;

    public RollupStore Store { get; private set; } = null!;

    public RegionStructureStore Structure { get; private set; } = null!;

    /// <summary>A superuser on it.</summary>
    public string AdminConnectionString => database.AdminConnectionString;

    public RingSealer Sealer { get; } = new(KeyRing.Random());

    public RollupRows Rows { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Regions = new RegionDirectory(new RegionStore(Source), TimeProvider.System, NullLogger<RegionDirectory>.Instance);
        await Regions.StartAsync(default);
        Store = new RollupStore(Source, Regions, TimeProvider.System, NullLogger<RollupStore>.Instance);
        Structure = new RegionStructureStore(Source, Regions, Sealer, TimeProvider.System, NullLogger<RegionStructureStore>.Instance);
        Rows = new RollupRows(Source);
    }

    public async ValueTask DisposeAsync()
    {
        await Regions.StopAsync(default);
        Regions.Dispose();
        await Store.DisposeAsync();
        await Source.DisposeAsync();
        await database.DisposeAsync();
    }
}
