using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

public sealed class ListEndpointTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public void Every_address_that_is_read_is_known_as_a_list_with_judged_plans_or_as_none()
    {
        var read = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => $"{m} /{e.RoutePattern.RawText?.Trim('/')}"))
            .Where(a => a.StartsWith("GET /api/", StringComparison.Ordinal) || a.EndsWith("/search", StringComparison.Ordinal) || a == "POST /api/v1/exports")
            .Distinct().ToList();
        var known = ListEndpoints.All.Keys.Concat(ListEndpoints.NoLists).ToList();
        Assert.Equal(known.Count, known.Distinct().Count());
        Assert.Empty(read.Except(known));
        Assert.Empty(known.Except(read));
    }
}
