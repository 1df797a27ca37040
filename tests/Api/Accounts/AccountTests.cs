using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Accounts;

public sealed class AccountTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000";
    private const string Other = "kZ8#vQ2m-harvest";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_signs_in_and_sees_its_region_and_permissions()
    {
        using var client = await server.SignInAsync(County, "viewer", "importer");
        var me = await client.GetFromJsonAsync<MeResponse>("/api/v1/me", Ct);
        Assert.Equal(County, me!.Region);
        Assert.Contains("ChangeImports", me.Permissions);
        Assert.DoesNotContain("ChangeHouseholds", me.Permissions);
    }

    [Fact]
    public async Task Without_a_token_or_with_a_foreign_one_there_is_nothing_to_see()
    {
        using var client = server.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/me", Ct)).StatusCode);
        // Signed with no algorithm at all, for the province's administrator.
        client.DefaultRequestHeaders.Authorization = new("Bearer", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJlZ2lvbiI6IjQxMDAwMDAwMDAwMCIsInJvbGUiOiJhZG1pbiIsImlzcyI6ImZhbmdmYW5waW4iLCJhdWQiOiJmYW5nZmFucGluIiwiZXhwIjo0MTAyNDQ0ODAwfQ.");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task Wrong_password_unknown_name_disabled_dormant_and_altered_accounts_look_the_same()
    {
        var known = await server.CreateAccountAsync(County, ["viewer"]);
        var disabled = await server.CreateAccountAsync(County, ["viewer"], disabled: true);
        var dormant = await server.CreateAccountAsync(County, ["viewer"]);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update accounts set last_login_at = now() - interval '91 days' where name = '{dormant}'");
        var altered = await server.CreateAccountAsync(County, ["viewer"]);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update accounts set roles = '{{admin}}' where name = '{altered}'");
        var answers = new List<string>();
        foreach (var (name, password) in new[] { (known, "wrong"), ("nobody", "wrong"), ("13812345678", "wrong"), (disabled, ApiServer.Password), (dormant, ApiServer.Password), (altered, ApiServer.Password) })
        {
            using var client = server.Anonymous();
            var answer = await LoginAsync(client, name, password);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            answers.Add(text[..text.IndexOf("traceId", StringComparison.Ordinal)]);
        }
        Assert.Single(answers.Distinct());
    }

    /// <summary>Counted instead of timed: the same statements in the same order, and one password hashed, whoever is asked for.</summary>
    [Fact]
    public async Task A_login_that_fails_does_the_same_work_for_known_unknown_closed_and_altered_names()
    {
        var known = await server.CreateAccountAsync(County, ["viewer"]);
        var disabled = await server.CreateAccountAsync(County, ["viewer"], disabled: true);
        var altered = await server.CreateAccountAsync(County, ["viewer"]);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update accounts set roles = '{{admin}}' where name = '{altered}'");
        var work = new ConcurrentQueue<(ActivityTraceId Trace, string What)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or Passwords.Activities,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => work.Enqueue((activity.TraceId, $"{activity.OperationName} {activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")}")),
        };
        ActivitySource.AddActivityListener(listener);
        async Task<string> WorkOfAsync(string name, string password)
        {
            var trace = ActivityTraceId.CreateRandom();
            using var client = server.Anonymous();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/login") { Content = JsonContent.Create(new LoginRequest(name, password)) };
            request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(request, Ct)).StatusCode);
            return string.Join('\n', work.Where(w => w.Trace == trace).Select(w => w.What));
        }
        await WorkOfAsync(known, "first"); // plans, caches
        var expected = await WorkOfAsync(known, "wrong");
        Assert.Single(expected.Split('\n'), line => line.StartsWith(Passwords.CheckActivity, StringComparison.Ordinal));
        Assert.True(expected.Split('\n').Length >= 4, expected);
        Assert.Equal(expected, await WorkOfAsync($"nobody-{Guid.NewGuid():N}", "wrong"));
        Assert.Equal(expected, await WorkOfAsync(disabled, ApiServer.Password));
        Assert.Equal(expected, await WorkOfAsync(altered, "wrong"));
    }

    [Fact]
    public async Task Five_failures_lock_the_account_for_every_address_and_say_the_same_of_unknown_names()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        foreach (var typed in new[] { name, $"nobody-{Guid.NewGuid():N}"[..20] })
        {
            for (var i = 0; i < 5; i++)
            {
                using var guesser = server.Anonymous();
                Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(guesser, typed, "wrong")).StatusCode);
            }
            using var client = server.Anonymous();
            var blocked = await LoginAsync(client, typed, ApiServer.Password);
            Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
            Assert.NotNull(blocked.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task Five_failures_lock_the_address_for_every_account()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        using var client = server.Anonymous();
        for (var i = 0; i < 5; i++) await LoginAsync(client, $"nobody-{i}", "wrong");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LoginAsync(client, name, ApiServer.Password)).StatusCode);
        using var elsewhere = server.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(elsewhere, name, ApiServer.Password)).StatusCode);
    }

    [Fact]
    public async Task Until_the_first_password_is_changed_only_the_own_account_is_open()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"], mustChange: true);
        using var client = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/me", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/api/v1/regions/{County}", Ct)).StatusCode);
        foreach (var weak in new[] { "short", "Password123!", $"x-{name}-x", ApiServer.Password })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChangeAsync(client, ApiServer.Password, weak)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(client, ApiServer.Password, Other)).StatusCode);
        var again = await LoginAsync(client, name, Other);
        Assert.False((await again.Content.ReadFromJsonAsync<LoginResponse>(Ct))!.MustChangePassword);
    }

    [Fact]
    public async Task A_password_that_is_ninety_days_old_must_be_changed()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var accounts = server.Accounts;
        await accounts.ReplaceAsync((await accounts.FindAsync(name, Ct))! with { PasswordChangedAt = DateTimeOffset.UtcNow.AddDays(-90) }, Ct);
        using var client = server.Anonymous();
        Assert.True((await server.LoginAsync(client, name)).MustChangePassword);
    }

    [Fact]
    public async Task None_of_the_last_five_passwords_comes_back()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var now = ApiServer.Password;
        for (var i = 0; i < 5; i++)
        {
            using var client = server.Anonymous();
            var login = await (await LoginAsync(client, name, now)).Content.ReadFromJsonAsync<LoginResponse>(Ct);
            client.DefaultRequestHeaders.Authorization = new("Bearer", login!.Token);
            var back = await ChangeAsync(client, now, ApiServer.Password);
            Assert.Contains("account.password-used-before", await back.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            var next = $"{Other}-{i}";
            Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(client, now, next)).StatusCode);
            now = next;
        }
        using var last = server.Anonymous();
        var session = await (await LoginAsync(last, name, now)).Content.ReadFromJsonAsync<LoginResponse>(Ct);
        last.DefaultRequestHeaders.Authorization = new("Bearer", session!.Token);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(last, now, ApiServer.Password)).StatusCode);
    }

    [Fact]
    public async Task A_dormant_account_is_closed_and_said_so()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var other = await server.CreateAccountAsync(County, ["viewer"]);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update accounts set last_login_at = now() - interval '90 days' where name = '{name}'");
        await server.Services.GetRequiredService<AccountUpkeep>().RunAsync(Ct);
        Assert.True(await server.Accounts.FindAsync(name, Ct) is { Disabled: true, Intact: true });
        Assert.False((await server.Accounts.FindAsync(other, Ct))!.Disabled);
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where object = '{name}' and action = '停用休眠账号'"));
    }

    private static Task<HttpResponseMessage> LoginAsync(HttpClient client, string name, string password) =>
        client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, password), Ct);

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string old, string wanted) =>
        client.PutAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(old, wanted), Ct);
}
