using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Unmasking;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Unmasking;

public sealed class UnmaskTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int Number = 77;
    private readonly string code = $"U{Guid.NewGuid():N}"[..18];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clear_values_need_the_role_the_area_a_reason_and_a_fresh_proof_and_are_recorded()
    {
        var (county, neighbour) = await RegisterAsync();
        var name = await server.CreateAccountAsync(county, [RoleNames.Unmasker]);
        using var client = await server.SignInAsync(name);
        using var viewer = await server.SignInAsync(county, RoleNames.Viewer);
        using var foreign = await server.SignInAsync(neighbour, RoleNames.Unmasker);

        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(viewer, "000000")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(foreign, "000000")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AskAsync(client, "000000", reason: "看看")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AskAsync(client, "000000", fields: ["HeadName"])).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(client, "000000")).StatusCode);

        var proof = await server.NextCodeAsync(name);
        var answer = await AskAsync(client, proof);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var values = (await answer.Content.ReadFromJsonAsync<UnmaskResponse>(Ct))!.Values;
        Assert.Equal(SampleHouseholds.Phone(Number), values["Phone"]);
        Assert.Equal(SampleHouseholds.Certificate(Number), values["Member[01].CertNumber"]);
        Assert.Equal("2", values["Member[01].Health"]);
        Assert.Null(values["BankAccount"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(client, proof)).StatusCode);

        var entry = (string)(await server.AskAsync($"select object from audit where actor = '{name}' and action = '查看明文' and result = 'ok'"))!;
        Assert.Contains(code, entry, StringComparison.Ordinal);
        Assert.Contains("核实帮扶资金发放", entry, StringComparison.Ordinal);
        Assert.DoesNotContain(SampleHouseholds.Phone(Number), entry, StringComparison.Ordinal);
        var file = await client.GetStringAsync($"/api/v1/households/{code}", Ct);
        Assert.Equal("****", JsonDocument.Parse(file).RootElement.GetProperty("members")[0].GetProperty("Health").GetString());
        Assert.DoesNotContain(SampleHouseholds.Phone(Number), file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_days_quota_is_used_up_nothing_is_shown_and_an_alarm_is_raised()
    {
        var (county, _) = await RegisterAsync();
        var name = await server.CreateAccountAsync(county, [RoleNames.Unmasker]);
        using var client = await server.SignInAsync(name);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, await server.NextCodeAsync(name))).StatusCode);
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"update unmask_use set used = 50 where account = '{name}'");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(client, await server.NextCodeAsync(name))).StatusCode);
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where actor = '{name}' and result = 'unmask-quota'"));
    }

    private Task<HttpResponseMessage> AskAsync(HttpClient client, string? proof, string reason = "核实帮扶资金发放", string[]? fields = null) =>
        client.PostAsJsonAsync($"/api/v1/households/{code}/unmask",
            new UnmaskRequest(fields ?? ["Phone", "BankAccount", "Member[01].CertNumber", "Member[01].Health"], reason, proof), Ct);

    /// <returns>The household's county and another.</returns>
    private async Task<(string County, string Neighbour)> RegisterAsync()
    {
        var tree = server.Services.GetRequiredService<IRegions>().Tree;
        var counties = tree.All.Where(r => r.Level == RegionLevel.County && tree.VillagesBelow(r.Code).Any()).OrderBy(r => r.Code).Take(2).Select(r => r.Code).ToArray();
        using var editor = await server.SignInAsync(counties[0].ToString(), RoleNames.Editor);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = new StringContent(JsonSerializer.Serialize(new
        {
            kind = "register",
            Fields = new { AreaCode = tree.VillagesBelow(counties[0]).First().Code.ToString(), StatYear = 2025, HeadName = "王某", Phone = SampleHouseholds.Phone(Number), HouseholdType = "1", MemberCount = 1 },
            Members = new[] { new { PersonCode = "01", Name = "王某", CertType = "1", CertNumber = SampleHouseholds.Certificate(Number), Health = "2" } },
        }), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        var answer = await editor.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (counties[0].ToString(), counties[1].ToString());
    }
}
