using System.Net;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Tests.Api.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>W4 over HTTP: a monitored household, its plan, and what then stands in its file.</summary>
public sealed class CaseMeasureTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static int places = 20;
    private readonly CaseClient client = new(server);
    private readonly (string County, string Town, string Village, string Second) place = new CaseClient(server).Place(Interlocked.Increment(ref places));
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Today() => ChinaTime.DayOf(server.Clock.GetUtcNow()).ToString("yyyy-MM-dd");

    private async Task<string> MonitoredAsync(HttpClient officer)
    {
        var code = $"M{Guid.NewGuid():N}"[..20];
        async Task MustAsync(object body, long? version = null)
        {
            var answer = await PostAsync(officer, $"/api/v1/households/{code}/commands", body, version: version);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        }
        await MustAsync(new { kind = "register", Fields = new { AreaCode = place.Village, HeadName = "周戊" }, Members = new[] { new { PersonCode = code + "01", Name = "周戊", Relation = "01", Labor = "1" } } });
        await MustAsync(new { kind = "identify-risk", EpisodeId = Guid.NewGuid().ToString(), Fields = new { MonitorCategory = "1", RiskType1 = "01", RecognizedMonth = Today()[..7].Replace("-", "") } }, 1);
        return code;
    }

    [Fact]
    public async Task A_plan_goes_from_the_village_over_the_town_into_the_households_file_and_ends_there_too()
    {
        using var village = await server.SignInAsync(place.Village, "informant");
        using var town = await server.SignInAsync(place.Town, "reviewer");
        using var county = await server.SignInAsync(place.County, "reviewer");
        var household = await MonitoredAsync(village);
        await ProblemAsync(await PostAsync(county, "/api/v1/cases", new { kind = "open-measures", HouseholdCode = household }), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        var id = (await JsonAsync(await PostAsync(village, "/api/v1/cases", new { kind = "open-measures", HouseholdCode = household }))).GetProperty("id").GetString()!;
        await ProblemAsync(await PostAsync(village, "/api/v1/cases", new { kind = "open-measures", HouseholdCode = household }), HttpStatusCode.Conflict, "case.exists");
        object Plan(params string[] items) => new { kind = "propose-measures", Measures = items.Select(i => new { Fields = new { Category = i[..2], Item = i } }).ToArray() };
        await ProblemAsync(await ActAsync(village, id, Plan("1101")), HttpStatusCode.UnprocessableEntity, "case.measure-development-required");
        await ProblemAsync(await ActAsync(village, id, Plan("0201")), HttpStatusCode.UnprocessableEntity, "case.risk-without-measure-01");
        Assert.Equal("P2", await StepAfterAsync(village, id, Plan("0704", "0401")));
        await ProblemAsync(await ActAsync(village, id, new { kind = "approve" }), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        var todo = await JsonAsync(await town.GetAsync("/api/v1/workbench", Ct));
        Assert.Contains(todo.GetProperty("counts").EnumerateArray(), c => c.GetProperty("step").GetString() == "P2" && c.GetProperty("count").GetInt32() == 1);
        Assert.Equal("P3", await StepAfterAsync(town, id, new { kind = "approve" }));

        var file = await JsonAsync(await village.GetAsync($"/api/v1/households/{household}", Ct));
        Assert.Equal(["1", "1"], file.GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("Status").GetString()));
        Assert.Equal(Today(), file.GetProperty("episodes")[0].GetProperty("MeasureDecidedOn").GetString());
        var shown = await JsonAsync(await village.GetAsync($"/api/v1/cases/{id}", Ct));
        Assert.False(shown.GetProperty("bookingPending").GetBoolean());
        var ids = shown.GetProperty("plan").GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("id").GetString()!).ToList();
        foreach (var measure in ids) await StepAfterAsync(village, id, new { kind = "start-measure", MeasureId = measure, StartedOn = Today() });
        await StepAfterAsync(village, id, new { kind = "note-progress", Opinion = "已到岗,本月补贴已发" });
        await StepAfterAsync(village, id, new { kind = "end-measure", MeasureId = ids[0], Status = "4", EndedOn = Today(), Opinion = "已康复" });
        Assert.Equal("P4", await StepAfterAsync(village, id, new { kind = "end-measure", MeasureId = ids[1], Status = "3", EndedOn = Today(), Opinion = "稳定就业" }));
        file = await JsonAsync(await village.GetAsync($"/api/v1/households/{household}", Ct));
        Assert.Equal(["4", "3"], file.GetProperty("measures").EnumerateArray().Select(m => m.GetProperty("Status").GetString()));
        Assert.Equal(["open-measures", "propose-measures", "approve", "start-measure", "start-measure", "note-progress", "end-measure", "end-measure"],
            (await JsonAsync(await county.GetAsync($"/api/v1/cases/{id}/history", Ct))).EnumerateArray().Select(h => h.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Households_without_measures_after_a_month_are_counted_by_region_and_open_from_the_figure()
    {
        using var village = await server.SignInAsync(place.Village, "informant");
        var id = (await JsonAsync(await PostAsync(village, "/api/v1/cases", new { kind = "open-measures", HouseholdCode = await MonitoredAsync(village) }))).GetProperty("id").GetString()!;
        await using var database = Npgsql.NpgsqlDataSource.Create(server.AdminConnectionString);
        await using (var command = database.CreateCommand($"update case_file set defect_on = defect_on - 100 where id = '{id}'")) await command.ExecuteNonQueryAsync(Ct);
        using var county = await server.SignInAsync(place.County, "viewer");
        var rows = (await JsonAsync(await county.GetAsync($"/api/v1/regions/{place.County}/case-statistics?kind=measures", Ct))).GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(1, rows[0].GetProperty("measureDefects").GetInt32());
        Assert.Equal(1, rows.Skip(1).Sum(r => r.GetProperty("measureDefects").GetInt32()));
        var list = await JsonAsync(await county.GetAsync($"/api/v1/cases?region={place.County}&defect=true", Ct));
        Assert.Equal(id, list.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_second_clue_joins_the_open_procedure_whoever_brings_it()
    {
        using var village = await server.SignInAsync(place.Village, "informant");
        using var county = await server.SignInAsync(place.County, "reviewer");
        var (household, certificate) = ($"J{Guid.NewGuid():N}"[..20], Certificate(NextNumber()));
        var registered = await PostAsync(village, $"/api/v1/households/{household}/commands", new
        {
            kind = "register", Fields = new { AreaCode = place.Village, HeadName = "吴己" }, Members = new[] { new { PersonCode = household + "01", Name = "吴己", Relation = "01", CertNumber = certificate } },
        });
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        object Report(string what) => new { kind = "report-risk", HouseholdCode = household, RiskSource = "5", Opinion = what };
        var first = await JsonAsync(await PostAsync(village, "/api/v1/cases", Report("住院")));
        var key = Guid.NewGuid();
        var second = await JsonAsync(await PostAsync(village, "/api/v1/cases", Report("失业"), key));
        var again = await JsonAsync(await PostAsync(village, "/api/v1/cases", Report("失业"), key));
        Assert.Equal((first.GetProperty("id").GetString(), true), (second.GetProperty("id").GetString(), second.GetProperty("attached").GetBoolean()));
        Assert.Equal(second.GetProperty("version").GetInt64(), again.GetProperty("version").GetInt64());

        var warning = new { WarnDept = "1", WarnType = "1", BatchNo = "YB-2", PushedOn = Today(), Name = "吴己", IdNumber = certificate };
        var warned = (await JsonAsync(await PostAsync(county, "/api/v1/cases", new { kind = "receive-warning", Village = place.Village, Warning = warning }))).GetProperty("id").GetString()!;
        await StepAfterAsync(village, warned, new { kind = "accept" });
        Assert.Equal("3", await StepAfterAsync(village, warned, new { kind = "close-warning", Result = "1", Opinion = "住院支出大" }));
        var shown = await JsonAsync(await village.GetAsync($"/api/v1/cases/{first.GetProperty("id").GetString()}", Ct));
        Assert.Equal(["失业", "部门预警:住院支出大"], shown.GetProperty("clues").EnumerateArray().Select(c => c.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Whoever_comes_second_stands_in_the_record_and_a_late_copy_of_a_refused_action_stays_refused()
    {
        using var village = await server.SignInAsync(place.Village, "informant");
        using var colleague = await server.SignInAsync(place.Village, "informant");
        var token = await TokenAsync(village, place.Village);
        var number = NextNumber();
        using var phone = await client.PhoneAsync(token, Phone(number));
        var query = (await JsonAsync(await PostAsync(phone, "/api/v1/public/declarations", Declaration(token, Certificate(number))))).GetProperty("queryCode").GetString()!;
        var id = (await JsonAsync(await village.GetAsync("/api/v1/workbench/items?limit=200&step=10", Ct))).GetProperty("items")[0].GetProperty("id").GetString()!;
        var both = await Task.WhenAll(new[] { village, colleague }.Select(o => PostAsync(o, $"/api/v1/cases/{id}/actions", new { kind = "accept" }, version: 1)));
        Assert.Single(both, a => a.IsSuccessStatusCode);
        var entries = (await JsonAsync(await village.GetAsync($"/api/v1/cases/{id}/history", Ct))).EnumerateArray().ToList();
        Assert.Equal([null, null, "case.stale-version"], entries.Select(e => e.GetProperty("refused").GetString()));
        Assert.Equal(2, entries.Skip(1).Select(e => e.GetProperty("account").GetString()).Distinct().Count());

        // Refused while the village verifies; when the case waits again, the same message comes once more.
        var key = Guid.NewGuid();
        Task<HttpResponseMessage> WithdrawAsync(Guid with) => PostAsync(phone, $"/api/v1/public/declarations/{query}/actions", new { kind = "withdraw" }, with);
        await ProblemAsync(await WithdrawAsync(key), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        Assert.Equal("90", await StepAfterAsync(village, id, new { kind = "judge", Result = "3", Opinion = "补材料" }));
        await PostAsync(phone, $"/api/v1/public/declarations/{query}/actions", new { kind = "resubmit", problemText = "补充:发票" });
        await ProblemAsync(await WithdrawAsync(key), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        Assert.Equal("10", (await JsonAsync(await village.GetAsync($"/api/v1/cases/{id}", Ct))).GetProperty("case").GetProperty("step").GetString());
        Assert.Equal("00", (await JsonAsync(await WithdrawAsync(Guid.NewGuid()))).GetProperty("step").GetString());
    }
}
