using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FangFanPin.Api.Imports;
using FangFanPin.Tests.Api.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

public sealed class ImportFlowTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000", OtherCounty = "411425000000", Village = HostileFiles.Village;
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_previewed_committed_found_unchanged_and_taken_back()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, file) = Family("男");
        var first = await UploadAsync(client, County, ("户和成员.csv", file));
        Assert.Equal(("Previewed", 1L, 2L), (first.Stage, first.Counts.New, first.Counts.Rows));
        Assert.Equal(0, await HistoryAsync(code));
        var done = await CommandAsync(client, first.Id, "commit");
        Assert.Equal(("Done", 1L), (done.Stage, done.Counts.Written));
        Assert.Equal(1, await HistoryAsync(code));

        var again = await UploadAsync(client, County, ("户和成员.csv", file));
        Assert.Equal((0L, 1L), (again.Counts.New + again.Counts.Changed, again.Counts.Unchanged));
        Assert.Equal("Done", (await CommandAsync(client, again.Id, "commit")).Stage);
        Assert.Equal(1, await HistoryAsync(code));

        var undone = await CommandAsync(client, first.Id, "undo");
        Assert.Equal(("Undone", 1L, 0L), (undone.Stage, undone.Counts.TakenBack, undone.Counts.NotTakenBack));
        var third = await UploadAsync(client, County, ("户和成员.csv", file));
        Assert.Equal(1, third.Counts.New);
    }

    [Fact]
    public async Task An_import_that_something_newer_has_changed_is_not_taken_back()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, file) = Family("男");
        var first = await UploadAsync(client, County, ("户和成员.csv", file));
        await CommandAsync(client, first.Id, "commit");
        var second = await UploadAsync(client, County, ("户和成员.csv", HostileFiles.Csv(HostileFiles.Header, [code, Village, "5", code + "-1", "张三", "女"])));
        Assert.Equal(1, second.Counts.Changed);
        await CommandAsync(client, second.Id, "commit");
        var undone = await CommandAsync(client, first.Id, "undo");
        Assert.Equal((0L, 1L), (undone.Counts.TakenBack, undone.Counts.NotTakenBack));
        var conflicts = await client.GetFromJsonAsync<List<ImportConflictResponse>>($"/api/v1/imports/{first.Id}/conflicts", Ct);
        Assert.Equal([new ImportConflictResponse(code, "household.newer-change")], conflicts);
    }

    [Fact]
    public async Task Rejected_rows_stand_in_the_errors_and_in_a_workbook_that_can_be_sent_again()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, _) = Family("男");
        var import = await UploadAsync(client, County, ("户和成员.csv", HostileFiles.Csv(HostileFiles.Header,
            [code, Village, "2", code + "-1", "=张三", "男"], [code, Village, "2", code + "-2", "李四", "雄"], [code + "X", Village, "1", code + "-3", "王五", "女"])));
        Assert.Equal((1L, 1L), (import.Counts.Refused, import.Counts.New));
        var error = Assert.Single((await client.GetFromJsonAsync<List<ImportErrorResponse>>($"/api/v1/imports/{import.Id}/errors", Ct))!);
        Assert.Equal(("户和成员", 3, "性别", "field.unknown-code", "雄", code), (error.Sheet, error.Row, error.Column, error.Code, error.Value, error.HouseholdCode));

        var workbook = await client.GetByteArrayAsync($"/api/v1/imports/{import.Id}/error-workbook.xlsx", Ct);
        using (var zip = new ZipArchive(new MemoryStream(workbook)))
        {
            using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
            var xml = await reader.ReadToEndAsync(Ct);
            Assert.Contains("整户未导入", xml, StringComparison.Ordinal);
            Assert.Contains("码表", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("王五", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("<f>", xml, StringComparison.Ordinal);
        }
        var again = await UploadAsync(client, County, ("错误.xlsx", workbook));
        Assert.Equal((2L, 1L), (again.Counts.Rows, again.Counts.Refused));
        Assert.Equal(["错误原因"], again.Sheets[0].UnknownColumns);
    }

    public static TheoryData<string> Hostile => ["png", "xls", "encrypted", "bomb", "text", "duplicate", "no-code"];

    [Theory, MemberData(nameof(Hostile))]
    public async Task A_hostile_file_fails_with_a_code_and_changes_nothing(string kind)
    {
        using var client = await server.SignInAsync(County, "importer");
        var (file, code) = kind switch
        {
            "png" => (new byte[] { 0x89, 0x50, 0x4E, 0x47, 0, 0 }, "import.not-a-workbook"),
            "xls" => (HostileFiles.Ole(false), "import.old-format"),
            "encrypted" => (HostileFiles.Ole(true), "import.encrypted"),
            "bomb" => (HostileFiles.Bomb(), "import.too-large"),
            "text" => (Encoding.UTF8.GetBytes("今天天气不错\n是的"), "import.no-known-sheet"),
            "duplicate" => (HostileFiles.Csv([.. HostileFiles.Header, "姓名"], ["H"]), "import.duplicate-column"),
            _ => (HostileFiles.Csv(HostileFiles.Header[1..], ["H"]), "import.no-household-code-column"),
        };
        var before = await HouseholdsAsync();
        var failed = await UploadAsync(client, County, ("upload.xlsx", file));
        Assert.Equal(("Failed", code), (failed.Stage, failed.Fault?.Code));
        Assert.Equal(before, await HouseholdsAsync());
        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync($"/api/v1/imports/{failed.Id}/commit", null, Ct)).StatusCode);
    }

    [Fact]
    public async Task Villages_of_another_county_and_future_births_are_refused()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, _) = Family("男");
        var import = await UploadAsync(client, County, ("户和成员.csv", HostileFiles.Csv(HostileFiles.Header,
            [code + "A", "410102001001", "2", code + "-1", "甲", "男"], [code + "B", Village, "2", code + "-2", "乙", "女", "2999-01-01"],
            [code + "C", Village, "2", code + "-3", "丙", "女", null, "41142429990101001X"])));
        Assert.Equal(3, import.Counts.Refused);
        Assert.Equal(2, import.ErrorsByCode["field.future-date"]);
        Assert.Contains(import.ErrorsByCode.Keys, k => k is "household.outside-area" or "household.unknown-village");
    }

    [Fact]
    public async Task A_person_of_a_stored_household_in_another_one_is_a_conflict()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, file) = Family("男");
        await CommandAsync(client, (await UploadAsync(client, County, ("a.csv", file))).Id, "commit");
        var other = await UploadAsync(client, County, ("a.csv", HostileFiles.Csv(HostileFiles.Header, [code + "Z", Village, "2", code + "-1", "张三", "男"])));
        Assert.Equal((1L, 0L), (other.Counts.Conflicts, other.Counts.New));
        Assert.Equal(1, other.ErrorsByCode["import.person-elsewhere"]);
    }

    [Fact]
    public async Task Nothing_personal_stands_in_the_clear_in_the_import_tables()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, _) = Family("男");
        const string Secret = "411424199003077213";
        await UploadAsync(client, County, ("户和成员.csv", HostileFiles.Csv(HostileFiles.Header, [code, Village, "2", code + "-1", "赵钱孙", "男", null, Secret], [code + "Q", Village, "x", code + "-2", "周吴郑", Secret])));
        await using var connection = new NpgsqlConnection(server.AdminConnectionString);
        await connection.OpenAsync(Ct);
        // A staged household's row is the one that it becomes: names stand beside the document, as they do there.
        foreach (var (table, box, names) in new[] { ("import_chunk", "box", false), ("import_new", "document", true), ("import_household", "box", false), ("import_error", "box", false) })
        {
            await using var command = new NpgsqlCommand(
                $"select count(*) from {table} t where position(convert_to('{Secret}', 'UTF8') in {box}) > 0 or t::text like '%{Secret}%' or ({!names} and t::text like '%赵钱孙%')", connection);
            Assert.Equal(0L, await command.ExecuteScalarAsync(Ct));
        }
    }

    [Fact]
    public async Task Areas_and_permissions_hold_on_every_step()
    {
        using var importer = await server.SignInAsync(County, "importer");
        using var foreign = await server.SignInAsync(OtherCounty, "importer");
        using var editor = await server.SignInAsync(County, "editor");
        var (_, file) = Family("男");
        Assert.Equal(HttpStatusCode.Forbidden, (await foreign.PostAsync($"/api/v1/imports?region={County}", Form(("a.csv", file)), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await editor.PostAsync($"/api/v1/imports?region={County}", Form(("a.csv", file)), Ct)).StatusCode);
        var import = await UploadAsync(importer, County, ("a.csv", file));
        foreach (var path in new[] { "", "/errors", "/conflicts", "/error-workbook.xlsx", "/events" })
            Assert.Equal(HttpStatusCode.Forbidden, (await foreign.GetAsync($"/api/v1/imports/{import.Id}{path}", Ct)).StatusCode);
        foreach (var step in new[] { "commit", "cancel", "undo" })
            Assert.Equal(HttpStatusCode.Forbidden, (await foreign.PostAsync($"/api/v1/imports/{import.Id}/{step}", null, Ct)).StatusCode);
        Assert.DoesNotContain((await foreign.GetFromJsonAsync<List<ImportResponse>>("/api/v1/imports", Ct))!, j => j.Id == import.Id);
        Assert.Contains((await importer.GetFromJsonAsync<List<ImportResponse>>("/api/v1/imports", Ct))!, j => j.Id == import.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await importer.GetAsync($"/api/v1/imports/{Guid.NewGuid():N}", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_preview_can_be_cancelled_and_the_same_upload_sent_twice_is_one_import()
    {
        using var client = await server.SignInAsync(County, "importer");
        client.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var (code, file) = Family("男");
        var one = await UploadAsync(client, County, ("a.csv", file));
        var two = await UploadAsync(client, County, ("a.csv", file));
        Assert.Equal(one.Id, two.Id);
        Assert.Equal("Cancelled", (await CommandAsync(client, one.Id, "cancel")).Stage);
        Assert.Equal(0, await HistoryAsync(code));
    }

    /// <summary>More than the sockets hold: whoever is still sending would meet a closed connection instead of the answer.</summary>
    [Fact]
    public async Task An_upload_that_is_sent_again_is_heard_to_its_end_before_it_is_answered()
    {
        using var client = await server.SignInAsync(County, "importer");
        client.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var one = await UploadAsync(client, County, ("a.csv", Family("男").File));
        Assert.Equal(one.Id, (await UploadAsync(client, County, ("a.csv", new byte[48 << 20]))).Id);
    }

    [Fact]
    public async Task A_commit_whose_runner_died_is_taken_up_and_finished_once()
    {
        using var client = await server.SignInAsync(County, "importer");
        var (code, file) = Family("男");
        await CommandAsync(client, (await UploadAsync(client, County, ("a.csv", file))).Id, "commit");
        var import = await UploadAsync(client, County, ("a.csv", Family("女", code).File));
        // As a silo leaves it that was killed in mid-commit: the household written, the batch not yet on record. New ones are written with their record or not at all.
        await CommandAsync(client, import.Id, "commit");
        await ExecuteAsync($"update import_household set outcome = 0 where import_id = '{import.Id}'");
        await ExecuteAsync($"update import_job set stage = 'Committing', running = true, run = run + 1, heartbeat = now() - interval '1 minute', job = job || '{{\"Cursor\": null}}' where id = '{import.Id}'");
        var done = await RestAsync(client, import.Id);
        Assert.Equal("Done", done.Stage);
        Assert.Equal(2, await HistoryAsync(code));
        Assert.Equal(1, (await CommandAsync(client, import.Id, "undo")).Counts.TakenBack);
    }

    /// <summary>An empty table is what a crash of the database leaves of staged households, for which it keeps no log.</summary>
    [Fact]
    public async Task New_households_whose_staging_a_crash_has_emptied_are_read_again_and_those_written_before_can_be_taken_back_too()
    {
        using var client = await server.SignInAsync(County, "importer");
        string[] codes = [.. Enumerable.Range(0, 3).Select(_ => "T" + Guid.NewGuid().ToString("N")[..15]).Order(StringComparer.Ordinal)];
        var import = await UploadAsync(client, County, ("a.csv", HostileFiles.Csv([HostileFiles.Header, .. codes.Select(c => (string?[])[c, Village, "1", c + "-1", "张三", "男"])])));
        Assert.Equal(3, import.Counts.New);
        var whole = await CommandAsync(client, import.Id, "commit");
        Assert.Equal(("Done", 3L), (whole.Stage, whole.Counts.Written));

        // As if the first alone had been written when the database crashed: the others are not there, nor is what was staged of them.
        foreach (var code in codes[1..])
            foreach (var (table, key) in new[] { ("household", "code"), ("household_member", "household_code"), ("household_history", "code"), ("import_household", "code") })
                await ExecuteAsync($"delete from {table} where {key} = '{code}'");
        await ExecuteAsync($"update import_job set stage = 'Committing', running = true, run = run + 1, heartbeat = now() - interval '1 minute', "
            + $"job = job || '{{\"Cursor\": \"{Village}/{codes[0]}\", \"LeftToRegister\": 2}}' where id = '{import.Id}'");
        var done = await RestAsync(client, import.Id);
        Assert.Equal(("Done", 3L, 3L, 0L), (done.Stage, done.Counts.Written, done.Counts.New, done.Counts.Unchanged));
        foreach (var code in codes) Assert.Equal(1, await HistoryAsync(code));
        Assert.Equal(3, (await CommandAsync(client, import.Id, "undo")).Counts.TakenBack);
    }

    [Fact]
    public async Task New_households_whose_staging_and_uploads_are_gone_are_not_forgotten_in_silence()
    {
        using var client = await server.SignInAsync(County, "importer");
        var import = await UploadAsync(client, County, ("a.csv", Family("男").File));
        await ExecuteAsync($"delete from import_new where import_id = '{import.Id}'");
        await ExecuteAsync($"delete from import_chunk where import_id = '{import.Id}'");
        var failed = await CommandAsync(client, import.Id, "commit");
        Assert.Equal(("Failed", "import.staged-lost"), (failed.Stage, failed.Fault?.Code));
    }

    [Fact]
    public async Task Progress_comes_as_events_until_the_import_rests()
    {
        using var client = await server.SignInAsync(County, "importer");
        var answer = await client.PostAsync($"/api/v1/imports?region={County}", Form(("a.csv", Family("男").File)), Ct);
        var id = (await answer.Content.ReadFromJsonAsync<ImportResponse>(Ct))!.Id;
        var text = await client.GetStringAsync($"/api/v1/imports/{id}/events", Ct);
        var last = text.Split('\n').Last(l => l.StartsWith("data: ", StringComparison.Ordinal))[6..];
        Assert.Equal("Previewed", JsonSerializer.Deserialize<ImportResponse>(last, JsonSerializerOptions.Web)!.Stage);
    }

    private static (string Code, byte[] File) Family(string sex, string? known = null)
    {
        var code = known ?? "T" + Guid.NewGuid().ToString("N")[..15];
        return (code, HostileFiles.Csv(["测试"], HostileFiles.Header, [code, Village, "2", code + "-1", "张三", sex], [code, Village, "2", code + "-2", "李四", "女"]));
    }

    private static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files) form.Add(new ByteArrayContent(bytes), "file", name);
        return form;
    }

    private static async Task<ImportResponse> UploadAsync(HttpClient client, string region, params (string, byte[])[] files)
    {
        var answer = await client.PostAsync($"/api/v1/imports?region={region}", Form(files), Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await RestAsync(client, (await answer.Content.ReadFromJsonAsync<ImportResponse>(Ct))!.Id);
    }

    private static async Task<ImportResponse> CommandAsync(HttpClient client, string id, string step)
    {
        var answer = await client.PostAsync($"/api/v1/imports/{id}/{step}", null, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await RestAsync(client, id);
    }

    private static async Task<ImportResponse> RestAsync(HttpClient client, string id)
    {
        var until = DateTime.UtcNow + AtMost;
        while (true)
        {
            var import = (await client.GetFromJsonAsync<ImportResponse>($"/api/v1/imports/{id}", Ct))!;
            if (import.Stage is "Previewed" or "Done" or "Cancelled" or "Failed" or "Undone") return import;
            Assert.True(DateTime.UtcNow < until, $"the import should have come to rest, it is {import.Stage}");
            await Task.Delay(50, Ct);
        }
    }

    private Task<long> HistoryAsync(string code) => CountAsync("select count(*) from household_history where code = $1", code);
    private Task<long> HouseholdsAsync() => CountAsync("select count(*) from household where code <> $1", "");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.AdminConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }

    private async Task<long> CountAsync(string sql, string value)
    {
        await using var connection = new NpgsqlConnection(server.AdminConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } } };
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
