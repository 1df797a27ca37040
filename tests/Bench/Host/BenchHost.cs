using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Silo;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Migrations;
using FangFanPin.Tests.Bench.Audit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>The product's own server (silo and API in this process) on a database of its own, which is dropped afterwards unless it is to be kept.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    public const string Ping = "/bench/ping";
    private const string KeptName = "ffp_bench_kept";
    private readonly string folder;
    private readonly string name;
    private readonly bool kept;
    private readonly string login = $"ffp_bench_login_{Guid.NewGuid():N}";
    private readonly string password = Guid.NewGuid().ToString("N");
    private readonly string postgres;
    private readonly int memoryMb;
    private readonly TimeProvider? clock;
    private WebApplication app = null!;

    private BenchHost(BenchOptions options, TimeProvider? clock)
    {
        (postgres, memoryMb, this.clock, kept) = (options.Postgres, options.MemoryMb, clock, options.Keep is not null);
        name = kept ? KeptName : $"ffp_bench_{Guid.NewGuid():N}";
        // The keys of what is sealed lie in it.
        folder = options.Keep is { } keep ? Directory.CreateDirectory(Path.Combine(keep, "files")).FullName : Directory.CreateTempSubdirectory("ffp-bench-").FullName;
    }

    public IGrainFactory Grains => app.Services.GetRequiredService<IGrainFactory>();
    public ISealer Sealer => app.Services.GetRequiredService<ISealer>();
    public RegionTree Tree => app.Services.GetRequiredService<IRegions>().Tree;
    public SwitchedAudit Audit => app.Services.GetRequiredService<SwitchedAudit>();
    public string Folder => folder;

    /// <summary>The role of the running system, on this run's database.</summary>
    public string Connection => new NpgsqlConnectionStringBuilder(postgres) { Database = name, Username = login, Password = password, MaxPoolSize = 80 }.ToString();

    /// <summary>A superuser on this run's database.</summary>
    public string Admin => new NpgsqlConnectionStringBuilder(postgres) { Database = name, MaxPoolSize = 80 }.ToString();

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="settings">Further options of the command line.</param>
    public static Task<BenchHost> StartAsync(BenchOptions options, params string[] settings) => StartAsync(options, null, settings);

    public static async Task<BenchHost> StartAsync(BenchOptions options, TimeProvider? clock, params string[] settings)
    {
        var host = new BenchHost(options, clock);
        await host.PrepareAsync();
        await host.ServeAsync(settings);
        return host;
    }

    /// <summary>Ends the server in order and starts a new one on the same database: nothing is left in memory.</summary>
    /// <returns>When the new one began to start.</returns>
    public async Task<long> RestartAsync(params string[] settings)
    {
        await app.StopAsync();
        await app.DisposeAsync();
        var started = Stopwatch.GetTimestamp();
        await ServeAsync(settings);
        return started;
    }

    private async Task ServeAsync(params string[] settings)
    {
        app = Server.Build(
            ["--connection", Connection, "--port", "0", "--silo-port", $"{FreePort()}", "--gateway-port", $"{FreePort()}", "--data", folder, "--memory", $"{memoryMb}",
                // A measurement signs in once.
                "--FangFanPin:Sessions:AccessMinutes=600",
                // The load comes from one account at one address.
                "--FangFanPin:Edges:AccountPerMinute=0", "--FangFanPin:Edges:AddressPerMinute=0", .. settings],
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Warning);
                builder.Configuration["Logging:LogLevel:Default"] = "Warning";
                builder.Services.AddSingleton<SwitchedAudit>().AddSingleton<AuditLog>(s => s.GetRequiredService<SwitchedAudit>());
                if (clock is not null) builder.Services.AddSingleton(clock);
            });
        app.MapGet(Ping, () => Results.Ok()).Requires(Permission.Anonymous, Area.None);
        await app.StartAsync();
    }

    private async Task PrepareAsync()
    {
        await ExecuteAsync(postgres, "do $$ begin create role ffp_app nologin; exception when duplicate_object or unique_violation then null; end $$");
        await ExecuteAsync(postgres, $"create role {login} login password '{password}' in role ffp_app");
        if (await AskAsync(postgres, $"select 1 from pg_database where datname = '{name}'") is null) await ExecuteAsync(postgres, $"create database {name}");
        new Migrator(new NpgsqlConnectionStringBuilder(Admin) { Pooling = false }.ToString()).Migrate();
    }

    /// <summary>Runs one statement and gives its first value, as the superuser.</summary>
    public Task<object?> AskAsync(string sql) => AskAsync(Admin, sql);

    private static async Task<object?> AskAsync(string connection, string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false, CommandTimeout = 600 }.ToString());
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task ExecuteAsync(string connection, string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ToString());
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        if (!kept) await ExecuteAsync(postgres, $"drop database if exists {name} with (force)");
        await ExecuteAsync(postgres, $"drop role if exists {login}");
        if (!kept) Directory.Delete(folder, recursive: true);
    }
}
