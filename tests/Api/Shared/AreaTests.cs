using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Accounts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>Over every endpoint there is, so that a new one is held to the same without anybody remembering it.</summary>
public sealed partial class AreaTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Mine = "411424000000";
    private const string Neighbour = "411425000000";
    private const string Above = "411400000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_gets_in_anywhere_without_signing_in()
    {
        using var client = server.Anonymous();
        foreach (var (endpoint, rule, method) in Endpoints().Where(e => e.Rule.Permission != Permission.Anonymous))
        {
            var answer = await client.SendAsync(Request(endpoint, rule, method, Mine), HttpCompletionOption.ResponseHeadersRead, Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {endpoint.RoutePattern.RawText}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData(Neighbour)]
    [InlineData(Above)]
    [InlineData("990000000000")]
    public async Task Nobody_gets_at_a_region_beside_above_or_outside_the_own_one_whatever_the_role(string region)
    {
        using var client = await server.SignInAsync(Mine, Roles.Viewer, Roles.Editor, Roles.Importer, Roles.Admin, RoleNames.Exporter, RoleNames.Unmasker, RoleNames.Reviewer);
        var tried = 0;
        foreach (var (endpoint, rule, method) in Endpoints().Where(e => e.Rule.Area.RegionParameter is not null))
        {
            var answer = await client.SendAsync(Request(endpoint, rule, method, region), HttpCompletionOption.ResponseHeadersRead, Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText}: {answer.StatusCode}");
            Assert.Equal("access.outside-area", JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("code").GetString());
            tried++;
        }
        Assert.True(tried > 5, $"only {tried} endpoints with a region");
    }

    [Theory]
    [InlineData(Roles.Viewer)]
    [InlineData(Roles.Editor)]
    [InlineData(Roles.Importer)]
    [InlineData(Roles.Admin)]
    public async Task A_role_opens_only_what_it_permits(string role)
    {
        using var client = await server.SignInAsync(Mine, role);
        foreach (var (endpoint, rule, method) in Endpoints().Where(e => !Roles.Allow([role], e.Rule.Permission)))
        {
            var answer = await client.SendAsync(Request(endpoint, rule, method, Mine), HttpCompletionOption.ResponseHeadersRead, Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText} as {role}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_refused_access_leaves_a_line_that_the_system_itself_cannot_change()
    {
        var name = await server.CreateAccountAsync(Mine, [Roles.Viewer]);
        using var client = await server.SignInAsync(name);
        await client.GetAsync($"/api/v1/regions/{Neighbour}", Ct);
        await using var database = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = database.CreateCommand("select object || ' ' || result from audit where actor = $1 and result <> 'ok'");
        command.Parameters.Add(new() { Value = name });
        Assert.Equal($"/api/v1/regions/{Neighbour} access.outside-area", await command.ExecuteScalarAsync(Ct));
        foreach (var sql in new[] { "update audit set actor = ''", "delete from audit" })
        {
            await using var change = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => change.ExecuteNonQueryAsync(Ct))).SqlState);
        }
    }

    private IEnumerable<(RouteEndpoint Endpoint, AccessRule Rule, string Method)> Endpoints() =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let rule = endpoint.Metadata.GetMetadata<AccessRule>()
        where rule is not null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (endpoint, rule, method);

    private static HttpRequestMessage Request(RouteEndpoint endpoint, AccessRule rule, string method, string region)
    {
        var place = rule.Area.RegionParameter;
        var path = Parameter().Replace(endpoint.RoutePattern.RawText!, m =>
            place is (false, var name) && m.Groups[1].Value == name ? region : m.Value.Contains(":guid", StringComparison.Ordinal) ? $"{Guid.Empty}" : "1");
        return new HttpRequestMessage(new HttpMethod(method), place is (true, var query) ? $"{path}?{query}={region}" : path);
    }

    [GeneratedRegex(@"\{\**([A-Za-z]+)[^}]*\}")]
    private static partial Regex Parameter();
}
