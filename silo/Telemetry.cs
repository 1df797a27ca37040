using System.Diagnostics;
using FangFanPin.Domain.Records;
using Microsoft.AspNetCore.Http;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FangFanPin.Silo;

/// <summary>
/// Traces, metrics and logs of API, grains and database. Prometheus reads <c>/metrics</c>; everything also goes to an OTLP collector when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set (and is then sampled as <c>OTEL_TRACES_SAMPLER</c> says).
/// </summary>
internal static class Telemetry
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Without a collector no span is ever made, and nothing has to look for one on every call.</summary>
    public static bool IsExported(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[OtlpEndpoint]);

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("fangfanpin"))
            .WithMetrics(metrics => metrics
                .AddMeter("FangFanPin*", "Microsoft.Orleans", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (!IsExported(builder.Configuration)) return; // spans that nobody collects only cost time
        telemetry.WithTracing(tracing => tracing
            .AddSource("FangFanPin*", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
            .AddAspNetCoreInstrumentation(requests => requests.EnrichWithHttpRequest = WithoutNumbers)
            .AddNpgsql());
        builder.Logging.AddOpenTelemetry(logs => logs.IncludeScopes = true);
        telemetry.UseOtlpExporter();
    }

    /// <summary>What people type into an address or a header may be somebody's number. Queries the instrumentation leaves out by itself.</summary>
    private static void WithoutNumbers(Activity span, HttpRequest request)
    {
        span.SetTag("url.path", Masking.InCodes(request.Path.Value));
        span.SetTag("user_agent.original", Masking.Loose(request.Headers.UserAgent.ToString()));
    }
}
