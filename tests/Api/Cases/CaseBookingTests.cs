using System.Net;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Tests.Api.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>What the county's approval does to the household and to the figures. The clock is put forward, so this class has its server to itself.</summary>
public sealed class CaseBookingTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly CaseClient client = new(server);
    private readonly int number = NextNumber();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_approved_declaration_is_a_monitored_household_in_the_countys_figures_and_can_be_eliminated_half_a_year_later()
    {
        var place = client.Place();
        using var village = await server.SignInAsync(place.Village, "informant");
        var token = await TokenAsync(village, place.Village);
        using var phone = await client.PhoneAsync(token, Phone(number));
        Assert.True((await PostAsync(phone, "/api/v1/public/declarations", Declaration(token, Certificate(number)))).IsSuccessStatusCode);
        var id = (await JsonAsync(await village.GetAsync("/api/v1/workbench/items", Ct))).GetProperty("items")[0].GetProperty("id").GetString()!;
        await StepAfterAsync(village, id, new { kind = "accept" });
        await StepAfterAsync(village, id, new
        {
            kind = "judge", Result = "1", Visitors = new[] { "王信息员", "李干部" }, AuthorizationSigned = true, Opinion = "情况属实",
            Fields = new { MonitorCategory = "3", RiskType1 = "01", IdNetPerCapita = "6100.00" },
            Members = new object[] { new { Name = "李四娘", Relation = "02", CertNumber = Certificate(NextNumber()) }, new { Name = "张小", Relation = "03" } },
        });
        await StepAfterAsync(village, id, new { kind = "start-publicity", ReviewedOn = Today(), ReviewAttendance = 5 });
        var household = await ApprovedAsync(id, place.Village, place.Town, place.County);
        await FigureAsync(place.County, 3, 0); // the whole family, not the applicant alone
        using var editor = await server.SignInAsync(place.County, "reviewer");
        var file = await JsonAsync(await editor.GetAsync($"/api/v1/households/{household}", Ct));
        Assert.Equal(("3", 3), (file.GetProperty("household").GetProperty("MonitorCategory").GetString(), file.GetProperty("household").GetProperty("MemberCount").GetInt32()));
        Assert.Equal(3, Assert.Single(file.GetProperty("episodes").EnumerateArray()).GetProperty("IdMemberCount").GetInt32());

        await StepAfterAsync(editor, id, new { kind = "confirm-national", NationalHouseholdCode = "4100000001" });
        await EliminatedAsync(household, place.Village, place.Town, place.County);
        await FigureAsync(place.County, 0, 3);
    }

    /// <summary>From the end of publicity to the county's approval, on the days that it takes.</summary>
    private async Task<string> ApprovedAsync(string id, string village, string town, string county)
    {
        server.Clock.Forward(TimeSpan.FromDays(5));
        using var office = await server.SignInAsync(village, "informant");
        Assert.Equal("40", await StepAfterAsync(office, id, new { kind = "end-publicity" }));
        using var reviewer = await server.SignInAsync(town, "reviewer");
        Assert.Equal("50", await StepAfterAsync(reviewer, id, new { kind = "approve" }));
        using var approver = await server.SignInAsync(county, "reviewer");
        await ProblemAsync(await ActAsync(approver, id, new { kind = "approve" }), HttpStatusCode.UnprocessableEntity, "case.compare-required");
        Assert.Equal("60", await StepAfterAsync(approver, id, new { kind = "approve", DeptCompareText = "公安、民政、医保比对无异常" }));
        var shown = await JsonAsync(await approver.GetAsync($"/api/v1/cases/{id}", Ct));
        Assert.False(shown.GetProperty("bookingPending").GetBoolean());
        return shown.GetProperty("case").GetProperty("household").GetString()!;
    }

    private async Task EliminatedAsync(string household, string village, string town, string county)
    {
        using var early = await server.SignInAsync(village, "informant");
        object Proposal() => new { kind = "propose-elimination", HouseholdCode = household, EliminationMode = "1", Opinion = "收入稳定" };
        await ProblemAsync(await PostAsync(early, "/api/v1/cases", Proposal()), HttpStatusCode.UnprocessableEntity, "case.monitored-too-short");
        server.Clock.Forward(TimeSpan.FromDays(200));
        using var office = await server.SignInAsync(village, "informant");
        var opened = await JsonAsync(await PostAsync(office, "/api/v1/cases", Proposal()));
        var id = opened.GetProperty("id").GetString()!;
        await ProblemAsync(await PostAsync(office, "/api/v1/cases", Proposal()), HttpStatusCode.Conflict, "case.already-open-conflict");
        var unresolved = new { kind = "judge", Result = "1", Visitors = new[] { "王", "李" }, Opinion = "稳定", Fields = Snapshot("1") };
        await ProblemAsync(await ActAsync(office, id, unresolved), HttpStatusCode.UnprocessableEntity, "case.security-unresolved");
        Assert.Equal("30", await StepAfterAsync(office, id, new { kind = "judge", Result = "1", Visitors = new[] { "王", "李" }, Opinion = "稳定", Fields = Snapshot("0") }));
        await StepAfterAsync(office, id, new { kind = "start-publicity", ReviewedOn = Today(), ReviewAttendance = 3 });
        await ApprovedAsync(id, village, town, county);
    }

    private static object Snapshot(string housing) => new { ElDropout = "0", ElHousingDamaged = housing, ElWaterDamaged = "0", ElUninsured = "0", ElNetPerCapita = "15000" };

    /// <summary>People of monitored households in the county's own figure: of those at risk (3), of those whose risk is gone (4).</summary>
    private async Task FigureAsync(string county, int atRisk, int eliminated)
    {
        using var viewer = await server.SignInAsync(county, "viewer");
        var deadline = DateTime.UtcNow.AddSeconds(30);
        for (; ; )
        {
            var seen = (await OneAsync(viewer, county, "3"), await OneAsync(viewer, county, "4"));
            if (seen == (atRisk, eliminated)) return;
            Assert.True(DateTime.UtcNow < deadline, $"{seen} people at risk and no more at risk, not {(atRisk, eliminated)}, after 30 s");
            await Task.Delay(100, Ct);
        }
    }

    private static async Task<decimal> OneAsync(HttpClient viewer, string county, string type)
    {
        var answer = await viewer.GetAsync($"/api/v1/regions/{county}/statistics/1?householdTypes={type}", Ct);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return -1; // the county is still starting
        var value = (await JsonAsync(answer)).GetProperty("rows")[0].GetProperty("values")[1]; // 人数
        return value.ValueKind == JsonValueKind.Null ? 0 : value.GetDecimal();
    }

    private string Today() => ChinaTime.DayOf(server.Clock.GetUtcNow()).ToString("yyyy-MM-dd");
}
