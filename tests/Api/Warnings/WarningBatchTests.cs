using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FangFanPin.Tests.Api.Cases;
using FangFanPin.Tests.Api.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Warnings;

public sealed class WarningBatchTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Header = "来源部门,预警类型,批次号,推送日期,姓名,证件号码,所属区划,疾病名称,备注列";
    private readonly CaseClient cases = new(server);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_departments_file_is_matched_row_by_row_and_what_nobody_is_found_for_is_located_by_the_county()
    {
        var place = cases.Place(6);
        var (known, named, monitored, stranger, twice) = (NextNumber(), NextNumber(), NextNumber(), NextNumber(), NextNumber());
        var first = await RegisterAsync(place.Village, "韩大山", Certificate(known));
        var second = await RegisterAsync(place.Village, "独一名", null);
        var third = await RegisterAsync(place.Second, "金有福", Certificate(monitored), monitored: true);
        var batch = $"B{known}";
        string Row(string name, int number, string area = "", string date = "2026-11-01") => $"医保局,因病致贫返贫风险,{batch},{date},{name},{Certificate(number)},{area},肺炎,无";
        string[] rows = [Header, Row("韩大山", known), Row("独一名", named, place.Village), Row("金有福", monitored), Row("外来户", stranger, place.Village), Row("韩大山", known), "医保局,因病致贫返贫风险,x,2026-11-01,错号,41000019000101000X,,,", Row("未来", twice, date: "2099-01-01")];

        using var importer = await server.SignInAsync(place.County, "importer");
        var id = await UploadAsync(importer, place.County, rows);
        var outcomes = (await DoneAsync(importer, id)).GetProperty("outcomes");
        Assert.Equal((2, 1, 1, 1, 2), (Of(outcomes, "Opened"), Of(outcomes, "Removed"), Of(outcomes, "Unmatched"), Of(outcomes, "Repeated"), Of(outcomes, "Rejected")));
        Assert.Equal(["备注列"], (await GetAsync(importer, id, "")).GetProperty("unknownColumns").EnumerateArray().Select(c => c.GetString()));
        var items = (await GetAsync(importer, id, "/rows")).GetProperty("items").EnumerateArray().ToDictionary(r => r.GetProperty("row").GetInt32());
        Assert.Equal((first, second, third), (items[2].GetProperty("householdCode").GetString(), items[3].GetProperty("householdCode").GetString(), items[4].GetProperty("householdCode").GetString()));
        Assert.Equal(("Unmatched", place.County), (items[5].GetProperty("outcome").GetString(), items[5].GetProperty("region").GetString()));
        Assert.Equal("case.bad-certificate", items[7].GetProperty("reason").GetString());
        Assert.Equal(("1", "3"), (await CaseAsync(importer, items[2]), await CaseAsync(importer, items[4])));
        Assert.DoesNotContain(Certificate(known), await importer.GetStringAsync($"/api/v1/warnings/batches/{Guid.Parse(id)}/rows", Ct), StringComparison.Ordinal);
        Assert.NotEmpty(await importer.GetByteArrayAsync($"/api/v1/warnings/batches/{Guid.Parse(id)}/report.xlsx", Ct));

        using var village = await server.SignInAsync(place.Village, "informant");
        var seen = (await GetAsync(village, id, "/rows")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("row").GetInt32());
        Assert.Equal([2, 3, 6], seen); // not the other village's, not the county's
        using var forbidden = await LocateAsync(village, id, 5, place.Village);
        Assert.Equal(HttpStatusCode.NotFound, forbidden.StatusCode);
        using var county = await server.SignInAsync(place.County, "reviewer");
        using var located = await LocateAsync(county, id, 5, place.Second);
        Assert.True(located.IsSuccessStatusCode, await located.Content.ReadAsStringAsync(Ct));
        Assert.Equal("Opened", (await JsonAsync(located)).GetProperty("outcome").GetString());
        using var again = await LocateAsync(county, id, 5, place.Second);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);

        // The same file once more is nothing new.
        var repeated = (await DoneAsync(importer, await UploadAsync(importer, place.County, rows))).GetProperty("outcomes");
        Assert.Equal((0, 4, 1, 2), (Of(repeated, "Opened"), Of(repeated, "Repeated"), Of(repeated, "Unmatched"), Of(repeated, "Rejected")));
    }

    [Fact]
    public async Task A_file_without_name_and_certificate_is_refused_as_a_whole()
    {
        using var importer = await server.SignInAsync(cases.Place(7).County, "importer");
        using var answer = await PostAsync(importer, cases.Place(7).County, "序号,说明\r\n1,无");
        await ProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "warning.no-columns");
    }

    private static int Of(JsonElement outcomes, string name) => outcomes.TryGetProperty(name, out var count) ? count.GetInt32() : 0;

    private async Task<string> RegisterAsync(string village, string name, string? certificate, bool monitored = false)
    {
        using var editor = await server.SignInAsync("410000000000", "editor");
        var code = $"W{Guid.NewGuid():N}"[..18];
        await SendAsync(editor, code, new
        {
            kind = "register", Fields = new { AreaCode = village, HeadName = name, HouseholdType = "1", MemberCount = 1 },
            Members = new[] { new { PersonCode = code + "01", Name = name, CertNumber = certificate } },
        });
        if (monitored)
            await SendAsync(editor, code, new { kind = "identify-risk", EpisodeId = code + "E", Fields = new { MonitorCategory = "3", RiskType1 = "01", RecognizedMonth = "202601" } }, 1);
        return code;
    }

    private static async Task SendAsync(HttpClient editor, string code, object change, int? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(change, options: JsonSerializerOptions.Default) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        using var answer = await editor.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string county, string text) =>
        client.PostAsync($"/api/v1/warnings/batches?region={county}&name=预警.csv", new ByteArrayContent([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)]) { Headers = { ContentType = new("text/csv") } }, Ct);

    private static async Task<string> UploadAsync(HttpClient client, string county, string[] rows)
    {
        using var answer = await PostAsync(client, county, string.Join("\r\n", rows));
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Ct));
        return (await JsonAsync(answer)).GetProperty("id").GetString()!;
    }

    private static Task<JsonElement> GetAsync(HttpClient client, string id, string more) => client.GetFromJsonAsync<JsonElement>($"/api/v1/warnings/batches/{Guid.Parse(id)}{more}", Ct);

    private static async Task<JsonElement> DoneAsync(HttpClient client, string id)
    {
        for (var until = DateTime.UtcNow.AddMinutes(2); ;)
        {
            var batch = await GetAsync(client, id, "");
            if (batch.GetProperty("stage").GetString() == "Done") return batch;
            Assert.True(DateTime.UtcNow < until, $"the batch should be done: {batch}");
            await Task.Delay(100, Ct);
        }
    }

    private static async Task<string> CaseAsync(HttpClient client, JsonElement row) =>
        (await JsonAsync(await client.GetAsync($"/api/v1/cases/{row.GetProperty("case").GetString()}", Ct))).GetProperty("case").GetProperty("step").GetString()!;

    private static Task<HttpResponseMessage> LocateAsync(HttpClient client, string id, int row, string village) =>
        client.PostAsJsonAsync($"/api/v1/warnings/batches/{Guid.Parse(id)}/rows/{row}/locate", new { village }, Ct);
}
