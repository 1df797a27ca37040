using System.Net;
using System.Text.Json;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Pages;

/// <summary>The phone pages as the server gives them out, and the shapes that they were built for.</summary>
public sealed class ConsoleTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_console_was_built_for_the_shapes_that_the_api_has()
    {
        using var client = server.Anonymous();
        using var live = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Ct));
        using var built = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "api/Console/src/api/openapi.json"), Ct));
        var stale = Differences(built.RootElement, live.RootElement).ToList();
        Assert.True(stale.Count == 0, $"run deploy/scripts/console.sh types URL against a running server; differs in: {string.Join(", ", stale)}");
    }

    [Theory]
    [InlineData("/m")]
    [InlineData("/m/declare/411424001201-X")]
    [InlineData("/m/case/1")]
    public async Task A_page_is_either_there_with_a_policy_or_says_that_it_was_not_built(string path)
    {
        using var client = server.Anonymous();
        var answer = await client.GetAsync(path, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            Assert.Contains("console.sh build", text, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(path.Contains("declare", StringComparison.Ordinal), text.Contains("自主申报", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/m/assets/..%2f..%2fappsettings.json")]
    [InlineData("/m/assets/../../appsettings.json")]
    [InlineData("/m/assets/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/m/assets/none.js")]
    public async Task Nothing_outside_the_folder_is_given_out(string path)
    {
        using var client = server.Anonymous();
        var answer = await client.GetAsync(path, Ct);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("Logging", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Differences(JsonElement built, JsonElement live)
    {
        foreach (var path in built.GetProperty("paths").EnumerateObject())
            foreach (var method in path.Value.EnumerateObject())
                if (!live.GetProperty("paths").TryGetProperty(path.Name, out var same) || !same.TryGetProperty(method.Name, out _)) yield return $"{method.Name} {path.Name}";
        foreach (var schema in built.GetProperty("components").GetProperty("schemas").EnumerateObject())
            if (!live.GetProperty("components").GetProperty("schemas").TryGetProperty(schema.Name, out var same) || Members(schema.Value) != Members(same)) yield return schema.Name;
    }

    private static string Members(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) ? string.Join(',', properties.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)) : "";
}
