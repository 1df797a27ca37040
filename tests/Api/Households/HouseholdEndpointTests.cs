using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using MiniExcelLibs;
using Xunit;

namespace FangFanPin.Tests.Api.Households;

/// <summary>Households over HTTP, from the door to the disk.</summary>
public sealed class HouseholdEndpointTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static int last;
    private readonly string code = $"A{Guid.NewGuid():N}"[..18];
    private readonly int number = Interlocked.Increment(ref last);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private RegionTree Tree => server.Services.GetRequiredService<IRegions>().Tree;

    /// <summary>A county, two of its villages, and a village of another county.</summary>
    private (string County, string Village, string Second, string Elsewhere) Place()
    {
        var counties = Tree.All.Where(r => r.Level == RegionLevel.County && Tree.VillagesBelow(r.Code).Skip(1).Any()).OrderBy(r => r.Code).Take(2).ToArray();
        var villages = Tree.VillagesBelow(counties[0].Code).Select(v => v.Code.ToString()).Take(2).ToArray();
        return (counties[0].Code.ToString(), villages[0], villages[1], Tree.VillagesBelow(counties[1].Code).First().Code.ToString());
    }

    [Fact]
    public async Task A_household_is_registered_read_masked_amended_and_remembered()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        var registered = await SendAsync(editor, Registration(place.Village));
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        Assert.Equal("\"1\"", registered.Headers.ETag!.Tag);

        var got = await editor.GetAsync($"/api/v1/households/{code}", Ct);
        Assert.Equal("\"1\"", got.Headers.ETag!.Tag);
        var file = await JsonAsync(got);
        var member = file.GetProperty("members")[0];
        Assert.Equal(SampleHouseholds.NameOf(number, 0), member.GetProperty("Name").GetString());
        Assert.Equal(Masked(SampleHouseholds.Certificate(number)), member.GetProperty("CertNumber").GetString());
        Assert.Equal(Masked(SampleHouseholds.Phone(number)), file.GetProperty("household").GetProperty("Phone").GetString());
        await HoldsNoNumberAsync(got);

        var amended = await SendAsync(editor, new { kind = "amend", Fields = new { Phone = "13700008888" } }, version: 1);
        Assert.Equal(2, (await JsonAsync(amended)).GetProperty("version").GetInt64());
        var history = await editor.GetAsync($"/api/v1/households/{code}/history", Ct);
        await HoldsNoNumberAsync(history, "13700008888");
        Assert.Equal(["amend", "register"], (await JsonAsync(history)).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("kind").GetString()));
        var first = await JsonAsync(await editor.GetAsync($"/api/v1/households/{code}/history/1", Ct));
        Assert.Equal(Masked(SampleHouseholds.Phone(number)), first.GetProperty("household").GetProperty("Phone").GetString());
        var phones = await JsonAsync(await editor.GetAsync($"/api/v1/households/{code}/fields/Phone/history", Ct));
        Assert.Equal(["137****8888", Masked(SampleHouseholds.Phone(number))], phones.EnumerateArray().Select(p => p.GetProperty("new").GetString()));
        var names = await JsonAsync(await editor.GetAsync($"/api/v1/households/{code}/fields/Member[01].Name/history", Ct));
        Assert.Equal(1, names.GetArrayLength());
        await ProblemAsync(await editor.GetAsync($"/api/v1/households/{code}/history/9", Ct), HttpStatusCode.NotFound, "household.version.not-found");
    }

    [Fact]
    public async Task A_stale_version_is_409_and_shows_what_is_there_now()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        await SendAsync(editor, Registration(place.Village));
        await SendAsync(editor, new { kind = "amend", Fields = new { Address = "东组1号" } }, version: 1);
        var stale = await SendAsync(editor, new { kind = "amend", Fields = new { Address = "西组2号" } }, version: 1);
        var problem = await ProblemAsync(stale, HttpStatusCode.Conflict, "household.stale-version");
        Assert.Equal("东组1号", problem.GetProperty("current").GetProperty("household").GetProperty("Address").GetString());
        await HoldsNoNumberAsync(stale);
        await ProblemAsync(await SendAsync(editor, new { kind = "amend", Fields = new { Address = "x" } }), HttpStatusCode.BadRequest, "household.version-required");
    }

    [Fact]
    public async Task The_same_idempotency_key_is_applied_once_and_refused_with_other_content()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        await SendAsync(editor, Registration(place.Village));
        var id = Guid.NewGuid();
        var change = new { kind = "amend", Fields = new { MemberCount = 5 } };
        for (var i = 0; i < 2; i++)
            Assert.Equal(2, (await JsonAsync(await SendAsync(editor, change, version: 1, id))).GetProperty("version").GetInt64());
        await ProblemAsync(await SendAsync(editor, new { kind = "amend", Fields = new { MemberCount = 6 } }, version: 2, id), HttpStatusCode.Conflict, "household.command-reused");
    }

    [Fact]
    public async Task Nobody_reads_or_writes_outside_their_area()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        using var neighbour = await server.SignInAsync(place.Elsewhere, "editor", "exporter");
        using var viewer = await server.SignInAsync(place.County, "viewer");
        await SendAsync(editor, Registration(place.Village));
        foreach (var path in new[] { "", "/history", "/history/1", "/fields/Phone/history" })
            await ProblemAsync(await neighbour.GetAsync($"/api/v1/households/{code}{path}", Ct), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await neighbour.GetAsync($"/api/v1/households?region={place.Village}", Ct), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await neighbour.GetAsync($"/api/v1/households.xlsx?region={place.Village}", Ct), HttpStatusCode.Forbidden, "access.outside-area");
        var amend = new { kind = "amend", Fields = new { MemberCount = 5 } };
        await ProblemAsync(await SendAsync(neighbour, amend, version: 1), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await SendAsync(viewer, amend, version: 1), HttpStatusCode.Forbidden, "access.forbidden");
        await ProblemAsync(await SendAsync(editor, new { kind = "move", ToVillage = place.Elsewhere }, version: 1), HttpStatusCode.Forbidden, "household.outside-area");
        await ProblemAsync(await SendAsync(neighbour, Registration(place.Village), of: code + "x"), HttpStatusCode.Forbidden, "household.outside-area");
        var moved = await SendAsync(editor, new { kind = "move", ToVillage = place.Second }, version: 1);
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync(Ct));
        await ProblemAsync(await editor.GetAsync("/api/v1/households/nobody", Ct), HttpStatusCode.NotFound, "household.not-found");
    }

    [Theory]
    [InlineData("""{"kind":"import","ImportId":"x"}""", "household.command.malformed")]
    [InlineData("""{"kind":"revert-import","ImportId":"x"}""", "household.kind.forbidden")]
    [InlineData("""{"kind":"nonsense"}""", "household.command.malformed")]
    [InlineData("""{"Fields":{}}""", "household.command.malformed")]
    [InlineData("""{"kind":"amend","Fields":{},"Extra":1}""", "household.command.malformed")]
    [InlineData("""{"kind":"amend","Fields":{"Phone":"138****1234"}}""", "household.masked-value")]
    [InlineData("[", "household.command.malformed")]
    [InlineData("null", "household.command.malformed")]
    public async Task What_is_no_command_is_refused(string body, string problem)
    {
        using var editor = await server.SignInAsync(Place().County, "editor");
        var answer = await SendTextAsync(editor, body, 1, Guid.NewGuid(), code);
        Assert.Equal(problem, (await JsonAsync(answer)).GetProperty("code").GetString());
        Assert.InRange((int)answer.StatusCode, 400, 422);
    }

    [Fact]
    public async Task Headers_are_checked()
    {
        using var editor = await server.SignInAsync(Place().County, "editor");
        var without = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(Registration(Place().Village)) };
        await ProblemAsync(await editor.SendAsync(without, Ct), HttpStatusCode.BadRequest, "household.idempotency-key.malformed");
    }

    [Fact]
    public async Task The_list_pages_by_key_and_finds_people_and_exports()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        var codes = Enumerable.Range(0, 5).Select(i => $"{code}-{i}").ToArray();
        foreach (var one in codes) Assert.True((await SendAsync(editor, Registration(place.Second), of: one)).IsSuccessStatusCode);
        var seen = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await JsonAsync(await editor.GetAsync($"/api/v1/households?region={place.County}&limit=2&after={after}", Ct));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        Assert.Equal(codes, seen.Intersect(codes));
        Assert.Equal(seen.Count, seen.Distinct().Count());

        foreach (var q in new[] { SampleHouseholds.Certificate(number), SampleHouseholds.Certificate(number)[^6..], SampleHouseholds.Phone(number), SampleHouseholds.NameOf(number, 0) })
        {
            var found = await JsonAsync(await editor.PostAsJsonAsync("/api/v1/households/search", new { region = place.County, q, limit = 200 }, Ct));
            Assert.Subset(found.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!).ToHashSet(), codes.ToHashSet());
        }
        await ProblemAsync(await editor.GetAsync($"/api/v1/households?region={place.County}&after=zzz", Ct), HttpStatusCode.BadRequest, "household.bad-cursor");
        await ProblemAsync(await editor.GetAsync($"/api/v1/households?region={place.County}&limit=201", Ct), HttpStatusCode.BadRequest, "household.limit.bad-request");
        await ProblemAsync(await editor.GetAsync($"/api/v1/households?region={place.County}&type=9", Ct), HttpStatusCode.BadRequest, "household.type.bad-request");
        await ProblemAsync(await editor.GetAsync($"/api/v1/households?region={place.County}&name={Uri.EscapeDataString("王")}", Ct), HttpStatusCode.BadRequest, "household.name.bad-request");

        var workbook = await editor.GetAsync($"/api/v1/households.xlsx?region={place.Second}", Ct);
        Assert.Equal(HttpStatusCode.OK, workbook.StatusCode);
        using var stream = new MemoryStream(await workbook.Content.ReadAsByteArrayAsync(Ct));
        var rows = stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>().ToList();
        Assert.Subset(rows.Select(r => (string)r["户编号"]).ToHashSet(), codes.ToHashSet());
    }

    [Fact]
    public async Task Numbers_of_people_are_searched_in_the_body_and_refused_in_the_address()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        await SendAsync(editor, Registration(place.Village));
        var (certificate, phone) = (SampleHouseholds.Certificate(number), SampleHouseholds.Phone(number));
        foreach (var asked in new object[] { new { region = place.County, certificate }, new { region = place.County, lastSix = certificate[^6..] }, new { region = place.Village, phone }, new { region = place.Village, q = phone, name = SampleHouseholds.NameOf(number, 0) } })
        {
            var answer = await editor.PostAsJsonAsync("/api/v1/households/search", asked, Ct);
            Assert.Contains((await JsonAsync(answer)).GetProperty("items").EnumerateArray(), i => i.GetProperty("code").GetString() == code);
            await HoldsNoNumberAsync(answer);
        }
        Assert.Empty((await JsonAsync(await editor.PostAsJsonAsync("/api/v1/households/search", new { region = place.Second, certificate }, Ct))).GetProperty("items").EnumerateArray());

        foreach (var list in new[] { "households", "households.xlsx" })
            foreach (var query in new[] { $"certificate={certificate}", $"lastSix={certificate[^6..]}", $"phone={phone}", $"q={certificate}", $"q={phone}", $"q={certificate[^6..]}", $"certificate={certificate}&limit=9999" })
                await ProblemAsync(await editor.GetAsync($"/api/v1/{list}?region={place.Village}&{query}", Ct), HttpStatusCode.BadRequest, "household.number-in-address.bad-request");
        Assert.Equal(HttpStatusCode.OK, (await editor.GetAsync($"/api/v1/households?region={place.Village}&q={Uri.EscapeDataString("王小明")}&certificate=", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_search_in_the_body_stays_in_the_callers_area_and_takes_no_nonsense()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        const string Search = "/api/v1/households/search";
        await ProblemAsync(await editor.PostAsJsonAsync(Search, new { region = place.Elsewhere, q = "王小明" }, Ct), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await editor.PostAsJsonAsync(Search, new { region = "410000000000" }, Ct), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await editor.PostAsJsonAsync(Search, new { q = "王小明" }, Ct), HttpStatusCode.BadRequest, "region.bad-code");
        await ProblemAsync(await editor.PostAsJsonAsync(Search, new { region = place.County, limit = 201 }, Ct), HttpStatusCode.BadRequest, "household.limit.bad-request");
        await ProblemAsync(await editor.PostAsync(Search, new StringContent("[", System.Text.Encoding.UTF8, "application/json"), Ct), HttpStatusCode.BadRequest, "request.malformed");
        using var anonymous = server.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.PostAsJsonAsync(Search, new { region = place.County }, Ct)).StatusCode);
    }

    [Fact]
    public async Task A_name_that_looks_like_a_formula_is_text_in_the_workbook()
    {
        var place = Place();
        using var editor = await server.SignInAsync(place.County, "editor", "exporter");
        var registered = await SendAsync(editor, Registration(place.Village, name: "=HYPERLINK(\"x\")"));
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        using var stream = new MemoryStream(await editor.GetByteArrayAsync($"/api/v1/households.xlsx?region={place.Village}", Ct));
        var row = stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>().Single(r => (string)r["户编号"] == code);
        Assert.Equal("'=HYPERLINK(\"x\")", row["户主姓名"]);
    }

    private object Registration(string village, string? name = null) => new
    {
        kind = "register",
        Fields = new
        {
            AreaCode = village, StatYear = 2025, HeadName = name ?? SampleHouseholds.NameOf(number, 0), HeadCertNumber = SampleHouseholds.Certificate(number),
            Phone = SampleHouseholds.Phone(number), HouseholdType = "1", PolicyStatus = "1", MemberCount = 1,
        },
        Members = new[] { new { PersonCode = "01", Name = name ?? SampleHouseholds.NameOf(number, 0), CertType = "1", CertNumber = SampleHouseholds.Certificate(number), Phone = SampleHouseholds.Phone(number) } },
    };

    private Task<HttpResponseMessage> SendAsync(HttpClient client, object change, long? version = null, Guid? id = null, string? of = null) =>
        SendTextAsync(client, JsonSerializer.Serialize(change), version, id ?? Guid.NewGuid(), of ?? code);

    private static Task<HttpResponseMessage> SendTextAsync(HttpClient client, string body, long? version, Guid id, string of)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{of}/commands") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", id.ToString());
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        return client.SendAsync(request, Ct);
    }

    private static string Masked(string text) => text[..3] + new string('*', text.Length - 7) + text[^4..];

    private async Task HoldsNoNumberAsync(HttpResponseMessage answer, params string[] more)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        foreach (var secret in more.Append(SampleHouseholds.Certificate(number)).Append(SampleHouseholds.Phone(number)))
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string problem)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        var json = JsonDocument.Parse(text).RootElement;
        Assert.Equal(problem, json.GetProperty("code").GetString());
        return json;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
}
