using System.Text.Encodings.Web;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Audit;
using FangFanPin.Api.Edges;
using FangFanPin.Api.Pages;
using FangFanPin.Api.Shared;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Scalar.AspNetCore;

namespace FangFanPin.Api;

/// <summary>The HTTP side, in the silo's process or in one of its own. Needs an <c>IGrainFactory</c> and an <c>NpgsqlDataSource</c> from its host.</summary>
public static class ApiHost
{
    /// <summary>Requests without a limit of their own are small JSON.</summary>
    private const long BodyBytesMax = 1024 * 1024;
    private const int ConnectionsMax = 5000;
    public const string ReadyTag = "ready";

    /// <param name="builder">The application under construction.</param>
    /// <param name="dataFolder">Folder of this installation's own files, such as the key of its tokens.</param>
    public static WebApplicationBuilder AddFangFanPinApi(this WebApplicationBuilder builder, string dataFolder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        var services = builder.Services;
        services.AddSingleton(new DataFolder(dataFolder));
        services.AddEdges(builder.Configuration);
        services.AddAccounts(builder.Configuration, dataFolder);
        services.AddSingleton<Archives>();
        AddAccess(services);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<WorldFailures>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.SerializerOptions.Converters.Add(new Moments.Converter());
        });
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [ReadyTag]);
        services.AddOpenApi("v1", ApiDocument.Configure);
        services.AddFeatures();
        return builder;
    }

    public static WebApplication MapFangFanPinApi(this WebApplication app)
    {
        app.UseOuterEdges();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<StreamsEndOnShutdown>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseInnerEdges();
        app.UseMiddleware<AccessMiddleware>();
        app.UseAuthorization();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").Requires(Permission.Anonymous, Area.None);
        app.MapScalarApiReference("/scalar", options => options
            .WithTitle("防返贫动态监测 API").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp()).Requires(Permission.Anonymous, Area.None);
        app.MapGroup("/api/v1").MapFeatures();
        app.MapConsole();
        return app;
    }

    /// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can serve (database reachable, silo active).</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).Requires(Permission.Anonymous, Area.None);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = WriteHealthAsync })
            .Requires(Permission.Anonymous, Area.None);
    }

    private static void AddAccess(IServiceCollection services)
    {
        // Authentication brings it along; tokens are signed with a key of our own, so nothing of it needs to outlive the process.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<Tokens, KnownTokens>((options, tokens, known) =>
        {
            options.MapInboundClaims = false;
            options.TokenValidationParameters = tokens.Validation();
            options.Events = new JwtBearerEvents { OnMessageReceived = known.RecogniseAsync, OnTokenValidated = known.RememberAsync };
        });
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    private static Task WriteHealthAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status == HealthStatus.Healthy ? "ready" : "not-ready",
        checks = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status == HealthStatus.Healthy),
    });
}
