using System.Net;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.HttpOverrides;

namespace FangFanPin.Api.Edges;

internal static class EdgesFeature
{
    public static void AddEdges(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection("FangFanPin:Edges").Get<EdgeOptions>() ?? new EdgeOptions();
        services.AddSingleton(options);
        services.AddSingleton<NonceStore>();
        RateLimits.Add(services, options);
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = options.KnownProxies.Length > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var proxy in options.KnownProxies) forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        });
    }

    /// <summary>Before anything that asks for the address.</summary>
    public static void UseOuterEdges(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
    }

    /// <summary>Between knowing who asks and asking whether they may.</summary>
    public static void UseInnerEdges(this WebApplication app)
    {
        app.UseRateLimiter();
        app.UseMiddleware<SignedCalls>();
        app.UseMiddleware<Watch>();
    }
}
