using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Sync;
using FangFanPin.Domain;
using FangFanPin.Tests.Api.Cases;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Sync;

/// <summary>What an extract does to households about which people are deciding. The clock is put forward, so this class has its server to itself.</summary>
public sealed class SyncCaseTests(SyncServer server) : IClassFixture<SyncServer>
{
    private const string Province = "410000000000";
    private static int last = 70_000;
    private readonly CaseClient cases = new(server);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_household_in_a_procedure_keeps_its_values_and_takes_the_national_ones_when_the_procedure_ends()
    {
        var place = cases.Place(2);
        var family = NewFamily(place.Village);
        await SyncAsync(family);
        using var village = await server.SignInAsync(place.Village, "informant");
        var id = await OpenRiskAsync(village, family.Code);

        var detail = await SyncAsync(family with { Address = "西组" });
        Assert.Equal((1L, 0L), (Of(detail, "conflicting"), Of(detail, "changed")));
        Assert.Equal("东组", await FieldAsync(village, family.Code, "Address"));
        var pending = (await StandingAsync(village, family.Code)).GetProperty("pending");
        Assert.Equal(id, pending.GetProperty("case").GetString());
        Assert.Contains(pending.GetProperty("fields").EnumerateArray(), f => f.GetProperty("field").GetString() == "Address");
        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组" }), "conflicting")); // nothing is forgotten

        await StepAfterAsync(village, id, new { kind = "judge", Result = "2", Opinion = "不符合" });
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<INationalSyncGrain>(INationalSyncGrain.Key).LookAsync();
        await UntilAsync(async () => (await StandingAsync(village, family.Code)).GetProperty("pending").ValueKind == JsonValueKind.Null, "nothing should wait any more");
        Assert.Equal("西组", await FieldAsync(village, family.Code, "Address"));
        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组" }), "unchanged"));
    }

    [Fact]
    public async Task An_approved_recognition_is_not_wiped_out_by_an_extract_that_does_not_know_it_and_ends_when_one_does()
    {
        var place = cases.Place(3);
        var family = NewFamily(place.Village);
        await SyncAsync(family);
        using (var village = await server.SignInAsync(place.Village, "informant"))
            await ApprovedAsync(await OpenRiskAsync(village, family.Code), place.Village, place.Town, place.County);

        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组" }), "conflicting"));
        using var officer = await server.SignInAsync(place.County, "reviewer");
        Assert.Equal("3", await FieldAsync(officer, family.Code, "MonitorCategory"));
        var ranked = await officer.GetFromJsonAsync<JsonElement>($"/api/v1/regions/{place.County}/not-in-national", Ct);
        Assert.Equal((1, 0), (ranked.GetProperty("approved").GetInt32(), ranked.GetProperty("late").GetInt32()));
        server.Clock.Forward(TimeSpan.FromDays(8));
        using var later = await server.SignInAsync(place.County, "reviewer");
        ranked = await later.GetFromJsonAsync<JsonElement>($"/api/v1/regions/{place.County}/not-in-national?level=5", Ct);
        var first = ranked.GetProperty("rows")[0];
        Assert.Equal((1, place.Village, 1), (first.GetProperty("rank").GetInt32(), first.GetProperty("region").GetString(), first.GetProperty("late").GetInt32()));
        var behind = await later.GetFromJsonAsync<JsonElement>($"/api/v1/cases?region={place.Village}&kind=recognition&step=60&onStepDays=7", Ct); // the figure opens to its cases
        Assert.Equal(family.Code, Assert.Single(behind.GetProperty("items").EnumerateArray()).GetProperty("household").GetString());
        Assert.NotEmpty(await later.GetByteArrayAsync($"/api/v1/regions/{place.County}/not-in-national.xlsx", Ct));

        var known = family with { Address = "西组", Monitor = "突发严重困难户", Eliminated = "否", Month = $"{Today():yyyyMM}", Risk = "因病" };
        var detail = await SyncAsync(known);
        Assert.Equal((1L, 1L), (Of(detail, "changed"), Of(detail, "confirmed")));
        using var after = await server.SignInAsync(place.County, "reviewer");
        await InNationalAsync(after, family.Code);
        Assert.Equal("70", await StepOfAsync(after, family.Code));
        Assert.Equal("西组", await FieldAsync(after, family.Code, "Address"));
        var settled = await SyncAsync(known);
        Assert.Equal((1L, 0L), (Of(settled, "unchanged"), Of(settled, "confirmed")));
    }

    [Fact]
    public async Task An_approved_elimination_ends_the_measures_stands_against_an_older_extract_and_ends_itself_when_one_confirms_it()
    {
        var place = cases.Place(5);
        var family = NewFamily(place.Village) with { Monitor = "突发严重困难户", Eliminated = "否", Month = "202501", Risk = "因病" }; // in the columns of the main sheet alone
        await SyncAsync(family);
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(0)).WorkOffAsync();
        string id;
        using (var village = await server.SignInAsync(place.Village, "informant"))
        {
            Assert.Equal("P1", await StepOfAsync(village, family.Code, "measures"));
            id = (await JsonAsync(await PostAsync(village, "/api/v1/cases", new { kind = "propose-elimination", HouseholdCode = family.Code, EliminationMode = "1", Opinion = "收入稳定" }))).GetProperty("id").GetString()!;
            await ApprovedAsync(id, place.Village, place.Town, place.County, new
            {
                kind = "judge", Result = "1", Visitors = new[] { "王", "李" }, Opinion = "稳定", Fields = new { ElDropout = "0", ElHousingDamaged = "0", ElWaterDamaged = "0", ElUninsured = "0", ElNetPerCapita = "15000" },
            });
        }
        using var officer = await server.SignInAsync(place.County, "reviewer");
        Assert.Equal(("1", "P0"), (await FieldAsync(officer, family.Code, "RiskEliminated"), await StepOfAsync(officer, family.Code, "measures")));

        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组" }), "conflicting"));
        Assert.Equal(("1", "60"), (await FieldAsync(officer, family.Code, "RiskEliminated"), await StepOfAsync(officer, family.Code, "elimination")));
        var ranked = await officer.GetFromJsonAsync<JsonElement>($"/api/v1/regions/{place.County}/not-in-national", Ct);
        Assert.Equal(0, ranked.GetProperty("approved").GetInt32()); // that list is of recognitions

        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组", Eliminated = "是" }), "confirmed"));
        Assert.Equal(("1", "70", "西组"), (await FieldAsync(officer, family.Code, "RiskEliminated"), await StepOfAsync(officer, family.Code, "elimination"), await FieldAsync(officer, family.Code, "Address")));
        Assert.Equal(1L, Of(await SyncAsync(family with { Address = "西组", Eliminated = "是" }), "unchanged"));
        Assert.Equal(0L, await server.CountAsync($"select count(*) from case_file where household = '{family.Code}' and is_open"));
    }

    [Fact]
    public async Task A_declared_family_gets_its_national_code_and_its_case_ends()
    {
        var place = cases.Place(4);
        var number = NextNumber();
        string platform;
        using (var village = await server.SignInAsync(place.Village, "informant"))
        {
            var token = await TokenAsync(village, place.Village);
            using var phone = await cases.PhoneAsync(token, Phone(number));
            Assert.True((await PostAsync(phone, "/api/v1/public/declarations", Declaration(token, Certificate(number)))).IsSuccessStatusCode);
            var id = (await JsonAsync(await village.GetAsync("/api/v1/workbench/items", Ct))).GetProperty("items")[0].GetProperty("id").GetString()!;
            await StepAfterAsync(village, id, new { kind = "accept" });
            platform = await ApprovedAsync(id, place.Village, place.Town, place.County);
        }
        Assert.StartsWith("P", platform, StringComparison.Ordinal);
        var national = NewFamily(place.Village) with
        {
            Head = "张三丰", Certificate = Certificate(number), Type = "一般农户", Monitor = "突发严重困难户", Eliminated = "否", Month = $"{Today():yyyyMM}", Risk = "因病",
        };
        var detail = await SyncAsync(national);
        Assert.Equal(1L, Of(detail, "confirmed"));
        using var officer = await server.SignInAsync(place.County, "reviewer");
        Assert.Equal("70", await StepOfAsync(officer, platform));
        await InNationalAsync(officer, national.Code);
        Assert.Equal("4", await FieldAsync(officer, platform, "HouseholdStatus"));
        Assert.Equal("3", await FieldAsync(officer, national.Code, "MonitorCategory"));
    }

    private static Family NewFamily(string village) => new($"54{Interlocked.Increment(ref last):D14}", village, "王某");

    private async Task<JsonElement> SyncAsync(params Family[] families)
    {
        server.Put(SyncServer.Csv(families));
        using var client = await server.SignInAsync(Province, "importer");
        var detail = await server.SyncAsync(client);
        Assert.True(detail.GetProperty("batch").GetProperty("status").GetString() == "3", detail.ToString());
        return detail;
    }

    private static long Of(JsonElement detail, string count) => detail.GetProperty("batch").GetProperty("counts").GetProperty(count).GetInt64();

    private static async Task<string> OpenRiskAsync(HttpClient village, string household)
    {
        var opened = await JsonAsync(await PostAsync(village, "/api/v1/cases", new { kind = "report-risk", HouseholdCode = household, RiskSource = "2", Opinion = "走访发现" }));
        return opened.GetProperty("id").GetString()!;
    }

    /// <summary>From the verification to the county's approval, on the days that it takes.</summary>
    private async Task<string> ApprovedAsync(string id, string village, string town, string county, object? judge = null)
    {
        using (var office = await server.SignInAsync(village, "informant"))
        {
            await StepAfterAsync(office, id, judge ?? new
            {
                kind = "judge", Result = "1", Visitors = new[] { "王信息员", "李干部" }, AuthorizationSigned = true, Opinion = "情况属实",
                Fields = new { MonitorCategory = "3", RiskType1 = "01", IdNetPerCapita = "6100.00" },
            });
            await StepAfterAsync(office, id, new { kind = "start-publicity", ReviewedOn = $"{Today():yyyy-MM-dd}", ReviewAttendance = 5 });
        }
        server.Clock.Forward(TimeSpan.FromDays(5));
        using var again = await server.SignInAsync(village, "informant");
        await StepAfterAsync(again, id, new { kind = "end-publicity" });
        using var reviewer = await server.SignInAsync(town, "reviewer");
        await StepAfterAsync(reviewer, id, new { kind = "approve" });
        using var approver = await server.SignInAsync(county, "reviewer");
        Assert.Equal("60", await StepAfterAsync(approver, id, new { kind = "approve", DeptCompareText = "比对无异常" }));
        return (await JsonAsync(await approver.GetAsync($"/api/v1/cases/{id}", Ct))).GetProperty("case").GetProperty("household").GetString()!;
    }

    private DateOnly Today() => ChinaTime.DayOf(server.Clock.GetUtcNow());

    private static async Task<string?> FieldAsync(HttpClient client, string code, string field) =>
        (await JsonAsync(await client.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("household").TryGetProperty(field, out var value) ? value.GetString() : null;

    private static async Task<JsonElement> StandingAsync(HttpClient client, string code) => await JsonAsync(await client.GetAsync($"/api/v1/households/{code}/national-system", Ct));

    private static async Task InNationalAsync(HttpClient client, string code)
    {
        var episodes = (await JsonAsync(await client.GetAsync($"/api/v1/households/{code}", Ct))).GetProperty("episodes");
        Assert.Equal("1", Assert.Single(episodes.EnumerateArray()).GetProperty("InNationalSystem").GetString());
    }

    /// <summary>Of the recognition: the measures that follow it are a case of their own.</summary>
    private async Task<string?> StepOfAsync(HttpClient officer, string household, string kind = "recognition")
    {
        var id = (string)(await server.AskAsync($"select id from case_file where household = '{household}' and kind = '{kind}'"))!;
        return (await JsonAsync(await officer.GetAsync($"/api/v1/cases/{id}", Ct))).GetProperty("case").GetProperty("step").GetString();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string expected)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); !await condition();)
        {
            Assert.True(DateTime.UtcNow < until, expected);
            await Task.Delay(100, Ct);
        }
    }
}
