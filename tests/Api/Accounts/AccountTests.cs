using System.Net;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Tests.Api.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Accounts;

public sealed class AccountTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000";
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
    public async Task Wrong_password_unknown_name_and_disabled_account_look_the_same()
    {
        using var client = server.Anonymous();
        var known = await server.CreateAccountAsync(County, ["viewer"]);
        var disabled = await server.CreateAccountAsync(County, ["viewer"], disabled: true);
        var answers = new List<string>();
        foreach (var (name, password) in new[] { (known, "wrong"), ("nobody", "wrong"), (disabled, ApiServer.Password) })
        {
            var answer = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, password), Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            answers.Add((await answer.Content.ReadAsStringAsync(Ct))[..60]);
        }
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Guessing_is_slowed_down_with_429()
    {
        using var client = server.Anonymous();
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        for (var i = 0; i < LoginThrottle.FailuresMax; i++) await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, "wrong"), Ct);
        var blocked = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, ApiServer.Password), Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.NotNull(blocked.Headers.RetryAfter);
    }

    [Fact]
    public async Task Until_the_first_password_is_changed_only_the_own_account_is_open()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"], mustChange: true);
        using var client = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/me", Ct)).StatusCode);
        var weak = await client.PutAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(ApiServer.Password, "short"), Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
        var changed = await client.PutAsJsonAsync("/api/v1/me/password", new ChangePasswordRequest(ApiServer.Password, "another-password-1"), Ct);
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        var again = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, "another-password-1"), Ct);
        Assert.False((await again.Content.ReadFromJsonAsync<LoginResponse>(Ct))!.MustChangePassword);
    }
}
