using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Regions;
using FangFanPin.Api.Statistics;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Api.Statistics;
using Xunit;

namespace FangFanPin.Tests.Api.Regions;

[Collection(CountyTests.Name)]
public sealed class RegionChangeTests(CountyOfHouseholds county)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Region Town(int number) => county.Tree.Find(county.Tree.Find(county.Villages[number * 3].Code)!.Parent!.Value)!;

    private Region OtherCounty => county.Tree.ChildrenOf(county.County.Parent!.Value).First(r => r.Code != county.County.Code);

    [Fact]
    public async Task After_every_change_of_the_tree_all_figures_of_old_and_new_parents_are_right()
    {
        using var admin = await county.Server.SignInAsync("410000000000", "admin");
        var (moved, kept) = (Town(0), Town(1));
        var village = county.Tree.ChildrenOf(kept.Code)[1];
        var fresh = RegionCode.Parse(kept.Code.ToString()[..6] + "997000");

        await ChangeAsync(admin, $"{moved.Code}/rename", new RenameRegionRequest("改名镇"));
        Assert.Equal("改名镇", (await county.FigureAsync(county.County, "1", "", _ => true)).Rows.Single(r => r.Key == moved.Code.ToString()).Name);
        await ChangeAsync(admin, $"{moved.Code}/move", new MoveRegionRequest(OtherCounty.Code.ToString()));
        await AllRightAsync(county.County, OtherCounty, moved);
        await ChangeAsync(admin, $"{kept.Code}/split", new SplitRegionRequest(fresh.ToString(), "新设镇", [village.Code.ToString()]));
        await AllRightAsync(county.County, kept, county.Tree.Find(fresh)!);
        await ChangeAsync(admin, $"{fresh}/merge", new MergeRegionRequest(kept.Code.ToString()));
        await AllRightAsync(county.County, kept);
        Assert.Null(county.Tree.Find(fresh));
        await ChangeAsync(admin, $"{moved.Code}/move", new MoveRegionRequest(county.County.Code.ToString()));
        await AllRightAsync(county.County, OtherCounty, county.Tree.Root!);
    }

    private static async Task ChangeAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/regions/{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Ct)}");
    }

    private async Task AllRightAsync(params Region[] regions)
    {
        var done = DateTimeOffset.UtcNow;
        foreach (var region in regions)
        {
            var table = await county.FigureAsync(region, "1", "", t => t.AsOf > done);
            var expected = await county.RecountAsync(region, StatisticQuery.Parse("1", null, null, null, null, table.Day).Value!, table.Day);
            Assert.Equal(expected.Rows.Select(r => (r.Key, r.Name, string.Join(' ', r.Values))), table.Rows.Select(r => (r.Key, r.Name, string.Join(' ', r.Values))));
        }
    }

    [Fact]
    public async Task A_repeated_change_is_answered_as_at_first_and_its_key_serves_nothing_else()
    {
        using var admin = await county.Server.SignInAsync("410000000000", "admin");
        using var other = await county.Server.SignInAsync("410000000000", "admin");
        var kept = county.Tree.ChildrenOf(OtherCounty.Code).First(t => county.Tree.ChildrenOf(t.Code).Length > 2);
        var fresh = $"{kept.Code.ToString()[..6]}996000";
        var (split, merge) = (Guid.NewGuid(), Guid.NewGuid());
        var body = new SplitRegionRequest(fresh, "再设镇", [county.Tree.ChildrenOf(kept.Code)[0].Code.ToString()]);
        var parted = await KeyedAsync(admin, $"{kept.Code}/split", body, split);
        Assert.Equal(parted, await KeyedAsync(admin, $"{kept.Code}/split", body, split));
        var merged = await KeyedAsync(admin, $"{fresh}/merge", new MergeRegionRequest(kept.Code.ToString()), merge);
        Assert.Equal(HttpStatusCode.OK, merged.Status);
        Assert.Null(county.Tree.Find(fresh));

        Assert.Equal(merged, await KeyedAsync(admin, $"{fresh}/merge", new MergeRegionRequest(kept.Code.ToString()), merge));
        Assert.Equal(parted, await KeyedAsync(admin, $"{kept.Code}/split", body, split));
        Assert.Equal((HttpStatusCode.Conflict, "region.command-reused"), Refused(await KeyedAsync(admin, $"{fresh}/merge", new MergeRegionRequest(OtherCounty.Code.ToString()), merge)));
        Assert.Equal((HttpStatusCode.Conflict, "region.command-reused"), Refused(await KeyedAsync(admin, $"{kept.Code}/rename", new RenameRegionRequest("某镇"), merge)));
        // Whose command it was not, meets the end of the region as before; a new key changes nothing about that.
        Assert.Equal(HttpStatusCode.Forbidden, (await KeyedAsync(other, $"{fresh}/merge", new MergeRegionRequest(kept.Code.ToString()), merge)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await KeyedAsync(admin, $"{fresh}/merge", new MergeRegionRequest(kept.Code.ToString()), Guid.NewGuid())).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "household.idempotency-key.malformed"), Refused(await KeyedAsync(admin, $"{kept.Code}/rename", new RenameRegionRequest("某镇"), "no key")));
    }

    private static async Task<(HttpStatusCode Status, string Body)> KeyedAsync(HttpClient client, string path, object body, object key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/regions/{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key.ToString());
        using var answer = await client.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static (HttpStatusCode, string?) Refused((HttpStatusCode Status, string Body) answer) => (answer.Status, JsonDocument.Parse(answer.Body).RootElement.GetProperty("code").GetString());

    [Fact]
    public async Task The_tree_answers_by_name_code_path_and_children()
    {
        var village = county.Villages[0];
        async Task<List<RegionResponse>> Ask(string path) => (await county.Client.GetFromJsonAsync<List<RegionResponse>>($"/api/v1/regions{path}", Ct))!;
        Assert.Equal(county.Tree.PathTo(village.Code).Select(r => r.Code.ToString()), (await Ask($"/{village.Code}/path")).Select(r => r.Code));
        Assert.Equal(county.Tree.ChildrenOf(county.County.Code).Select(r => r.Code.ToString()), (await Ask($"/{county.County.Code}/children")).Select(r => r.Code));
        Assert.Contains(await Ask($"?q={Uri.EscapeDataString(county.County.Name)}"), r => r.Code == county.County.Code.ToString());
        Assert.Equal(village.Code.ToString(), Assert.Single(await Ask($"?q={village.Code}")).Code);
        Assert.Equal("410000000000", Assert.Single(await Ask("")).Code);
    }

    [Fact]
    public async Task Nobody_changes_what_lies_outside_or_above_and_a_viewer_changes_nothing()
    {
        var other = OtherCounty;
        using var countyAdmin = await county.Server.SignInAsync(county.County.Code.ToString(), "admin");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(countyAdmin, $"{other.Code}/rename", new RenameRegionRequest("x")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(countyAdmin, $"{Town(2).Code}/move", new MoveRegionRequest(other.Code.ToString())));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(countyAdmin, $"{county.County.Code}/merge", new MergeRegionRequest(county.County.Code.ToString())));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(county.Client, $"{Town(2).Code}/rename", new RenameRegionRequest("x")));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(countyAdmin, $"{Town(2).Code}/move", new MoveRegionRequest("1")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(countyAdmin, $"{Town(2).Code}/rename", new RenameRegionRequest(" ")));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/regions/{path}", body, Ct);
        return answer.StatusCode;
    }

    [Fact]
    public async Task The_recount_of_the_province_finds_no_difference_and_is_closed_to_others()
    {
        using var admin = await county.Server.SignInAsync("410000000000", "admin");
        using var countyAdmin = await county.Server.SignInAsync(county.County.Code.ToString(), "admin");
        Assert.Equal(HttpStatusCode.Forbidden, (await countyAdmin.GetAsync("/api/v1/recount", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await county.Client.GetAsync("/api/v1/recount", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await admin.PostAsync("/api/v1/recount", null, Ct)).StatusCode);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        RecountResponse answer;
        do answer = (await admin.GetFromJsonAsync<RecountResponse>("/api/v1/recount", deadline.Token))!;
        while (answer.Last is not { RegionsCompared: > 0 } && answer.Current is not { RegionsCompared: > 0 });
        Assert.True((answer.Last?.Differences ?? 0) + (answer.Current?.Differences ?? 0) == 0, JsonSerializer.Serialize(answer));
        Assert.Equal(0, answer.Repairs);
    }
}
