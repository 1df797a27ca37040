using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Tests.Api.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>走访频次 (W2): who has not been visited for too long. The clock is put forward, so this class has its server to itself.</summary>
public sealed class DueVisitTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly (string County, string Town, string Village, string Second) place = new CaseClient(server).Place(50);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everybody_is_due_until_visited_and_again_after_the_months_of_their_kind()
    {
        using (var village = await server.SignInAsync(place.Village, "informant"))
        {
            Assert.Empty((await DueAsync(village)).Items);
            await RegisterAsync(village, "V1", "1", monitored: true);
            await RegisterAsync(village, "V2", "1");
            await RegisterAsync(village, "V3", "2"); // 一般农户: no routine visits
            Assert.Equal([("V1", "monitored"), ("V2", "others")], (await DueAsync(village)).Items);
            await VisitAsync(village, "V1");
            Assert.Equal([("V2", "others")], (await DueAsync(village)).Items);
            await VisitAsync(village, "V2");
            Assert.Empty((await DueAsync(village)).Items);
        }
        server.Clock.Forward(TimeSpan.FromDays(33));
        using (var village = await server.SignInAsync(place.Village, "informant"))
        {
            Assert.Equal([("V1", "monitored")], (await DueAsync(village)).Items);
            await PutParametersAsync(2);
            Assert.Empty((await DueAsync(village)).Items);
            await PutParametersAsync(1);
        }
        server.Clock.Forward(TimeSpan.FromDays(60));
        using var late = await server.SignInAsync(place.County, "viewer");
        var (items, next) = await DueAsync(late, place.County, 1);
        Assert.Equal([("V1", "monitored")], items);
        var (rest, end) = await DueAsync(late, place.County, 1, next);
        Assert.Equal([("V2", "others")], rest);
        Assert.Null(end);
        var rows = (await JsonAsync(await late.GetAsync($"/api/v1/regions/{place.County}/due-visits/counts", Ct))).GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("counts")).ToList();
        foreach (var kind in new[] { "monitored", "others" }) Assert.Equal((1, 1), (Of(rows[0], kind), rows.Skip(1).Sum(r => Of(r, kind))));
        using var province = await server.SignInAsync("410000000000", "viewer");
        await ProblemAsync(await province.GetAsync("/api/v1/regions/410000000000/due-visits", Ct), HttpStatusCode.BadRequest, "visit.region.bad-request");
    }

    private static int Of(JsonElement counts, string kind) => counts.TryGetProperty(kind, out var count) ? count.GetInt32() : 0;

    private async Task<(List<(string, string)> Items, string? Next)> DueAsync(HttpClient client, string? region = null, int limit = 50, string? after = null)
    {
        var answer = await JsonAsync(await client.GetAsync($"/api/v1/regions/{region ?? place.Village}/due-visits?limit={limit}&after={after}", Ct));
        return ([.. answer.GetProperty("items").EnumerateArray().Select(i => (i.GetProperty("household").GetString()!, i.GetProperty("kind").GetString()!))], answer.GetProperty("next").GetString());
    }

    private async Task RegisterAsync(HttpClient village, string code, string type, bool monitored = false)
    {
        async Task MustAsync(object body, long? version = null)
        {
            var answer = await PostAsync(village, $"/api/v1/households/{code}/commands", body, version: version);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        }
        await MustAsync(new { kind = "register", Fields = new { AreaCode = place.Village, HeadName = "钱庚", HouseholdType = type }, Members = new[] { new { PersonCode = code + "01", Name = "钱庚", Relation = "01" } } });
        if (monitored) await MustAsync(new { kind = "identify-risk", EpisodeId = Guid.NewGuid().ToString(), Fields = new { MonitorCategory = "1", RiskType1 = "01", RecognizedMonth = $"{ChinaTime.DayOf(server.Clock.GetUtcNow()):yyyyMM}" } }, 1);
    }

    private async Task VisitAsync(HttpClient village, string code)
    {
        var visit = new { Id = Guid.NewGuid(), HouseholdCode = code, VisitType = "1", VisitedAt = server.Clock.GetUtcNow(), Findings = "正常", RiskFound = false };
        var answer = await PostAsync(village, "/api/v1/visits", new { Items = new[] { visit } });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task PutParametersAsync(int months)
    {
        using var admin = await server.SignInAsync(place.County, FangFanPin.Api.Shared.Roles.Admin);
        var answer = await admin.PutAsJsonAsync($"/api/v1/case-parameters/{place.County}", new CaseParameters { VisitMonitoredMonths = months }, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
