using System.Net;
using FangFanPin.Api;
using FangFanPin.Api.Shared;
using FangFanPin.Storage.Migrations;
using Microsoft.Extensions.Logging.Console;
using Npgsql;

namespace FangFanPin.Silo;

/// <summary>Builds the server from its parts. Hosted services stop in reverse order of their registration: HTTP first, then the silo.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Build(args);
        if (Behind(app) is { } behind)
        {
            await Console.Error.WriteLineAsync(behind);
            return 1;
        }
        await app.RunAsync();
        return 0;
    }

    /// <param name="args">Command line, see <see cref="SiloSettings"/>.</param>
    /// <param name="more">Last touches of a test: replaced services, another clock.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? more = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        SiloSettings.Add(builder.Configuration, args);
        var settings = SiloSettings.From(builder.Configuration);
        settings.Tls.Check(settings.ConnectionString);
        settings.Memory.Apply();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, settings.HttpPort, settings.Tls.ForKestrel));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(settings.StopSeconds));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => DataSource(settings));
        builder.AddTelemetry();
        // Whoever writes a log entry would wait for the console: with thousands a second, which only a fault writes, grains stood still for 20 seconds.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        // Before the silo, which answers calls as soon as it stands: decisions without the region tree would refuse every village as unknown.
        Features.AddShared(builder.Services, builder.Configuration);
        AddOrleans(builder, settings);
        if (settings.Role != SiloRole.Silo) builder.AddFangFanPinApi(settings.DataFolder);
        more?.Invoke(builder);

        var app = builder.Build();
        if (settings.Role == SiloRole.Silo) app.MapHealth();
        else app.MapFangFanPinApi();
        app.MapPrometheusScrapingEndpoint("/metrics").Requires(Permission.Anonymous, Area.None);
        return app;
    }

    private static void AddOrleans(WebApplicationBuilder builder, SiloSettings settings)
    {
        if (settings.Role == SiloRole.Api)
        {
            builder.UseOrleansClient(client => client.AddCluster(settings));
            return;
        }
        builder.UseOrleans(silo => silo.AddCluster(settings));
        builder.Services.AddHealthChecks().AddCheck<SiloCheck>("silo", tags: [ApiHost.ReadyTag]);
        Features.AddSilo(builder.Services, builder.Configuration);
    }

    private static NpgsqlDataSource DataSource(SiloSettings settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.RequiredConnectionString())
        {
            ApplicationName = $"ffp-{settings.Role}".ToLowerInvariant(),
            MaxPoolSize = settings.DatabasePoolMax,
            // Statements are few and repeated: each session keeps them prepared.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 3,
        };
        return new NpgsqlDataSourceBuilder(connection.ToString()) { Name = "main" }.Build();
    }

    /// <summary>The server's role cannot migrate, and must not run on tables that it does not know.</summary>
    private static string? Behind(WebApplication app)
    {
        try
        {
            var missing = new Migrator(app.Services.GetRequiredService<SiloSettings>().RequiredConnectionString()).Pending();
            return missing.Count == 0 ? null : $"数据库缺少 {missing.Count} 个升级脚本({string.Join('、', missing)})。请先执行 migrate。";
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            return $"无法使用数据库:{e.Message}";
        }
    }
}
