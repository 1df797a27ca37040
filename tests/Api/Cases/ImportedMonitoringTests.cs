using System.Text.Json;
using FangFanPin.Api.Imports;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain;
using FangFanPin.Tests.Api.Imports;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>What a file says of the monitoring of households, and what becomes of it. The clock is put forward, so this class has its server to itself.</summary>
public sealed class ImportedMonitoringTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly string[] Header = ["户编号", "行政区划代码(村级12位)", "户类型", "监测对象类别", "风险是否已消除", "识别监测时间", "致贫/返贫风险1", "家庭住址", "人编号", "姓名", "与户主关系"];
    private readonly CaseClient client = new(server);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private DateOnly Today() => ChinaTime.DayOf(server.Clock.GetUtcNow());

    private static string[] Row(string code, string village, string category, string eliminated, string month, string risk, string address = "东组") =>
        [code, village, "脱贫户", category, eliminated, month, risk, address, code + "01", "赵辛", "户主"];

    private static string NewCode() => $"77{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}{NextNumber():D4}";

    private async Task<ImportResponse> ImportAsync(string county, params string[][] rows)
    {
        using var importer = new ImportClient(await server.SignInAsync(county, "importer"), county);
        var previewed = await importer.UploadAsync([Header, .. rows]);
        Assert.Equal("Previewed", previewed.Stage);
        var done = await importer.StepAsync(previewed.Id, "commit");
        Assert.Equal("Done", done.Stage);
        return done;
    }

    private Task<int> LookAsync() => server.Services.GetRequiredService<IGrainFactory>().GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(0)).WorkOffAsync();

    private async Task<List<JsonElement>> PlansAsync(HttpClient officer, string region) =>
        [.. (await JsonAsync(await officer.GetAsync($"/api/v1/cases?region={region}&kind=measures&limit=200", Ct))).GetProperty("items").EnumerateArray()];

    [Fact]
    public async Task A_monitored_household_of_an_import_gets_its_measures_case_once_and_the_plan_stands_in_its_file()
    {
        var place = client.Place(40);
        var (atRisk, over, never) = (NewCode(), NewCode(), NewCode());
        await ImportAsync(place.County, Row(atRisk, place.Village, "脱贫不稳定户", "否", "2025-03", "因病"), Row(over, place.Village, "脱贫不稳定户", "是", "2024-03", "因病"), Row(never, place.Village, "", "", "", ""));
        using var village = await server.SignInAsync(place.Village, "informant");
        await LookAsync();
        await LookAsync();
        var plan = Assert.Single(await PlansAsync(village, place.Village));
        Assert.Equal((atRisk, "P1"), (plan.GetProperty("household").GetString(), plan.GetProperty("step").GetString()));
        var todo = (await JsonAsync(await village.GetAsync("/api/v1/workbench/items", Ct))).GetProperty("items").EnumerateArray();
        Assert.Contains(todo, i => i.GetProperty("id").GetString() == plan.GetProperty("id").GetString());

        var id = plan.GetProperty("id").GetString()!;
        await StepAfterAsync(village, id, new { kind = "propose-measures", Measures = new[] { new { Fields = new { Category = "10", Item = "1001" } } } });
        using var town = await server.SignInAsync(place.Town, "reviewer");
        Assert.Equal("P3", await StepAfterAsync(town, id, new { kind = "approve" }));
        var file = await JsonAsync(await village.GetAsync($"/api/v1/households/{atRisk}", Ct));
        Assert.Equal("1001", file.GetProperty("measures")[0].GetProperty("Item").GetString());
        var episode = Assert.Single(file.GetProperty("episodes").EnumerateArray());
        Assert.Equal(("202503", "1"), (episode.GetProperty("RecognizedMonth").GetString(), episode.GetProperty("MonitorCategory").GetString()));
        await LookAsync();
        Assert.Single(await PlansAsync(village, place.Village));

        // And its risk can be eliminated: the procedure finds the household monitored.
        var proposed = await PostAsync(village, "/api/v1/cases", new { kind = "propose-elimination", HouseholdCode = atRisk, EliminationMode = "1", Opinion = "稳定" });
        Assert.True(proposed.IsSuccessStatusCode, await proposed.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Whoever_needs_no_plan_is_asked_again_only_when_something_has_changed()
    {
        var place = client.Place(41);
        var code = NewCode();
        await ImportAsync(place.County, Row(code, place.Village, "边缘易致贫户", "否", "2025-03", "因病"));
        await LookAsync();
        using var village = await server.SignInAsync(place.Village, "informant");
        var id = Assert.Single(await PlansAsync(village, place.Village)).GetProperty("id").GetString()!;
        await server.AskAsync($"update case_file set is_open = false, step = 'P4' where id = '{id}'"); // its plan is over while the household is monitored still
        await LookAsync();
        Assert.Equal(1L, await server.AskAsync($"select count(*) from plan_not_needed where household = '{code}'"));
        await LookAsync();
        Assert.Equal(1, Convert.ToInt32(await server.AskAsync($"select count(*) from case_file where household = '{code}'"), null));
    }

    [Fact]
    public async Task A_file_that_does_not_know_an_approval_yet_leaves_what_it_decided_and_brings_the_rest()
    {
        var place = client.Place(42);
        var code = NewCode();
        await ImportAsync(place.County, Row(code, place.Village, "", "", "", ""));
        var id = await ApprovedAsync(place, code);
        using var officer = await server.SignInAsync(place.County, "reviewer");
        var before = (await JsonAsync(await officer.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("household");
        Assert.Equal("3", before.GetProperty("MonitorCategory").GetString());

        var blank = await ImportAsync(place.County, Row(code, place.Village, "", "", "", "", "西组"));
        Assert.Equal((1L, 0L, 1L), (blank.Counts.Changed, blank.Counts.Refused, blank.Counts.Errors));
        var after = (await JsonAsync(await officer.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("household");
        Assert.Equal("西组", after.GetProperty("Address").GetString());
        foreach (var field in new[] { "MonitorCategory", "RiskEliminated", "RecognizedMonth", "RiskType1" }) Assert.Equal(before.GetProperty(field).GetString(), after.GetProperty(field).GetString());

        // One that has it is believed; when the case is over, a file is what it always was.
        await ImportAsync(place.County, Row(code, place.Village, "突发严重困难户", "否", $"{Today():yyyy-MM}", "因残", "西组"));
        Assert.Equal("02", (await JsonAsync(await officer.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("household").GetProperty("RiskType1").GetString());
        await StepAfterAsync(officer, id, new { kind = "confirm-national" });
        await ImportAsync(place.County, Row(code, place.Village, "", "", "", "", "西组"));
        Assert.False((await JsonAsync(await officer.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("household").TryGetProperty("MonitorCategory", out var gone) && gone.ValueKind == JsonValueKind.String);
    }

    private async Task<string> ApprovedAsync((string County, string Town, string Village, string Second) place, string code)
    {
        string id;
        using (var office = await server.SignInAsync(place.Village, "informant"))
        {
            id = (await JsonAsync(await PostAsync(office, "/api/v1/cases", new { kind = "report-risk", HouseholdCode = code, RiskSource = "2", Opinion = "走访发现" }))).GetProperty("id").GetString()!;
            await StepAfterAsync(office, id, new
            {
                kind = "judge", Result = "1", Visitors = new[] { "王信息员", "李干部" }, AuthorizationSigned = true, Opinion = "属实", Fields = new { MonitorCategory = "3", RiskType1 = "01" },
            });
            await StepAfterAsync(office, id, new { kind = "start-publicity", ReviewedOn = $"{Today():yyyy-MM-dd}", ReviewAttendance = 5 });
        }
        server.Clock.Forward(TimeSpan.FromDays(5));
        using var again = await server.SignInAsync(place.Village, "informant");
        await StepAfterAsync(again, id, new { kind = "end-publicity" });
        using var reviewer = await server.SignInAsync(place.Town, "reviewer");
        await StepAfterAsync(reviewer, id, new { kind = "approve" });
        using var approver = await server.SignInAsync(place.County, "reviewer");
        Assert.Equal("60", await StepAfterAsync(approver, id, new { kind = "approve", DeptCompareText = "比对无异常" }));
        return id;
    }
}
