using System.Net;
using System.Text.Json;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>What anybody sees from outside: health, documents, problems.</summary>
public sealed class DoorTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_started_server_is_live_and_ready()
    {
        using var client = server.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live", Ct)).StatusCode);
        Assert.Equal("ready", (await JsonAsync(await client.GetAsync("/health/ready", Ct))).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_api_document_and_its_page_need_nothing_from_elsewhere()
    {
        using var client = server.Anonymous();
        var document = await JsonAsync(await client.GetAsync("/openapi/v1.json", Ct));
        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/login", out _));
        var page = await client.GetStringAsync("/scalar/", Ct);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/scalar/scalar.js", Ct)).StatusCode);
    }

    [Fact]
    public async Task Metrics_are_in_prometheus_form()
    {
        using var client = server.Anonymous();
        Assert.Contains("# TYPE", await client.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_has_code_and_trace_id_and_nothing_of_the_inside()
    {
        using var client = await server.SignInAsync("410000000000", "viewer");
        var missing = await client.GetAsync("/api/v1/nothing-here", Ct);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        var problem = await JsonAsync(missing);
        Assert.Equal("request.not-found", problem.GetProperty("code").GetString());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("traceId").GetString()));

        var unreadable = await client.PostAsync("/api/v1/login", new StringContent("{\"name\":", System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        var text = await unreadable.Content.ReadAsStringAsync(Ct);
        Assert.Contains("request.malformed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    [Theory]
    // A trace id is 32 random hexadecimal digits: what must not come back is neither such digits nor short.
    [InlineData("ageFrom", "forty-two")]
    [InlineData("limit", "99999999999999")]
    public async Task A_parameter_that_cannot_be_read_is_named(string field, string value)
    {
        using var client = await server.SignInAsync("410000000000", "viewer");
        var answer = await client.GetAsync($"/api/v1/households?region=410000000000&{field}={value}", Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await JsonAsync(answer);
        Assert.Equal("request.malformed", problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("field").GetString());
        Assert.DoesNotContain(value, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_risk_that_is_no_code_is_refused()
    {
        using var client = await server.SignInAsync("410000000000", "viewer");
        var answer = await client.GetAsync("/api/v1/households?region=410000000000&risk=*", Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("risk", (await JsonAsync(answer)).GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_place_in_a_body_that_cannot_be_read_is_named()
    {
        using var client = server.Anonymous();
        var answer = await client.PostAsync("/api/v1/login", new StringContent("{\"name\":[1],\"password\":\"x\"}", System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("name", (await JsonAsync(answer)).GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413()
    {
        using var client = server.Anonymous();
        var body = new StringContent($"{{\"name\":\"{new string('x', 2 * 1024 * 1024)}\",\"password\":\"x\"}}", System.Text.Encoding.UTF8, "application/json");
        var answer = await client.PostAsync("/api/v1/login", body, Ct);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("request.too-large", (await JsonAsync(answer)).GetProperty("code").GetString());
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
}
