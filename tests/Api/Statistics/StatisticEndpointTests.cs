using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClosedXML.Excel;
using FangFanPin.Api.Statistics;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Api.Statistics;

[Collection(CountyTests.Name)]
public sealed class StatisticEndpointTests(CountyOfHouseholds county)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Questions => new()
    {
        { "1", "" }, { "1", "householdTypes=1" }, { "1", "householdTypes=1,2,3,4" }, { "2", "" }, { "2", "householdTypes=3" }, { "3", "" }, { "3", "householdTypes=2,4" },
        { "8", "" }, { "8", "category=1" }, { "8", "risk=01" }, { "8", "category=2&risk=02&householdTypes=3,4" },
    };

    private static StatisticQuery Query(string number, string query)
    {
        var given = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        string? Of(string name) => given.GetValueOrDefault(name);
        return StatisticQuery.Parse(number, Of("householdTypes"), Of("category"), Of("risk"), null, new DateOnly(2100, 1, 1)).Value!;
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Figures_at_every_level_equal_a_recount_from_the_documents(string number, string query)
    {
        foreach (var region in county.Regions)
        {
            var answer = await county.FigureAsync(region, number, query, _ => true);
            var expected = await county.RecountAsync(region, Query(number, query), answer.Day);
            Assert.Equal(expected.Rows.Select(r => (r.Key, r.Name)), answer.Rows.Select(r => (r.Key, r.Name)));
            Assert.Equal(expected.Rows.SelectMany(r => r.Values), answer.Rows.SelectMany(r => r.Values));
            Assert.Equal(expected.Notes, answer.Notes);
        }
    }

    [Fact]
    public async Task Figures_of_the_county_equal_the_definitions_applied_to_the_documents()
    {
        var naive = new NaiveCount(await county.DocumentsAsync(county.County), (await county.FigureAsync(county.County, "1", "", _ => true)).Day).Flat();
        foreach (var number in new[] { "1", "2", "3" })
        {
            var table = await county.FigureAsync(county.County, number, "", _ => true);
            for (var at = 0; at < table.Columns.Count; at++)
                if (table.Columns[at].Opens)
                    Assert.Equal(naive[table.Columns[at].Id], table.Rows[0].Values[at]);
        }
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Every_count_of_the_county_opens_to_households_that_add_up_to_it(string number, string query)
    {
        var table = await county.FigureAsync(county.County, number, query, _ => true);
        foreach (var row in number == "8" ? table.Rows.Where(r => r.Values[0] > 0) : table.Rows.Take(4))
            for (var at = 0; at < table.Columns.Count; at++)
            {
                if (!table.Columns[at].Opens || row.Values[at] is not { } figure) continue;
                var region = number == "8" ? table.Region.Code : row.Key;
                var cell = table.Columns[at].Id + (number == "8" ? $"@{row.Key}" : "");
                var (total, households) = await OpenAsync($"/api/v1/regions/{region}/statistics/{number}/households?{query}&cell={cell}&limit=7");
                Assert.Equal((figure, figure), (total, households.Sum(h => h.Count)));
                Assert.Equal(households.Count, households.DistinctBy(h => h.Code).Count());
                Assert.All(households, h => Assert.True(county.Tree.Contains(RegionCode.Parse(region), RegionCode.Parse(h.VillageCode)) && h.HeadName == "王小明"));
            }
    }

    private async Task<(decimal Total, List<FigureHousehold> Households)> OpenAsync(string address)
    {
        var all = new List<FigureHousehold>();
        FigureHouseholdsResponse? page = null;
        do
        {
            page = (await county.Client.GetFromJsonAsync<FigureHouseholdsResponse>(page is null ? address : $"{address}&after={page.Next}", Ct))!;
            all.AddRange(page.Households);
        }
        while (page.Next is not null);
        return (page.Total, all);
    }

    [Fact]
    public async Task The_households_behind_a_figure_the_list_and_the_file_show_a_name_alike()
    {
        var village = county.Villages[0].Code;
        var (_, behind) = await OpenAsync($"/api/v1/regions/{village}/statistics/1/households?cell=persons&limit=200");
        var list = await county.Client.GetFromJsonAsync<JsonElement>($"/api/v1/households?region={village}&limit=200", Ct);
        var listed = list.GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("code").GetString()!, i => i.GetProperty("headName").GetString());
        Assert.NotEmpty(behind);
        foreach (var household in behind)
        {
            var file = await county.Client.GetFromJsonAsync<JsonElement>($"/api/v1/households/{household.Code}", Ct);
            Assert.Equal((household.HeadName, household.HeadName), (listed[household.Code], file.GetProperty("household").GetProperty("HeadName").GetString()));
        }
    }

    [Fact]
    public async Task An_answer_contains_every_change_that_was_acknowledged_before_its_moment()
    {
        var village = county.Villages[4];
        for (var round = 1; round <= 10; round++)
        {
            var members = Enumerable.Range(0, round).Select(_ => new Member { Sex = "1" });
            await county.PutAsync("T99999", new HouseholdFile { Household = new() { HouseholdType = "1", PolicyStatus = "1" }, Members = [.. members] }, village);
            var acknowledged = DateTimeOffset.UtcNow;
            foreach (var region in county.Tree.PathTo(village.Code).Reverse())
            {
                var table = await county.FigureAsync(region, "1", "", t => t.AsOf > acknowledged);
                var others = (await county.RecountAsync(region, Query("1", ""), table.Day)).Rows[0].Values[1];
                Assert.Equal(others + round, table.Rows[0].Values[1]);
            }
        }
        await county.PutAsync("T99999", new HouseholdFile { Household = new() { HouseholdType = "2" } }, village);
        var gone = DateTimeOffset.UtcNow;
        await county.FigureAsync(county.County, "1", "", t => t.AsOf > gone);
    }

    [Fact]
    public async Task The_workbook_says_what_the_answer_says()
    {
        var table = await county.FigureAsync(county.County, "1", "householdTypes=1,3", _ => true);
        var answer = await county.Client.GetAsync($"/api/v1/regions/{county.County.Code}/statistics/1.xlsx?householdTypes=1,3", Ct);
        Assert.Equal(StatisticWorkbook.ContentType, answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith($"{county.County.Name}_人口基本信息_", answer.Content.Headers.ContentDisposition!.FileNameStar);
        using var book = new XLWorkbook(await answer.Content.ReadAsStreamAsync(Ct));
        var sheet = book.Worksheets.Single();
        Assert.Equal(table.Rows.Select(r => r.Name), Enumerable.Range(5, table.Rows.Count).Select(r => sheet.Cell(r, 1).GetString()));
        Assert.Equal(
            table.Rows.SelectMany(r => r.Values.Select(v => v is { } n ? (double)n : double.NaN)),
            Enumerable.Range(5, table.Rows.Count).SelectMany(r => Enumerable.Range(2, table.Columns.Count).Select(c => sheet.Cell(r, c).TryGetValue(out double n) ? n : double.NaN)));
    }

    [Fact]
    public async Task A_stream_sends_the_table_at_once_and_again_after_a_change()
    {
        var village = county.Villages[7];
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/regions/{village.Code}/statistics/1/events");
        using var answer = await county.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Ct));
        var before = await NextTableAsync(reader);
        await county.PutAsync("T99998", new HouseholdFile { Household = new() { HouseholdType = "1" } }, village);
        StatisticResponse after;
        do after = await NextTableAsync(reader);
        while (after.Rows[0].Values[0] == before.Rows[0].Values[0]);
        Assert.Equal(before.Rows[0].Values[0] + 1, after.Rows[0].Values[0]);
        await county.PutAsync("T99998", new HouseholdFile { Household = new() { HouseholdType = "2" } }, village);
        do after = await NextTableAsync(reader);
        while (after.Rows[0].Values[0] != before.Rows[0].Values[0]);
    }

    private static async Task<StatisticResponse> NextTableAsync(StreamReader reader)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (await reader.ReadLineAsync(deadline.Token) != "event: table") { }
        var data = await reader.ReadLineAsync(deadline.Token);
        return JsonSerializer.Deserialize<StatisticResponse>(data!["data: ".Length..], JsonSerializerOptions.Web)!;
    }

    [Fact]
    public async Task Another_areas_user_sees_nothing_of_it()
    {
        var other = county.Tree.All.First(r => r.Level == RegionLevel.County && r.Code != county.County.Code && !county.Tree.Contains(county.County.Code, r.Code));
        using var client = await county.Server.SignInAsync(other.Code.ToString(), "viewer");
        foreach (var path in new[] { "", "/children", "/path", "/statistics/1", "/statistics/1.xlsx", "/statistics/1/events", "/statistics/1/households?cell=persons" })
            foreach (var code in new[] { county.County.Code, county.Villages[0].Code, county.Tree.Root!.Code })
                Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/api/v1/regions/{code}{path}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/regions/{other.Code}", Ct)).StatusCode);
        var found = await client.GetFromJsonAsync<JsonElement>($"/api/v1/regions?q={county.Villages[0].Code}", Ct);
        Assert.Empty(found.EnumerateArray());
    }

    [Theory]
    [InlineData("statistics/9", 404, "statistics.not-found")]
    [InlineData("statistics/1?year=2021", 422, "statistics.year-not-closed")]
    [InlineData("statistics/1?year=abc", 400, "statistics.year-malformed")]
    [InlineData("statistics/1?householdTypes=9", 400, "statistics.filter-malformed")]
    [InlineData("statistics/1?category=1", 400, "statistics.filter-malformed")]
    [InlineData("statistics/1/households?cell=nothing", 404, "statistics.cell-not-found")]
    [InlineData("statistics/1/households", 404, "statistics.cell-not-found")]
    [InlineData("statistics/2/households?cell=age16To30Share", 404, "statistics.cell-not-found")]
    [InlineData("statistics/1/households?cell=persons&limit=201", 400, "statistics.page-malformed")]
    [InlineData("statistics/1/households?cell=persons&after=x", 400, "statistics.page-malformed")]
    [InlineData("statistics/1/households?cell=persons&after=410000000000.x", 400, "statistics.page-malformed")]
    public async Task A_wrong_question_is_answered_with_its_code(string path, int status, string code)
    {
        using var answer = await county.Client.GetAsync($"/api/v1/regions/{county.County.Code}/{path}", Ct);
        Assert.Equal((status, code), ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString()));
    }
}
