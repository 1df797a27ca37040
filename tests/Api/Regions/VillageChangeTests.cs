using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Regions;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Api.Statistics;
using Xunit;

namespace FangFanPin.Tests.Api.Regions;

/// <summary>Villages with households are merged, split and moved over HTTP; the households of the other tests come back to where they were.</summary>
[Collection(CountyTests.Name)]
public sealed class VillageChangeTests(CountyOfHouseholds county)
{
    private const int Moved = 6;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Of the first village.</summary>
    private readonly string[] codes = [.. Enumerable.Range(0, Moved).Select(i => CountyOfHouseholds.Code(i * county.Villages.Length))];

    [Fact]
    public async Task Households_follow_their_village_and_every_figure_of_old_and_new_parents_is_right()
    {
        using var admin = await county.Server.SignInAsync("410000000000", "admin", "editor");
        var (ends, stays) = TwoFreeVillages();
        foreach (var code in codes) await CommandAsync(admin, code, new { kind = "move", ToVillage = ends.Code.ToString() });
        await CommandAsync(admin, codes[0], new { kind = "deregister", HouseholdStatus = "4" });

        await MergeAsync(admin, ends, stays);
        var fresh = await SplitAsync(admin, stays);
        await MoveAsync(admin, fresh);

        foreach (var code in codes) await CommandAsync(admin, code, new { kind = "move", ToVillage = county.Villages[0].Code.ToString() });
        await AllRightAsync(county.County, county.Tree.Root!);
    }

    private async Task MergeAsync(HttpClient admin, Region ends, Region stays)
    {
        var began = DateTimeOffset.UtcNow.AddMilliseconds(-1); // answers cut what is below
        var answer = await ChangeAsync(admin, $"{ends.Code}/merge", new MergeRegionRequest(stays.Code.ToString()));
        Assert.Equal(Moved, answer.HouseholdsMoved);
        Assert.Null(county.Tree.Find(ends.Code));
        await AllRightAsync(county.County, TownOf(ends), TownOf(stays), county.Tree.Root!);

        var listed = await GetAsync(admin, $"/api/v1/households?region={stays.Code}&limit=200");
        Assert.Subset(listed.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!).ToHashSet(), codes.ToHashSet());
        foreach (var code in codes)
        {
            Assert.Equal((stays.Code.ToString(), stays.Name), await PlaceAsync(admin, code));
            var newest = (await GetAsync(admin, $"/api/v1/households/{code}/history")).GetProperty("items")[0];
            Assert.Equal("follow-village", newest.GetProperty("kind").GetString());
            Assert.StartsWith("u", newest.GetProperty("account").GetString(), StringComparison.Ordinal);
            Assert.InRange(newest.GetProperty("at").GetDateTimeOffset(), began, DateTimeOffset.UtcNow);
            Assert.Contains(newest.GetProperty("fields").EnumerateArray(), f =>
                f.GetProperty("field").GetString() == "AreaCode" && f.GetProperty("old").GetString() == ends.Code.ToString() && f.GetProperty("new").GetString() == stays.Code.ToString());
        }
        await CommandAsync(admin, codes[0], new { kind = "restore" });
        await AllRightAsync(county.County, TownOf(stays));
    }

    /// <summary>A village is split by making the new one; whoever belongs to it moves with a command of its own.</summary>
    private async Task<Region> SplitAsync(HttpClient admin, Region old)
    {
        var code = RegionCode.Parse(old.Code.ToString()[..9] + "987");
        await ChangeAsync(admin, $"{old.Code}/split", new SplitRegionRequest(code.ToString(), "新设村", []));
        foreach (var household in codes.Take(Moved / 2)) await CommandAsync(admin, household, new { kind = "move", ToVillage = code.ToString() });
        await AllRightAsync(TownOf(old), county.County, county.Tree.Root!);
        Assert.Equal((code.ToString(), "新设村"), await PlaceAsync(admin, codes[0]));
        Assert.Equal((old.Code.ToString(), old.Name), await PlaceAsync(admin, codes[^1]));
        return county.Tree.Find(code)!;
    }

    private async Task MoveAsync(HttpClient admin, Region village)
    {
        var from = TownOf(village);
        var to = county.Tree.ChildrenOf(county.County.Code).First(t => t.Code != from.Code);
        await ChangeAsync(admin, $"{village.Code}/move", new MoveRegionRequest(to.Code.ToString()));
        await AllRightAsync(from, to, county.County, county.Tree.Root!);
        var file = await GetAsync(admin, $"/api/v1/households/{codes[0]}");
        Assert.Equal((village.Code.ToString(), to.Name), (file.GetProperty("household").GetProperty("AreaCode").GetString(), file.GetProperty("household").GetProperty("TownName").GetString()));
    }

    private Region TownOf(Region village) => county.Tree.Find((county.Tree.Find(village.Code) ?? village).Parent!.Value)!;

    /// <summary>In two towns, without households of the fixture.</summary>
    private (Region, Region) TwoFreeVillages()
    {
        var free = county.Tree.VillagesBelow(county.County.Code).Except(county.Villages).DistinctBy(v => v.Parent).Take(2).ToArray();
        return (free[0], free[1]);
    }

    private static async Task<RegionChangedResponse> ChangeAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/regions/{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Ct)}");
        return (await answer.Content.ReadFromJsonAsync<RegionChangedResponse>(Ct))!;
    }

    private static async Task CommandAsync(HttpClient client, string code, object change)
    {
        using var now = await client.GetAsync($"/api/v1/households/{code}", Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(change) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", now.Headers.ETag!.Tag);
        using var answer = await client.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{code}: {await answer.Content.ReadAsStringAsync(Ct)}");
    }

    private static async Task<(string? Village, string? Name)> PlaceAsync(HttpClient client, string code)
    {
        var household = (await GetAsync(client, $"/api/v1/households/{code}")).GetProperty("household");
        return (household.GetProperty("AreaCode").GetString(), household.GetProperty("VillageName").GetString());
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Ct)}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
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
}
