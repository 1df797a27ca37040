using System.Net;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Edges;

/// <summary>With bounds so narrow that a test reaches them.</summary>
public sealed class StrictServer(PostgresCluster cluster) : ApiServer(cluster)
{
    protected override string[] Limits =>
    [
        "--FangFanPin:Edges:AccountPerMinute=40", "--FangFanPin:Edges:AddressPerMinute=80", "--FangFanPin:Edges:LoginsPerMinute=20",
        "--FangFanPin:Edges:RefusalsAlarm=5", "--FangFanPin:Edges:ReadsAlarm=5", "--FangFanPin:Edges:NightFromHour=0", "--FangFanPin:Edges:NightToHour=24",
    ];
}

public sealed class EdgeTests(StrictServer server) : IClassFixture<StrictServer>
{
    private const string County = "411424000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_asks_too_often_waits_and_others_do_not()
    {
        using var busy = await server.SignInAsync(County, RoleNames.Viewer);
        using var calm = await server.SignInAsync(County, RoleNames.Viewer);
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 30; i++) answers.Add(await busy.GetAsync("/api/v1/me", Ct));
        Assert.Equal(HttpStatusCode.OK, answers[0].StatusCode);
        var refused = Assert.IsType<HttpResponseMessage>(answers.Find(a => a.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("request.too-many-requests", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await calm.GetAsync("/api/v1/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task An_address_that_asks_too_often_waits_and_what_watches_the_server_does_not()
    {
        using var client = server.Anonymous();
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 60; i++) codes.Add((await client.GetAsync("/api/v1/me", Ct)).StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live", Ct)).StatusCode);
        using var other = server.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/api/v1/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task Good_logins_are_bounded_too()
    {
        using var client = server.Anonymous();
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++) codes.Add((await client.PostAsJsonAsync("/api/v1/refresh", new RefreshRequest($"no-token-{i}"), Ct)).StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
    }

    [Fact]
    public async Task An_address_that_a_client_claims_is_believed_of_a_known_proxy_only()
    {
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        var name = await server.CreateAccountAsync(County, [RoleNames.Viewer]);
        // The proxy's own entry is the last one; what stands before it the client wrote.
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", $"1.2.3.4, {ApiServer.NewAddress()}");
        await server.LoginAsync(client, name);
        Assert.Equal(0L, await server.AskAsync($"select count(*) from login_session where account = '{name}' and address = '1.2.3.4'"));
    }

    [Fact]
    public async Task Every_answer_tells_browsers_to_stay_away_and_no_origin_is_let_across()
    {
        using var client = server.Anonymous();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/me");
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        foreach (var answer in new[] { await client.GetAsync("/api/v1/me", Ct), await client.GetAsync("/nowhere", Ct), await client.GetAsync("/health/live", Ct), await client.SendAsync(preflight, Ct) })
        {
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.False(answer.Headers.Contains("Server"));
        }
        Assert.True((await client.GetAsync("/api/v1/me", Ct)).Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Many_refusals_many_reads_and_an_export_at_night_raise_one_alarm_each()
    {
        var name = await server.CreateAccountAsync(County, [RoleNames.Exporter]);
        using var client = await server.SignInAsync(name);
        for (var i = 0; i < 7; i++) await client.GetAsync("/api/v1/regions/411425000000", Ct);
        for (var i = 0; i < 7; i++) Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/households?region={County}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/households.xlsx?region={County}", Ct)).StatusCode);
        foreach (var kind in new[] { "many-refusals", "mass-reads", "export-at-night" })
        {
            // The alarm of a file is written after the file was.
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            deadline.CancelAfter(TimeSpan.FromSeconds(20));
            while ((long)(await server.AskAsync($"select count(*) from audit where actor = '{name}' and action = 'alarm' and result = '{kind}'"))! != 1) await Task.Delay(50, deadline.Token);
        }
        using var other = server.Anonymous();
        Assert.Contains("mass-reads", await other.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }
}
