using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>A declaration from the farmer's phone to the household's record, over HTTP.</summary>
public sealed class CaseFlowTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly CaseClient client = new(server);
    private readonly int number = NextNumber();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record People(HttpClient Village, HttpClient Town, HttpClient County, string Token, string VillageCode, string CountyCode);

    private async Task<People> PeopleAsync(int skip = 0)
    {
        var place = client.Place(skip);
        var village = await server.SignInAsync(place.Village, "informant");
        return new People(village, await server.SignInAsync(place.Town, "reviewer"), await server.SignInAsync(place.County, "reviewer"),
            await TokenAsync(village, place.Village), place.Village, place.County);
    }

    private async Task<(string Id, string QueryCode)> DeclaredAsync(People people, HttpClient phone, int? of = null)
    {
        var answer = await PostAsync(phone, "/api/v1/public/declarations", Declaration(people.Token, Certificate(of ?? number)));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        var items = (await JsonAsync(await people.Village.GetAsync("/api/v1/workbench/items?limit=200", Ct))).GetProperty("items").EnumerateArray().ToList();
        var newest = items.MaxBy(i => i.GetProperty("openedAt").GetDateTimeOffset());
        return (newest.GetProperty("id").GetString()!, (await JsonAsync(answer)).GetProperty("queryCode").GetString()!);
    }

    private static readonly object Fits = new
    {
        kind = "judge", Result = "1", Visitors = new[] { "王信息员", "李干部" }, AuthorizationSigned = true, Opinion = "情况属实",
        Fields = new { MonitorCategory = "3", RiskType1 = "01", IdNetPerCapita = "6100.00" },
    };

    [Fact]
    public async Task A_declaration_by_phone_reaches_the_village_at_once_and_goes_as_far_as_the_wall()
    {
        var people = await PeopleAsync();
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var upload = new ByteArrayContent(SampleFiles.Jpeg());
        var photo = (await JsonAsync(await phone.PostAsync("/api/v1/public/attachments?name=a.jpg", upload, Ct))).GetProperty("id").GetGuid();
        var key = Guid.NewGuid();
        var name = $"张三{number}";
        var body = Declaration(people.Token, Certificate(number), new[] { photo }, name);
        var declared = await JsonAsync(await PostAsync(phone, "/api/v1/public/declarations", body, key));
        var again = await JsonAsync(await PostAsync(phone, "/api/v1/public/declarations", body, key));
        var query = declared.GetProperty("queryCode").GetString()!;
        Assert.Equal(query, again.GetProperty("queryCode").GetString());

        var todo = (await JsonAsync(await people.Village.GetAsync("/api/v1/workbench/items?limit=200", Ct))).GetProperty("items").EnumerateArray()
            .Single(i => i.GetProperty("headName").GetString() == name);
        var id = todo.GetProperty("id").GetString()!;
        Assert.Equal(1, todo.GetProperty("daysLeft").GetInt32());
        var shown = await JsonAsync(await people.Village.GetAsync($"/api/v1/cases/{id}", Ct));
        Assert.Equal(Certificate(number)[..3] + new string('*', 11) + Certificate(number)[^4..], shown.GetProperty("declaration").GetProperty("applicantIdNumber").GetString());
        Assert.Contains("accept", shown.GetProperty("actions").EnumerateArray().Select(a => a.GetString()));
        var file = await people.Town.GetAsync($"/api/v1/cases/{id}/attachments/{photo}", Ct);
        Assert.Equal(("image/jpeg", SampleFiles.Jpeg().Length), (file.Content.Headers.ContentType!.MediaType, (await file.Content.ReadAsByteArrayAsync(Ct)).Length));

        await ProblemAsync(await ActAsync(people.Town, id, new { kind = "accept" }), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        await ProblemAsync(await ActAsync(people.Village, id, Fits), HttpStatusCode.Conflict, "case.wrong-step");
        Assert.Equal("20", await StepAfterAsync(people.Village, id, new { kind = "accept" }));
        Assert.Equal("30", await StepAfterAsync(people.Village, id, Fits));
        Assert.Equal("30", await StepAfterAsync(people.Village, id, new { kind = "start-publicity", ReviewedOn = Today(), ReviewAttendance = 5 }));
        await ProblemAsync(await ActAsync(people.Village, id, new { kind = "end-publicity" }), HttpStatusCode.UnprocessableEntity, "case.publicity-running");

        var wall = await JsonAsync(await phone.GetAsync($"/api/v1/public/villages/{people.Token}/publicity", Ct));
        Assert.Contains(wall.EnumerateArray(), p => p.GetProperty("id").GetString() == id);
        var progress = await JsonAsync(await phone.GetAsync($"/api/v1/public/declarations/{query}", Ct));
        Assert.Equal(("30", "村评议公示中"), (progress.GetProperty("step").GetString(), progress.GetProperty("stepLabel").GetString()));
        Assert.DoesNotContain(Certificate(number), progress.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Phone(number), progress.ToString(), StringComparison.Ordinal);

        var history = await JsonAsync(await people.County.GetAsync($"/api/v1/cases/{id}/history", Ct));
        Assert.Equal(["declare", "accept", "judge", "start-publicity"], history.EnumerateArray().Select(h => h.GetProperty("action").GetString()));
        await NoNumberInDatabaseAsync();
    }

    [Fact]
    public async Task A_second_declaration_of_the_same_person_shows_the_open_one()
    {
        var people = await PeopleAsync();
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var (_, query) = await DeclaredAsync(people, phone);
        var own = await ProblemAsync(await PostAsync(phone, "/api/v1/public/declarations", Declaration(people.Token, Certificate(number))), HttpStatusCode.Conflict, "case.already-open-conflict");
        Assert.Equal(query, own.GetProperty("current").GetProperty("queryCode").GetString());
        using var other = await client.PhoneAsync(people.Token, Phone(NextNumber()));
        var foreign = await ProblemAsync(await PostAsync(other, "/api/v1/public/declarations", Declaration(people.Token, Certificate(number))), HttpStatusCode.Conflict, "case.already-open-conflict");
        Assert.Equal("", foreign.GetProperty("current").GetProperty("queryCode").GetString());
        Assert.Equal(JsonValueKind.Null, foreign.GetProperty("current").GetProperty("progress").GetProperty("applicantName").ValueKind);
    }

    [Fact]
    public async Task Reviewers_at_the_same_moment_one_wins_and_the_button_pressed_twice_counts_once()
    {
        var people = await PeopleAsync();
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var (id, _) = await DeclaredAsync(people, phone);
        var colleague = await server.SignInAsync(people.VillageCode, "informant");
        var key = Guid.NewGuid();
        var answers = await Task.WhenAll(
            PostAsync(people.Village, $"/api/v1/cases/{id}/actions", new { kind = "accept" }, key, 1), PostAsync(colleague, $"/api/v1/cases/{id}/actions", new { kind = "accept" }, version: 1));
        Assert.Single(answers, a => a.IsSuccessStatusCode);
        await ProblemAsync(answers.Single(a => !a.IsSuccessStatusCode), HttpStatusCode.Conflict, "case.stale-version");
        var second = await JsonAsync(await PostAsync(people.Village, $"/api/v1/cases/{id}/actions", new { kind = "judge", Result = "3", Opinion = "请补充住院材料" }, key = Guid.NewGuid(), 2));
        var repeat = await JsonAsync(await PostAsync(people.Village, $"/api/v1/cases/{id}/actions", new { kind = "judge", Result = "3", Opinion = "请补充住院材料" }, key, 2));
        Assert.Equal(second.GetProperty("version").GetInt64(), repeat.GetProperty("version").GetInt64());
        var entries = (await JsonAsync(await people.Village.GetAsync($"/api/v1/cases/{id}/history", Ct))).EnumerateArray();
        Assert.Equal((3, 1), (entries.Count(e => e.GetProperty("refused").ValueKind == JsonValueKind.Null), entries.Count(e => e.GetProperty("refused").ValueKind == JsonValueKind.String)));
    }

    [Fact]
    public async Task The_applicant_completes_withdraws_and_appeals_with_the_query_code()
    {
        var people = await PeopleAsync();
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var (id, query) = await DeclaredAsync(people, phone);
        using var anybody = server.Anonymous();
        await StepAfterAsync(people.Village, id, new { kind = "accept" });
        await ProblemAsync(await PostAsync(anybody, $"/api/v1/public/declarations/{query}/actions", new { kind = "withdraw" }), HttpStatusCode.Forbidden, "case.not-your-step-forbidden");
        Assert.Equal("90", await StepAfterAsync(people.Village, id, new { kind = "judge", Result = "3", Opinion = "请补充住院材料" }));
        var progress = await JsonAsync(await anybody.GetAsync($"/api/v1/public/declarations/{query.ToLowerInvariant()}", Ct));
        Assert.Equal("请补充住院材料", progress.GetProperty("entries").EnumerateArray().Last().GetProperty("opinion").GetString());
        var back = await JsonAsync(await PostAsync(anybody, $"/api/v1/public/declarations/{query}/actions", new { kind = "resubmit", problemText = "补充:住院发票三张" }));
        Assert.Equal("10", back.GetProperty("step").GetString());
        await StepAfterAsync(people.Village, id, new { kind = "accept" });
        Assert.Equal("80", await StepAfterAsync(people.Village, id, new { kind = "judge", Result = "2", Opinion = "收入稳定" }));
        var appealed = await JsonAsync(await PostAsync(anybody, $"/api/v1/public/declarations/{query}/actions", new { kind = "appeal", opinion = "收入算错了" }));
        Assert.Equal("20", appealed.GetProperty("step").GetString());
        await ProblemAsync(await anybody.GetAsync("/api/v1/public/declarations/AAAABBBBCCCC", Ct), HttpStatusCode.NotFound, "declare.not-found");
    }

    [Fact]
    public async Task Nobody_outside_the_village_sees_or_handles_its_cases()
    {
        var people = await PeopleAsync();
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var (id, _) = await DeclaredAsync(people, phone);
        using var neighbour = await server.SignInAsync(client.Place().Second, "informant");
        using var viewer = await server.SignInAsync(people.VillageCode, "viewer");
        foreach (var path in new[] { "", "/history", $"/attachments/{Guid.NewGuid()}" })
            await ProblemAsync(await neighbour.GetAsync($"/api/v1/cases/{id}{path}", Ct), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await PostAsync(neighbour, $"/api/v1/cases/{id}/actions", new { kind = "accept" }, version: 1), HttpStatusCode.Forbidden, "access.outside-area");
        await ProblemAsync(await PostAsync(viewer, $"/api/v1/cases/{id}/actions", new { kind = "accept" }, version: 1), HttpStatusCode.Forbidden, "access.forbidden");
        var batch = new { items = new[] { new { id, version = 7 } }, action = new { kind = "accept" } };
        await ProblemAsync(await PostAsync(neighbour, "/api/v1/cases/actions", batch), HttpStatusCode.Forbidden, "case.outside-area");
        await ProblemAsync(await PostAsync(people.Village, $"/api/v1/cases/{id}/actions", new { kind = "tick" }, version: 1), HttpStatusCode.Forbidden, "case.kind.forbidden");
        Assert.Equal("10", (await JsonAsync(await people.Village.GetAsync($"/api/v1/cases/{id}", Ct))).GetProperty("case").GetProperty("step").GetString());
    }

    [Fact]
    public async Task What_is_wrong_on_the_form_is_said_all_at_once_and_nothing_passes_without_a_phone()
    {
        var people = await PeopleAsync();
        using var anonymous = server.Anonymous();
        await ProblemAsync(await PostAsync(anonymous, "/api/v1/public/declarations", Declaration(people.Token, Certificate(number))), HttpStatusCode.Unauthorized, "declare.session.unauthenticated");
        await ProblemAsync(await anonymous.GetAsync($"/api/v1/public/villages/{people.VillageCode}-AAAAAAAA", Ct), HttpStatusCode.NotFound, "declare.village.not-found");
        var unsolved = new { token = people.Token, phone = Phone(number), challenge = "1.2.3", solution = "1" };
        await ProblemAsync(await anonymous.PostAsJsonAsync("/api/v1/public/phone-codes", unsolved, Ct), HttpStatusCode.UnprocessableEntity, "declare.challenge-failed");
        using var phone = await client.PhoneAsync(people.Token, Phone(number));
        var wrong = new { token = people.Token, applicantName = "", applicantIdNumber = Certificate(number)[..17] + "Y", isSelf = true, address = "", memberCount = 0, problemTypes = Array.Empty<string>(), problemText = "", authorized = false };
        var problem = await ProblemAsync(await PostAsync(phone, "/api/v1/public/declarations", wrong), HttpStatusCode.UnprocessableEntity, "field.required");
        Assert.Equal(["ApplicantName", "ApplicantIdNumber", "Address", "MemberCount", "ProblemTypes", "ProblemText", "Authorized"],
            problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));
        foreach (var bytes in new byte[][] { [.. "<html>"u8], [.. "MZ..."u8], [] })
            await ProblemAsync(await phone.PostAsync("/api/v1/public/attachments?name=a.jpg", new ByteArrayContent(bytes), Ct), HttpStatusCode.UnprocessableEntity, "case.attachment-type");
        await ProblemAsync(await phone.PostAsync("/api/v1/public/attachments?name=a.jpg", new ByteArrayContent([.. SampleFiles.Jpeg(), .. "PK"u8]), Ct), HttpStatusCode.UnprocessableEntity, "case.attachment-trailing");
        var large = new byte[(5 * 1024 * 1024) + 1];
        large[0] = 0xFF;
        await ProblemAsync(await phone.PostAsync("/api/v1/public/attachments", new ByteArrayContent(large), Ct), HttpStatusCode.RequestEntityTooLarge, "case.attachment.too-large");
    }

    [Fact]
    public async Task A_challenge_is_good_for_one_message_and_a_code_for_five_tries()
    {
        var people = await PeopleAsync();
        using var anonymous = server.Anonymous();
        var challenge = await JsonAsync(await anonymous.GetAsync("/api/v1/public/challenge", Ct));
        var text = challenge.GetProperty("challenge").GetString()!;
        var solution = Solve(text, challenge.GetProperty("bits").GetInt32());
        object Asked(string phone) => new { token = people.Token, phone, challenge = text, solution };
        Assert.Equal(HttpStatusCode.Accepted, (await anonymous.PostAsJsonAsync("/api/v1/public/phone-codes", Asked(Phone(number)), Ct)).StatusCode);
        await ProblemAsync(await anonymous.PostAsJsonAsync("/api/v1/public/phone-codes", Asked(Phone(number + 1)), Ct), HttpStatusCode.UnprocessableEntity, "declare.challenge-failed");
        var right = server.Messages.CodeOf(Phone(number));
        var wrong = right == "000000" ? "000001" : "000000";
        for (var i = 0; i < 5; i++)
            await ProblemAsync(await anonymous.PostAsJsonAsync("/api/v1/public/phone-sessions", new { phone = Phone(number), code = wrong }, Ct), HttpStatusCode.UnprocessableEntity, "declare.code-wrong");
        await ProblemAsync(await anonymous.PostAsJsonAsync("/api/v1/public/phone-sessions", new { phone = Phone(number), code = right }, Ct), HttpStatusCode.UnprocessableEntity, "declare.code-wrong");
    }

    [Fact]
    public async Task The_sheet_holds_a_code_that_can_be_printed()
    {
        var people = await PeopleAsync();
        var page = await people.Village.GetStringAsync($"/api/v1/villages/{people.VillageCode}/declare-sheet.html", Ct);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        var village = await JsonAsync(await server.Anonymous().GetAsync($"/api/v1/public/villages/{people.Token}", Ct));
        Assert.Equal(people.VillageCode, village.GetProperty("village").GetString());
        Assert.Equal(11, village.GetProperty("problemTypes").GetArrayLength());
    }

    private static string Today() => FangFanPin.Domain.ChinaTime.DayOf(DateTimeOffset.UtcNow).ToString("yyyy-MM-dd");

    /// <summary>Whoever has the database alone reads neither certificate nor phone.</summary>
    private async Task NoNumberInDatabaseAsync()
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(server.AdminConnectionString);
        foreach (var table in new[] { "case_file", "case_history", "case_refusal", "case_attachment", "phone_code", "audit" })
        {
            await using var command = database.CreateCommand($"select count(*) from {table} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%' or t::text like '%' || $3 || '%'");
            command.Parameters.Add(new() { Value = Certificate(number) });
            command.Parameters.Add(new() { Value = Phone(number) });
            command.Parameters.Add(new() { Value = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Phone(number))) });
            Assert.Equal(0L, await command.ExecuteScalarAsync(Ct));
        }
    }
}
