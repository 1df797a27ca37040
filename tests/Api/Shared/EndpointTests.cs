using FangFanPin.Api.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

public sealed class EndpointTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly string[] OpenToAnybody =
        ["/api/v1/login", "/api/v1/refresh", "/health/live", "/health/ready", "/metrics", "/openapi/{documentName}.json", "/scalar", "/m/{**path}"];

    [Fact]
    public void Every_endpoint_declares_a_permission_and_an_area_rule()
    {
        var silent = Undeclared(server.Services.GetRequiredService<EndpointDataSource>().Endpoints);
        Assert.True(silent.Count == 0, $"without Requires(permission, area): {string.Join(", ", silent)}");
    }

    [Fact]
    public void The_check_finds_an_endpoint_that_declares_nothing()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/forgotten", () => "x");
        app.MapGet("/declared", () => "x").Requires(Permission.OwnAccount, Area.Own);
        Assert.Equal(["/forgotten"], Undeclared(((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints)));
    }

    [Fact]
    public void Only_the_listed_endpoints_are_open_to_anybody()
    {
        var open = Routes(server.Services.GetRequiredService<EndpointDataSource>().Endpoints)
            .Where(e => e.Metadata.GetMetadata<AccessRule>()?.Permission == Permission.Anonymous)
            .Select(e => "/" + e.RoutePattern.RawText?.Trim('/'))
            .Where(path => !OpenToAnybody.Any(known => path == known || path.StartsWith("/scalar/", StringComparison.Ordinal) || path.StartsWith("/api/v1/public/", StringComparison.Ordinal)));
        Assert.Empty(open);
    }

    private static List<string?> Undeclared(IEnumerable<Microsoft.AspNetCore.Http.Endpoint> endpoints) =>
        [.. Routes(endpoints).Where(e => e.Metadata.GetMetadata<AccessRule>() is null).Select(e => e.RoutePattern.RawText)];

    private static IEnumerable<RouteEndpoint> Routes(IEnumerable<Microsoft.AspNetCore.Http.Endpoint> endpoints) => endpoints.OfType<RouteEndpoint>();
}
