using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Accounts;

public sealed class SessionTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stolen_refresh_token_costs_thief_and_owner_the_session()
    {
        using var client = server.Anonymous();
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var first = await server.LoginAsync(client, name);
        var second = await RefreshAsync(client, first.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(second!.Token));
        Assert.Null(await RefreshAsync(client, first.RefreshToken));
        Assert.Null(await RefreshAsync(client, second.RefreshToken));
        await UntilAsync(async () => await MeAsync(second.Token) == HttpStatusCode.Unauthorized && await MeAsync(first.Token) == HttpStatusCode.Unauthorized);
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where actor = '{name}' and result = 'refresh-token-stolen'"));
        Assert.Contains("refresh-token-stolen", await client.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_and_by_signing_out()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        using var one = await server.SignInAsync(name);
        using var two = await server.SignInAsync(name);
        var sessions = await one.GetFromJsonAsync<List<SessionResponse>>("/api/v1/me/sessions", Ct);
        Assert.Equal(2, sessions!.Count);
        var other = Assert.Single(sessions, s => !s.Current);
        Assert.Equal(HttpStatusCode.NoContent, (await one.DeleteAsync($"/api/v1/me/sessions/{other.Id}", Ct)).StatusCode);
        await UntilAsync(async () => (await two.GetAsync("/api/v1/me", Ct)).StatusCode == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await one.GetAsync("/api/v1/me", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await one.PostAsync("/api/v1/logout", null, Ct)).StatusCode);
        await UntilAsync(async () => (await one.GetAsync("/api/v1/me", Ct)).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_somebody_else_as_if_it_were_his()
    {
        using var one = await server.SignInAsync(County, "viewer");
        using var two = await server.SignInAsync(County, "viewer");
        var id = (await two.GetFromJsonAsync<List<SessionResponse>>("/api/v1/me/sessions", Ct))!.Single().Id;
        Assert.Equal(HttpStatusCode.NotFound, (await one.DeleteAsync($"/api/v1/me/sessions/{id}", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_changed_password_ends_every_session()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        using var one = await server.SignInAsync(name);
        using var two = await server.SignInAsync(name);
        var changed = await one.PutAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(ApiServer.Password, "kZ8#vQ2m-harvest"), Ct);
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        foreach (var client in new[] { one, two }) await UntilAsync(async () => (await client.GetAsync("/api/v1/me", Ct)).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_and_its_code_comes_only_once()
    {
        var name = await server.CreateAccountAsync(County, ["admin"]);
        using var client = server.Anonymous();
        var without = await LoginAsync(client, name, null);
        Assert.Contains("account.code-required", await without.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        // Of the present half minute: still good in the next one, which may begin at any moment.
        var keys = server.Services.GetRequiredService<AccountKeys>();
        var code = Totp.Code(keys.OpenSecret(name, (await server.Accounts.FindAsync(name))!.TotpSecret!), Totp.StepAt(server.Clock.GetUtcNow()));
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(client, name, code)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(client, name, code)).StatusCode);
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where actor = '{name}' and result = 'code-replayed'"));
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(client, name, await server.NextCodeAsync(name))).StatusCode);
    }

    [Fact]
    public async Task A_right_password_does_not_buy_more_guesses_at_the_code()
    {
        var name = await server.CreateAccountAsync(County, ["admin"]);
        var refused = 0;
        for (var i = 0; i < 12; i++)
        {
            using var client = server.Anonymous();
            await LoginAsync(client, name, null);
            if ((await LoginAsync(client, name, "000000")).StatusCode == HttpStatusCode.TooManyRequests) refused++;
        }
        Assert.True(refused >= 6, $"only {refused} of 12 guesses were refused");
    }

    [Fact]
    public async Task Whoever_needs_a_second_factor_does_nothing_before_it_is_set_up()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var accounts = server.Accounts;
        await accounts.ReplaceAsync((await accounts.FindAsync(name, Ct))! with { Roles = ["exporter"], EnrolHash = null }, Ct);
        using var client = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/api/v1/regions/{County}", Ct)).StatusCode);

        var begun = await (await client.PostAsJsonAsync("/api/v1/me/totp", new BeginTotpRequest(ApiServer.Password), Ct)).Content.ReadFromJsonAsync<BeginTotpResponse>(Ct);
        var secret = Totp.Secret(begun!.Secret);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PostAsJsonAsync("/api/v1/me/totp/confirm", new ConfirmTotpRequest("000000"), Ct)).StatusCode);
        var code = Totp.Code(secret, Totp.StepAt(DateTimeOffset.UtcNow));
        var confirmed = await (await client.PostAsJsonAsync("/api/v1/me/totp/confirm", new ConfirmTotpRequest(code), Ct)).Content.ReadFromJsonAsync<ConfirmTotpResponse>(Ct);
        Assert.Equal(10, confirmed!.RecoveryCodes.Distinct().Count());

        using var again = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync($"/api/v1/regions/{County}", Ct)).StatusCode);
        foreach (var expected in new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized })
            Assert.Equal(expected, (await LoginAsync(again, name, confirmed.RecoveryCodes[0])).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(again, name, confirmed.RecoveryCodes[1].ToUpperInvariant())).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_at_its_time_even_if_its_token_says_otherwise()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var account = (await server.Accounts.FindAsync(name, Ct))!;
        var now = DateTimeOffset.UtcNow;
        var session = new LoginSession(Guid.NewGuid(), name, account.Stamp, now.AddHours(-13), now, now.AddHours(-1), "local", "test");
        await server.Services.GetRequiredService<SessionStore>().OpenAsync(session, [1, 2, 3], 10, Ct);
        var (token, _) = server.Services.GetRequiredService<Tokens>().Issue(account, session with { EndsAt = now.AddHours(1) }, default);
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(token));
    }

    private static Task<HttpResponseMessage> LoginAsync(HttpClient client, string name, string? code) =>
        client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, ApiServer.Password, code), Ct);

    private static async Task<LoginResponse?> RefreshAsync(HttpClient client, string token)
    {
        var answer = await client.PostAsJsonAsync("/api/v1/refresh", new RefreshRequest(token), Ct);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<LoginResponse>(Ct) : null;
    }

    private async Task<HttpStatusCode> MeAsync(string token)
    {
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await client.GetAsync("/api/v1/me", Ct)).StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition()) await Task.Delay(20, deadline.Token);
    }
}
