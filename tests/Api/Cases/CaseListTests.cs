using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Tests.Api.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>Lists, workbench, batches, figures and their cases. One server, a village of its own per test.</summary>
public sealed class CaseListTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static int places;
    private readonly CaseClient client = new(server);
    private readonly (string County, string Town, string Village, string Second) place = new CaseClient(server).Place(Interlocked.Increment(ref places));
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>By the village itself, for farmers without a phone.</summary>
    private static async Task<string> DeclaredAsync(HttpClient officer, string village, string name = "王甲")
    {
        var number = NextNumber();
        var answer = await PostAsync(officer, "/api/v1/cases", new
        {
            kind = "declare", Village = village,
            Declaration = new
            {
                ApplicantName = name, ApplicantIdNumber = Certificate(number), ApplicantPhone = Phone(number), Address = "西组", MemberCount = 2,
                ProblemTypes = new[] { "01" }, ProblemText = "住院", Authorized = true,
            },
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await JsonAsync(answer)).GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task The_four_groups_page_by_key_and_add_up()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        var ids = new List<string>();
        for (var i = 0; i < 7; i++) ids.Add(await DeclaredAsync(officer, place.Village));
        foreach (var id in ids.Take(4)) await StepAfterAsync(officer, id, new { kind = "accept" });
        foreach (var id in ids.Take(2)) await StepAfterAsync(officer, id, new { kind = "judge", Result = "2", Opinion = "不符合" });
        Assert.Equal(7, (await PagedAsync(officer, "group=all")).Count);
        Assert.Equal(ids.Skip(4).Order(), (await PagedAsync(officer, "group=unaccepted")).Order());
        Assert.Equal(ids.Skip(2).Take(2).Order(), (await PagedAsync(officer, "group=open")).Order());
        Assert.Equal(ids.Take(2).Order(), (await PagedAsync(officer, "group=closed")).Order());
        Assert.Equal(7, (await PagedAsync(officer, "q=王")).Count);
        Assert.Empty(await PagedAsync(officer, "q=赵"));
        await ProblemAsync(await officer.GetAsync($"/api/v1/cases?region={place.Village}&group=some", Ct), HttpStatusCode.BadRequest, "case.group.bad-request");
        await ProblemAsync(await officer.GetAsync($"/api/v1/cases?region={place.Village}&after=x", Ct), HttpStatusCode.BadRequest, "case.bad-cursor");
        var started = await JsonAsync(await officer.GetAsync("/api/v1/workbench/items?tab=started", Ct));
        Assert.Equal(7, started.GetProperty("items").GetArrayLength());
        var done = await JsonAsync(await officer.GetAsync("/api/v1/workbench/items?tab=done&step=80", Ct));
        Assert.Equal(2, done.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Every_figure_of_the_procedures_opens_to_as_many_cases_and_children_add_up()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        using var other = await server.SignInAsync(place.Second, "informant");
        using var county = await server.SignInAsync(place.County, "viewer");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await DeclaredAsync(officer, place.Village));
        await DeclaredAsync(other, place.Second);
        foreach (var id in ids.Take(3)) await StepAfterAsync(officer, id, new { kind = "accept" });
        await StepAfterAsync(officer, ids[0], new { kind = "judge", Result = "2", Opinion = "不符合" });
        foreach (var region in new[] { place.County, place.Town, place.Village })
        {
            var rows = (await JsonAsync(await county.GetAsync($"/api/v1/regions/{region}/case-statistics", Ct))).GetProperty("rows").EnumerateArray().ToList();
            foreach (var column in new[] { "open", "unaccepted", "opened", "closed", "stepsLeft" })
                if (rows.Count > 1) Assert.Equal(rows[0].GetProperty(column).GetInt32(), rows.Skip(1).Sum(r => r.GetProperty(column).GetInt32()));
            foreach (var row in rows.Where(r => r.GetProperty("opened").GetInt32() > 0)) await OpensAsync(county, row);
        }
        var whole = (await JsonAsync(await county.GetAsync($"/api/v1/regions/{place.County}/case-statistics", Ct))).GetProperty("rows")[0];
        Assert.Equal((5, 3, 6, 1, 4), (Int(whole, "open"), Int(whole, "unaccepted"), Int(whole, "opened"), Int(whole, "closed"), Int(whole, "stepsLeft")));
        Assert.Equal(100m, whole.GetProperty("onTimePercent").GetDecimal());
    }

    private async Task OpensAsync(HttpClient viewer, JsonElement row)
    {
        var region = row.GetProperty("region").GetString();
        var today = ChinaTime.DayOf(server.Clock.GetUtcNow());
        async Task<int> CountAsync(string query) => (await PagedAsync(viewer, query, region)).Count;
        Assert.Equal(Int(row, "unaccepted"), await CountAsync("group=unaccepted"));
        Assert.Equal(Int(row, "open"), await CountAsync("group=unaccepted") + await CountAsync("group=open"));
        Assert.Equal(Int(row, "opened"), await CountAsync($"openedFrom={today.AddDays(-30):yyyy-MM-dd}&openedTo={today:yyyy-MM-dd}"));
        Assert.Equal(Int(row, "closed"), await CountAsync($"closedFrom={today.AddDays(-30):yyyy-MM-dd}&closedTo={today:yyyy-MM-dd}"));
        foreach (var step in row.GetProperty("openBySteps").EnumerateObject())
            Assert.Equal(step.Value.GetInt32(), await CountAsync($"kind={step.Name.Split('/')[0]}&step={step.Name.Split('/')[1]}"));
        foreach (var level in row.GetProperty("overdueByLevel").EnumerateObject())
            Assert.Equal(level.Value.GetInt32(), await CountAsync($"overdue=true&level={level.Name}"));
    }

    [Fact]
    public async Task An_open_workbench_hears_of_a_new_declaration()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/workbench/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await officer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Ct));
        Assert.Equal(0, Int(await NextAsync(lines), "total"));
        await DeclaredAsync(officer, place.Village);
        Assert.Equal(1, Int(await NextAsync(lines), "total"));
    }

    private static async Task<JsonElement> NextAsync(StreamReader lines)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await lines.ReadLineAsync(deadline.Token) is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonDocument.Parse(line["data: ".Length..]).RootElement;
        throw new InvalidOperationException("The stream ended.");
    }

    [Fact]
    public async Task A_batch_does_what_it_may_and_says_why_not_for_the_rest()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        var (a, b) = (await DeclaredAsync(officer, place.Village), await DeclaredAsync(officer, place.Village));
        await StepAfterAsync(officer, b, new { kind = "accept" });
        var items = new[] { new { id = a, version = 1L }, new { id = b, version = 1L }, new { id = Guid.NewGuid().ToString("N"), version = 1L } };
        var results = (await JsonAsync(await PostAsync(officer, "/api/v1/cases/actions", new { items, action = new { kind = "accept" } }))).GetProperty("items").EnumerateArray()
            .Select(r => r.GetProperty("code").GetString()).ToList();
        Assert.Equal([null, "case.stale-version", "case.not-found"], results);
        await ProblemAsync(await PostAsync(officer, "/api/v1/cases/actions", new { items, action = new { kind = "judge", Result = "1" } }), HttpStatusCode.BadRequest, "case.batch.bad-request");
    }

    [Fact]
    public async Task A_county_has_days_of_its_own_within_the_fifteen()
    {
        using var admin = await server.SignInAsync(place.County, FangFanPin.Api.Shared.Roles.Admin);
        var own = new { acceptDays = 1, verifyDays = 1, reviewDays = 1, publicityDays = 7, townDays = 2, countyDays = 3 };
        Assert.True((await admin.PutAsJsonAsync($"/api/v1/case-parameters/{place.County}", own, Ct)).IsSuccessStatusCode);
        Assert.Equal(7, Int(await JsonAsync(await admin.GetAsync($"/api/v1/case-parameters/{place.County}", Ct)), "publicityDays"));
        await ProblemAsync(await admin.PutAsJsonAsync($"/api/v1/case-parameters/{place.County}", own with { publicityDays = 4 }, Ct), HttpStatusCode.UnprocessableEntity, "case.publicity-too-short");
        await ProblemAsync(await admin.PutAsJsonAsync($"/api/v1/case-parameters/{place.County}", own with { countyDays = 4 }, Ct), HttpStatusCode.UnprocessableEntity, "case.total-too-long");
        using var editor = await server.SignInAsync(place.County, "reviewer");
        await ProblemAsync(await editor.PutAsJsonAsync($"/api/v1/case-parameters/{place.County}", own, Ct), HttpStatusCode.Forbidden, "access.forbidden");
    }

    [Fact]
    public async Task A_warning_is_judged_and_becomes_a_recognition_where_it_is_a_risk()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        using var county = await server.SignInAsync(place.County, "reviewer");
        var warning = new { WarnDept = "1", WarnType = "1", BatchNo = "YB-1", PushedOn = ChinaTime.DayOf(server.Clock.GetUtcNow()).ToString("yyyy-MM-dd"), Name = "李乙", IdNumber = Certificate(NextNumber()) };
        var id = (await JsonAsync(await PostAsync(county, "/api/v1/cases", new { kind = "receive-warning", Village = place.Village, Warning = warning }))).GetProperty("id").GetString()!;
        Assert.Equal("2", await StepAfterAsync(officer, id, new { kind = "accept" }));
        Assert.Equal("20", await StepAfterAsync(officer, id, new { kind = "close-warning", Result = "1", Opinion = "住院支出大" }));
        var shown = await JsonAsync(await officer.GetAsync($"/api/v1/cases/{id}", Ct));
        Assert.Equal(("recognition", "3"), (shown.GetProperty("case").GetProperty("kind").GetString(), shown.GetProperty("case").GetProperty("source").GetString()));
    }

    [Fact]
    public async Task Visits_sent_again_are_the_same_and_another_under_the_same_id_overwrites_nothing()
    {
        using var officer = await server.SignInAsync(place.Village, "informant");
        using var neighbour = await server.SignInAsync(place.Second, "informant");
        var household = $"V{Guid.NewGuid():N}"[..20];
        var registered = await PostAsync(officer, $"/api/v1/households/{household}/commands", new { kind = "register", Fields = new { AreaCode = place.Village, HeadName = "孙丙" } });
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        var visited = server.Clock.GetUtcNow().AddHours(-3);
        object Visit(Guid id, string findings, bool risk, TimeSpan ahead = default) => new
        {
            id, householdCode = household, visitType = "1", visitedAt = visited + ahead,
            findings, riskFound = risk, seenVersion = 0,
        };
        var (calm, first, second) = (Visit(Guid.NewGuid(), "一切正常", false, TimeSpan.FromHours(4)), Visit(Guid.NewGuid(), "老人住院", true), Visit(Guid.NewGuid(), "又有失业", true));
        var sent = new[] { calm, first, second };
        var once = (await JsonAsync(await PostAsync(officer, "/api/v1/visits", new { items = sent }))).GetProperty("items").EnumerateArray().ToList();
        var twice = (await JsonAsync(await PostAsync(officer, "/api/v1/visits", new { items = sent }))).GetProperty("items").EnumerateArray().ToList();
        Assert.All(once.Concat(twice), r => Assert.Equal(JsonValueKind.Null, r.GetProperty("code").ValueKind));
        var cases = once.Concat(twice).Select(r => r.GetProperty("visit").GetProperty("caseId").GetString()).ToList();
        Assert.Equal([null, cases[1], cases[1], null, cases[1], cases[1]], cases);
        Assert.True(once[0].GetProperty("visit").GetProperty("clockDiffers").GetBoolean());
        Assert.True(once[0].GetProperty("visit").GetProperty("householdChanged").GetBoolean());
        var shown = await JsonAsync(await officer.GetAsync($"/api/v1/cases/{cases[1]}", Ct));
        Assert.Equal(("2", "20", 1), (shown.GetProperty("case").GetProperty("source").GetString(), shown.GetProperty("case").GetProperty("step").GetString(), shown.GetProperty("clues").GetArrayLength()));

        var id = once[0].GetProperty("id").GetGuid();
        var other = (await JsonAsync(await PostAsync(officer, "/api/v1/visits", new { items = new[] { Visit(id, "改了", false) } }))).GetProperty("items")[0];
        Assert.Equal(("visit.conflict", "一切正常"), (other.GetProperty("code").GetString(), other.GetProperty("visit").GetProperty("findings").GetString()));
        await ProblemAsync(await PostAsync(neighbour, "/api/v1/visits", new { items = new[] { Visit(Guid.NewGuid(), "看看", false) } }), HttpStatusCode.Forbidden, "access.outside-area");
        Assert.Equal(3, (await JsonAsync(await officer.GetAsync($"/api/v1/households/{household}/visits", Ct))).GetArrayLength());
        using var admin = await server.SignInAsync(place.County, FangFanPin.Api.Shared.Roles.Admin);
        Assert.True((await JsonAsync(await admin.GetAsync("/api/v1/operations/cases", Ct))).GetProperty("holds").GetBoolean());
    }

    private static int Int(JsonElement row, string name) => row.GetProperty(name).GetInt32();

    /// <summary>All ids of a list, two at a time.</summary>
    private async Task<List<string>> PagedAsync(HttpClient reader, string query, string? region = null)
    {
        var ids = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await JsonAsync(await reader.GetAsync($"/api/v1/cases?region={region ?? place.Village}&limit=2&{query}&after={after}", Ct));
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        Assert.Equal(ids.Count, ids.Distinct().Count());
        return ids;
    }
}
