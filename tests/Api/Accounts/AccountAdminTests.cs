using System.Net;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Accounts;

public sealed class AccountAdminTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string City = "411400000000";
    private const string County = "411424000000";
    private const string Neighbour = "411425000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_administrators_together_make_an_account_that_works()
    {
        using var system = await server.SignInAsync(City, RoleNames.SystemAdmin);
        using var security = await server.SignInAsync(City, RoleNames.SecurityAdmin);
        var made = await CreateAsync(system, $"p{Guid.NewGuid():N}"[..16], County);
        using var owner = server.Anonymous();
        var login = await LoginAsync(owner, made.Name, made.FirstPassword);
        Assert.True(login.MustChangePassword);

        // Its maker cannot take it over: the second factor is bound to what only the security administrator got.
        var assigned = await AssignAsync(security, made.Name, RoleNames.AuditAdmin);
        Assert.NotNull(assigned.EnrolmentCode);
        login = await LoginAsync(owner, made.Name, made.FirstPassword);
        owner.DefaultRequestHeaders.Authorization = new("Bearer", login.Token);
        Assert.True(login.MustSetUpTotp);
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.PostAsJsonAsync("/api/v1/me/totp", new BeginTotpRequest(made.FirstPassword, "GUESSED"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsJsonAsync("/api/v1/me/totp", new BeginTotpRequest(made.FirstPassword, assigned.EnrolmentCode), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_phone_number_is_a_login_name_and_stands_nowhere_in_the_database()
    {
        const string phone = "13987654321";
        using var system = await server.SignInAsync(City, RoleNames.SystemAdmin);
        using var security = await server.SignInAsync(City, RoleNames.SecurityAdmin);
        var answer = await system.PostAsJsonAsync("/api/v1/accounts", new CreateAccountRequest(null, "信息员", "411424001201", phone), Ct);
        var made = (await answer.Content.ReadFromJsonAsync<AccountCreatedResponse>(Ct))!;
        await AssignAsync(security, made.Name, RoleNames.Informant);
        using var owner = server.Anonymous();
        await LoginAsync(owner, phone, made.FirstPassword);
        foreach (var table in new[] { "accounts", "audit", "login_failure", "login_session" })
            Assert.Equal(0L, await server.AskAsync($"select count(*) from {table} t where t::text like '%{phone}%'"));
        var twice = await system.PostAsJsonAsync("/api/v1/accounts", new CreateAccountRequest(null, "另一人", "411424001201", phone), Ct);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
    }

    [Fact]
    public async Task Roles_that_one_person_may_not_hold_are_refused_and_nobody_promotes_himself()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        var own = await server.CreateAccountAsync(City, [RoleNames.SecurityAdmin]);
        using var security = await server.SignInAsync(own);
        foreach (var roles in new string[][] { ["admin", "audit-admin"], ["audit-admin", "viewer"], ["emperor"], ["viewer", "viewer"], ["informant"] })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PutRolesAsync(security, name, roles)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PutRolesAsync(security, own, ["admin"])).StatusCode);
    }

    [Fact]
    public async Task An_administrator_reaches_only_accounts_and_areas_below()
    {
        var outside = await server.CreateAccountAsync(Neighbour, ["viewer"]);
        var above = await server.CreateAccountAsync(City, ["viewer"]);
        var below = await server.CreateAccountAsync("411424001000", ["viewer"]);
        using var system = await server.SignInAsync(County, RoleNames.SystemAdmin);
        using var security = await server.SignInAsync(County, RoleNames.SecurityAdmin);
        foreach (var name in new[] { outside, above })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await PutRolesAsync(security, name, ["editor"])).StatusCode);
            foreach (var verb in new[] { "disable", "enable", "reset-password", "unlock" })
                Assert.Equal(HttpStatusCode.Forbidden, (await system.PostAsync($"/api/v1/accounts/{name}/{verb}", null, Ct)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await PutRolesAsync(security, below, ["editor"], Neighbour)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PutRolesAsync(security, below, ["editor"], City)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutRolesAsync(security, below, ["editor"], County)).StatusCode);
        foreach (var region in new[] { Neighbour, City })
            Assert.Equal(HttpStatusCode.Forbidden, (await system.PostAsJsonAsync("/api/v1/accounts", new CreateAccountRequest("somebody-new", "某人", region), Ct)).StatusCode);
        var listed = await system.GetFromJsonAsync<AccountListResponse>($"/api/v1/accounts?region={County}", Ct);
        Assert.Contains(below, listed!.Items.Select(a => a.Name));
        Assert.DoesNotContain(outside, listed.Items.Select(a => a.Name));
    }

    [Fact]
    public async Task A_role_given_or_taken_and_a_closed_account_end_sessions_at_once()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        using var system = await server.SignInAsync(City, RoleNames.SystemAdmin);
        using var security = await server.SignInAsync(City, RoleNames.SecurityAdmin);
        using var owner = await server.SignInAsync(name);
        await AssignAsync(security, name, RoleNames.Editor);
        await GoneAsync(owner);
        using var again = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.NoContent, (await system.PostAsync($"/api/v1/accounts/{name}/disable", null, Ct)).StatusCode);
        await GoneAsync(again);
        Assert.Equal(HttpStatusCode.NoContent, (await system.PostAsync($"/api/v1/accounts/{name}/enable", null, Ct)).StatusCode);
        using var back = await server.SignInAsync(name);
        Assert.Contains("ChangeHouseholds", (await back.GetFromJsonAsync<MeResponse>("/api/v1/me", Ct))!.Permissions);
    }

    [Fact]
    public async Task A_role_written_into_the_table_opens_nothing_and_raises_an_alarm()
    {
        var name = await server.CreateAccountAsync(County, ["viewer"]);
        using var owner = await server.SignInAsync(name);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update accounts set roles = array['admin'], region = 410000000000 where name = '{name}'");
        await GoneAsync(owner);
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, ApiServer.Password), Ct)).StatusCode);
        Assert.True((long)(await server.AskAsync($"select count(*) from audit where actor = '{name}' and result = 'account-tampered'"))! >= 1);
        using var system = await server.SignInAsync(City, RoleNames.SystemAdmin);
        Assert.Contains("account-tampered", await system.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_and_second_factors_are_reset_by_different_administrators()
    {
        var name = await server.CreateAccountAsync(County, [RoleNames.Exporter]);
        using var system = await server.SignInAsync(City, RoleNames.SystemAdmin);
        using var security = await server.SignInAsync(City, RoleNames.SecurityAdmin);
        Assert.Equal(HttpStatusCode.Forbidden, (await system.PostAsync($"/api/v1/accounts/{name}/reset-totp", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await security.PostAsync($"/api/v1/accounts/{name}/reset-password", null, Ct)).StatusCode);
        var password = (await (await system.PostAsync($"/api/v1/accounts/{name}/reset-password", null, Ct)).Content.ReadFromJsonAsync<PasswordResetResponse>(Ct))!.FirstPassword;
        var code = (await (await security.PostAsync($"/api/v1/accounts/{name}/reset-totp", null, Ct)).Content.ReadFromJsonAsync<TotpResetResponse>(Ct))!.EnrolmentCode;
        using var owner = server.Anonymous();
        var login = await LoginAsync(owner, name, password);
        Assert.True(login is { MustChangePassword: true, MustSetUpTotp: true });
        owner.DefaultRequestHeaders.Authorization = new("Bearer", login.Token);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsJsonAsync("/api/v1/me/totp", new BeginTotpRequest(password, code), Ct)).StatusCode);
    }

    private static async Task<AccountCreatedResponse> CreateAsync(HttpClient system, string name, string region)
    {
        var answer = await system.PostAsJsonAsync("/api/v1/accounts", new CreateAccountRequest(name, "新同事", region), Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<AccountCreatedResponse>(Ct))!;
    }

    private static async Task<RolesAssignedResponse> AssignAsync(HttpClient security, string name, string role)
    {
        var answer = await PutRolesAsync(security, name, [role]);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<RolesAssignedResponse>(Ct))!;
    }

    private static Task<HttpResponseMessage> PutRolesAsync(HttpClient security, string name, string[] roles, string? region = null) =>
        security.PutAsJsonAsync($"/api/v1/accounts/{name}/roles", new AssignRolesRequest(roles, region), Ct);

    private static async Task<LoginResponse> LoginAsync(HttpClient client, string name, string password)
    {
        var answer = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, password), Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<LoginResponse>(Ct))!;
    }

    private static async Task GoneAsync(HttpClient client)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while ((await client.GetAsync("/api/v1/me", Ct)).StatusCode != HttpStatusCode.Unauthorized) await Task.Delay(20, deadline.Token);
    }
}
