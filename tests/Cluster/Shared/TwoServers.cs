using FangFanPin.Contracts;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Silo;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Cluster.Shared;

/// <summary>Two servers as they are composed for real, one cluster, one fresh database. They share this process: for faults see the tests that start processes.</summary>
public class TwoServers : IAsyncLifetime
{
    private readonly PostgresCluster cluster;
    private readonly string[] more;

    private readonly string folder = Directory.CreateTempSubdirectory("ffp-cluster-").FullName;
    private readonly List<WebApplication> servers = [];
    private PostgresDatabase database = null!;

    public TwoServers(PostgresCluster cluster) : this(cluster, new ShiftedClock(TimeSpan.Zero))
    {
    }

    /// <param name="clock">Of both.</param>
    /// <param name="more">Further options of the command line.</param>
    protected TwoServers(PostgresCluster cluster, ShiftedClock clock, params string[] more) => (this.cluster, Clock, this.more) = (cluster, clock, more);

    public ShiftedClock Clock { get; }

    /// <summary>Last touches to each server.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    /// <summary>Calls go in through the first; grains stand on either.</summary>
    public IGrainFactory Grains => servers[0].Services.GetRequiredService<IGrainFactory>();
    public RegionTree Tree => servers[0].Services.GetRequiredService<IRegions>().Tree;

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        var id = Guid.NewGuid().ToString("N");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var server = Server.Build([
                "--connection", database.ConnectionString, "--data", folder, "--port", "0",
                "--silo-port", FreePort(), "--gateway-port", FreePort(), "--cluster-id", id, .. more,
            ], builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(Clock);
                Configure(builder.Services);
            });
            servers.Add(server);
            await server.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    public IHouseholdGrain Household(string code) => Grains.Household(code);
    public IRegionGrain Region(Region region) => Grains.Region(region);

    public IServiceProvider Services => servers[0].Services;

    public static HouseholdCommand Command(HouseholdChange change, long? seen = null, Guid? id = null) => new()
    {
        CommandId = id ?? Guid.NewGuid(), ExpectedVersion = seen, Change = change,
        Actor = new Actor("tester", "测试", "editor", "410000000000"),
    };

    public async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database.AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until nothing is owed, i.e. the province has seen every write.</summary>
    public async Task SettledAsync()
    {
        var deadline = DateTime.UtcNow.AddSeconds(90);
        while (await CountAsync("select count(*) from owed") is var owed and > 0)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{owed} debts are still open after 90 s.");
            await Task.Delay(100);
        }
    }

    /// <summary>As a superuser.</summary>
    public Task ExecuteAsync(string sql) => PostgresCluster.ExecuteAsync(database.AdminConnectionString, sql);

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }
}
