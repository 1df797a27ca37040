using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Imports;
using Xunit;

namespace FangFanPin.Tests.Api.Sync;

public sealed class SyncFlowTests(SyncServer server) : IClassFixture<SyncServer>
{
    private const string Province = "410000000000";
    private static int last = 40_000;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeat_of_an_extract_writes_nothing_and_one_change_writes_one_household()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(0, 60);
        server.Put(SyncServer.Csv(families));
        var first = County(await server.SyncAsync(client), county);
        Assert.Equal(("Done", 60L, 60L), (first.Stage, first.Of("new"), first.Of("households")));
        var written = await HistoryAsync(families);

        var again = County(await server.SyncAsync(client), county);
        Assert.Equal(("Done", 60L, 0L, 0L, null), (again.Stage, again.Of("unchanged"), again.Of("new"), again.Of("changed"), again.Import));
        Assert.Equal(written, await HistoryAsync(families));

        families[7] = families[7] with { Address = "西组" };
        // In another order, split in two files: the same said differently is the same.
        server.Put(("a.csv", System.Text.Encoding.UTF8.GetBytes(SyncServer.Csv(families.Skip(30).Reverse()))), ("b.csv", System.Text.Encoding.UTF8.GetBytes(SyncServer.Csv(families.Take(30)))));
        var detail = await server.SyncAsync(client);
        var third = County(detail, county);
        Assert.Equal(("Done", 59L, 1L), (third.Stage, third.Of("unchanged"), third.Of("changed")));
        Assert.Equal(written + 1, await HistoryAsync(families));
        Assert.Equal("西组", (await HouseholdAsync(client, families[7].Code)).GetProperty("household").GetProperty("Address").GetString());
        Assert.Equal([families[7].Code], await LinesAsync(client, detail, county, "Changed"));
    }

    [Fact]
    public async Task More_than_may_disappear_stops_its_county_until_somebody_confirms_and_marks_without_deleting()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(1, 50);
        var (other, others) = Families(2, 50);
        server.Put(SyncServer.Csv([.. families, .. others]));
        await server.SyncAsync(client);

        var changed = others[0] with { Address = "西组" };
        server.Put(SyncServer.Csv([.. families.Skip(2), changed, .. others.Skip(2)]));
        var detail = await server.SyncAsync(client);
        Assert.Equal("Held", County(detail, county).Stage); // 2 of 50
        Assert.Equal(("Done", 1L, 1L), (County(detail, other).Stage, County(detail, other).Of("changed"), County(detail, other).Of("disappeared"))); // 1 of 50
        Assert.Equal("4", detail.GetProperty("batch").GetProperty("status").GetString());
        Assert.False(await IsMissingAsync(client, families[0].Code));

        using var local = await server.SignInAsync(county, "importer");
        using var answer = await local.PostAsJsonAsync($"{Path(detail, county)}/confirm", new { opinion = "已与县里核实" }, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        var confirmed = County(await SyncServer.RestAsync(client, Id(detail)), county);
        Assert.Equal(("Done", 2L), (confirmed.Stage, confirmed.Of("disappeared")));
        Assert.True(await IsMissingAsync(client, families[0].Code));
        Assert.Equal("脱贫户".Length > 0, (await HouseholdAsync(client, families[0].Code)).GetProperty("household").TryGetProperty("HouseholdType", out _));
        using var twice = await local.PostAsJsonAsync($"{Path(detail, county)}/confirm", new { }, Ct);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);

        server.Put(SyncServer.Csv([.. families, changed, .. others.Skip(1)]));
        var back = await server.SyncAsync(client);
        Assert.Equal((2L, 1L), (County(back, county).Of("returned"), County(back, other).Of("returned")));
        Assert.False(await IsMissingAsync(client, families[0].Code));
    }

    [Fact]
    public async Task A_refused_county_keeps_what_it_had_and_asks_again_with_the_next_extract()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(3, 20);
        server.Put(SyncServer.Csv(families));
        await server.SyncAsync(client);
        var written = await HistoryAsync(families);
        server.Put(SyncServer.Csv([families[0] with { Address = "西组" }, .. families.Skip(1).Take(10)]));
        var detail = await server.SyncAsync(client);
        using var refused = await client.PostAsJsonAsync($"{Path(detail, county)}/refuse", new { opinion = "文件不全" }, Ct);
        Assert.Equal("Refused", (await refused.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("stage").GetString());
        Assert.Equal(written, await HistoryAsync(families));
        var again = await server.SyncAsync(client);
        Assert.Equal(("Held", 1L), (County(again, county).Stage, 1L));
        Assert.Equal(written, await HistoryAsync(families));
        server.Put(SyncServer.Csv(families));
        Assert.Equal(("Done", 20L), (County(await server.SyncAsync(client), county).Stage, County(await server.SyncAsync(client), county).Of("unchanged")));
        Assert.Equal("Superseded", County(await SyncServer.RestAsync(client, Id(again)), county).Stage);
    }

    [Fact]
    public async Task Rejected_households_stay_in_the_report_without_being_read_again_until_they_change()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(4, 10);
        families[3] = families[3] with { Sex = "雄" };
        // And a row that names no household.
        server.Put(SyncServer.Csv(families) + string.Concat((families[0] with { Code = "" }).Rows().First()) + "\r\n");
        var first = await server.SyncAsync(client);
        Assert.Equal((9L, 2L), (County(first, county).Of("new"), County(first, county).Of("rejected")));
        Assert.Equal(["", families[3].Code], await LinesAsync(client, first, county, "Rejected"));
        var workbook = await client.GetByteArrayAsync($"{Path(first, county)}/report.xlsx", Ct);
        Assert.Contains(families[3].Code, Sheet(workbook), StringComparison.Ordinal);

        var again = await server.SyncAsync(client);
        Assert.Equal((9L, 2L, null), (County(again, county).Of("unchanged"), County(again, county).Of("rejected"), County(again, county).Import));
        Assert.Equal(["", families[3].Code], await LinesAsync(client, again, county, "Rejected"));

        families[3] = families[3] with { Sex = "女" };
        server.Put(SyncServer.Csv(families));
        var right = await server.SyncAsync(client);
        Assert.Equal((9L, 1L, 0L), (County(right, county).Of("unchanged"), County(right, county).Of("new"), County(right, county).Of("rejected")));
        Assert.Equal(0L, County(right, county).Of("disappeared")); // a row without a code is nobody
    }

    [Fact]
    public async Task National_fields_win_over_what_was_changed_here_though_the_extract_says_nothing_new()
    {
        using var client = await server.SignInAsync(Province, "importer", "editor");
        var (county, families) = Families(5, 10);
        server.Put(SyncServer.Csv(families));
        await server.SyncAsync(client);
        await CommandAsync(client, families[2].Code, new { kind = "amend", Fields = new { Address = "自己改的", BankName = "农商行" } });
        var detail = County(await server.SyncAsync(client), county);
        Assert.Equal((1L, 9L), (detail.Of("changed"), detail.Of("unchanged")));
        var household = (await HouseholdAsync(client, families[2].Code)).GetProperty("household");
        Assert.Equal(("东组", "农商行"), (household.GetProperty("Address").GetString(), household.GetProperty("BankName").GetString()));
    }

    [Fact]
    public async Task A_household_that_moved_to_another_county_goes_with_the_province()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(6, 60);
        var (other, others) = Families(7, 10);
        server.Put(SyncServer.Csv([.. families, .. others]));
        await server.SyncAsync(client);
        families[0] = families[0] with { Village = others[0].Village };
        server.Put(SyncServer.Csv([.. families, .. others]));
        var detail = await server.SyncAsync(client);
        Assert.Equal((1L, 59L, 0L), (County(detail, Province).Of("changed"), County(detail, county).Of("unchanged"), County(detail, county).Of("disappeared")));
        Assert.Equal(others[0].Village, (await HouseholdAsync(client, families[0].Code)).GetProperty("household").GetProperty("AreaCode").GetString());
        var again = await server.SyncAsync(client);
        Assert.Equal((11L, 59L), (County(again, other).Of("unchanged"), County(again, county).Of("unchanged")));
    }

    [Fact]
    public async Task A_workbook_says_the_same_as_a_csv_file_and_a_number_that_a_spreadsheet_has_rounded_is_refused()
    {
        using var client = await server.SignInAsync(Province, "importer");
        var (county, families) = Families(8, 4);
        const string Odd = "东组,\"三\"号";
        families[1] = families[1] with { Address = "某处" };
        byte[] Workbook(string lastMember) => HostileFiles.Xlsx(string.Concat(families.SelectMany(f => f.Rows()).Prepend(Family.Header)
            .Select((row, i) => HostileFiles.Row(i + 1, [.. row.Split(',').Select(c => c == "某处" ? Odd : c)]))) + $"<row r=\"99\">{lastMember}</row>");
        string Member(string code) => $"<c r=\"A99\" t=\"inlineStr\"><is><t>{families[3].Code}</t></is></c><c r=\"B99\" t=\"inlineStr\"><is><t>{families[3].Village}</t></is></c>{code}<c r=\"K99\" t=\"inlineStr\"><is><t>王五</t></is></c>";
        server.Put(("户和成员.xlsx", Workbook(Member("<c r=\"J99\" t=\"inlineStr\"><is><t>9001</t></is></c>"))));
        var first = County(await server.SyncAsync(client), county);
        // The last member's row leaves the household's columns blank: a blank says nothing against a value.
        Assert.Equal((4L, 0L), (first.Of("new"), first.Of("rejected")));
        Assert.Equal(Odd, (await HouseholdAsync(client, families[1].Code)).GetProperty("household").GetProperty("Address").GetString());
        Assert.Equal(4L, County(await server.SyncAsync(client), county).Of("unchanged"));

        server.Put(("户和成员.xlsx", Workbook(Member("<c r=\"J99\"><v>410123199001011000</v></c>"))));
        var rounded = await server.SyncAsync(client);
        Assert.Equal((3L, 1L), (County(rounded, county).Of("unchanged"), County(rounded, county).Of("rejected")));
        Assert.Equal([families[3].Code], await LinesAsync(client, rounded, county, "Rejected"));
    }

    private (string County, List<Family> Families) Families(int skip, int count)
    {
        var county = server.Tree.All.Where(r => r.Level == RegionLevel.County && server.Tree.VillagesBelow(r.Code).Skip(4).Any()).OrderBy(r => r.Code).Skip(skip).First();
        var villages = server.Tree.VillagesBelow(county.Code).Take(4).Select(v => v.Code.ToString()).ToList();
        return (county.Code.ToString(), [.. Enumerable.Range(0, count).Select(i => new Family($"53{Interlocked.Increment(ref last):D14}", villages[i % villages.Count], "王某"))]);
    }

    private sealed record CountyResult(string Stage, string? Import, JsonElement Counts)
    {
        public long Of(string name) => Counts.GetProperty(name).GetInt64();
    }

    private static string Id(JsonElement detail) => detail.GetProperty("batch").GetProperty("id").GetString()!;
    private static string Path(JsonElement detail, string county) => $"/api/v1/sync/batches/{Guid.Parse(Id(detail))}/counties/{county}";

    private static CountyResult County(JsonElement detail, string county)
    {
        Assert.True(detail.GetProperty("batch").GetProperty("stage").GetString() == "Done", detail.ToString());
        var found = Assert.Single(detail.GetProperty("counties").EnumerateArray(), c => c.GetProperty("region").GetString() == county);
        Assert.True(found.GetProperty("stage").GetString() != "Failed", found.ToString());
        return new CountyResult(found.GetProperty("stage").GetString()!, found.GetProperty("import").GetString(), found.GetProperty("counts"));
    }

    private static async Task<List<string>> LinesAsync(HttpClient client, JsonElement detail, string county, string kind)
    {
        var codes = new List<string>();
        string? after = null;
        do
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"{Path(detail, county)}/lines?kind={kind}&limit=1{(after is null ? "" : $"&after={after}")}", Ct);
            codes.AddRange(page.GetProperty("items").EnumerateArray().Select(l => l.GetProperty("householdCode").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        return codes;
    }

    private static Task<JsonElement> HouseholdAsync(HttpClient client, string code) => client.GetFromJsonAsync<JsonElement>($"/api/v1/households/{code}", Ct);

    private static async Task<bool> IsMissingAsync(HttpClient client, string code) =>
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/households/{code}/national-system", Ct)).GetProperty("missingSince").ValueKind == JsonValueKind.String;

    private static async Task CommandAsync(HttpClient client, string code, object change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(change, options: JsonSerializerOptions.Default) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{(await HouseholdAsync(client, code)).GetProperty("version").GetInt64()}\"");
        using var answer = await client.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task<long> HistoryAsync(IEnumerable<Family> families) =>
        await server.CountAsync($"select count(*) from household_history where code in ({string.Join(',', families.Select(f => $"'{f.Code}'"))})");

    private static string Sheet(byte[] workbook)
    {
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(workbook));
        using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        return reader.ReadToEnd();
    }
}
