using System.Net;
using FangFanPin.Api.Imports;
using FangFanPin.Domain.Imports;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

/// <summary>An import without a preview ends where one with a preview that is committed at once would end, whatever comes between.</summary>
public sealed class ImportAtOnceTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000", Village = HostileFiles.Village, OtherVillage = "411424101202";
    private static int last = 80_000;
    private readonly string prefix = "A" + Guid.NewGuid().ToString("N")[..12];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<ImportClient> SignInAsync() => new(await server.SignInAsync(County, "importer", "editor"), County);

    private static string?[] Row(string household, string person, string name = "张三", string? village = Village, string? sex = "男", string? certificate = null) =>
        [household, village, "1", person, name, sex, null, certificate];

    /// <summary>Everything that can be said of a household: new, changed, unchanged, in conflict, refused by a row, outside, in conflict and outside.</summary>
    [Fact]
    public async Task It_counts_and_refuses_and_writes_what_a_committed_preview_does()
    {
        using var client = await SignInAsync();
        var (previewed, atOnce) = (await MixedAsync(client, prefix + "p", preview: true), await MixedAsync(client, prefix + "a", preview: false));
        Assert.Equal(("Done", "Done"), (previewed.Import.Stage, atOnce.Import.Stage));
        Assert.Equal((false, true), (previewed.Import.AtOnce, atOnce.Import.AtOnce));
        Assert.Equal(previewed.Import.Counts with { BytesRead = 0 }, atOnce.Import.Counts with { BytesRead = 0 });
        Assert.Equal(previewed.Import.ErrorsByCode, atOnce.Import.ErrorsByCode);
        Assert.Equal(previewed.Said, atOnce.Said);
        var counts = atOnce.Import.Counts;
        Assert.Equal((8L, 2L, 1L, 1L, 2L, 2L, 3L), (counts.Households, counts.New, counts.Changed, counts.Unchanged, counts.Conflicts, counts.Refused, counts.Written));
        Assert.Equal(previewed.Import.Progress!.Done, atOnce.Import.Progress!.Done);

        foreach (var (import, of) in new[] { (previewed.Import, prefix + "p"), (atOnce.Import, prefix + "a") })
        {
            Assert.Equal(3, await CountAsync($"select count(*) from household_history where import_id = '{import.Id}'"));
            Assert.Equal("李四", (await client.HouseholdAsync(of + "2")).GetProperty("members")[0].GetProperty("Name").GetString());
            var undone = await client.StepAsync(import.Id, "undo");
            Assert.Equal(("Undone", 3L, 0L), (undone.Stage, undone.Counts.TakenBack, undone.Counts.NotTakenBack));
            Assert.Equal("张三", (await client.HouseholdAsync(of + "2")).GetProperty("members")[0].GetProperty("Name").GetString());
            Assert.Equal(HttpStatusCode.NotFound, (await client.RefusedAsync(HttpMethod.Get, $"/api/v1/households/{of}1")).Status);
        }
    }

    private async Task<(ImportResponse Import, List<string> Said)> MixedAsync(ImportClient client, string of, bool preview)
    {
        await client.StepAsync((await client.UploadAsync(HostileFiles.Header, Row(of + "2", of + "2-1"), Row(of + "3", of + "3-1"), Row(of + "9", of + "9-1"), Row(of + "0", of + "0-1"))).Id, "commit");
        string?[][] rows =
        [
            HostileFiles.Header, Row(of + "1", of + "1-1"), Row(of + "2", of + "2-1", name: "李四"), Row(of + "3", of + "3-1"), Row(of + "4", of + "9-1"),
            Row(of + "5", of + "5-1", sex: "雄"), Row(of + "6", of + "6-1", village: "410102001001"), Row(of + "7", of + "7-1", village: OtherVillage),
            Row(of + "8", of + "0-1", village: "410102001001"), // a person elsewhere comes first
        ];
        var import = preview ? await client.StepAsync((await client.UploadAsync(rows)).Id, "commit") : await client.AtOnceAsync(rows);
        var errors = (await client.ErrorsAsync(import.Id)).Select(e => $"{e.Sheet} {e.Row} {e.Column} {e.Code} {e.Value} {e.HouseholdCode}");
        var conflicts = (await client.ConflictsAsync(import.Id)).Select(c => $"{c.HouseholdCode} {c.Reason}");
        return (import, [.. errors.Concat(conflicts).Select(s => s.Replace(of, "", StringComparison.Ordinal))]);
    }

    /// <summary>As a silo leaves it that was killed while it registered: some are written, with their outcomes and the job; of the others nothing.</summary>
    [Fact]
    public async Task One_whose_runner_died_is_read_again_and_what_was_written_before_counts_as_its_own()
    {
        using var client = await SignInAsync();
        string[] codes = [.. Enumerable.Range(0, 5).Select(i => $"{prefix}{i}")];
        string?[][] rows = [HostileFiles.Header, .. codes.Select(c => Row(c, c + "-1")), Row(prefix + "x", prefix + "x-1", sex: "雄")];
        var whole = await client.AtOnceAsync(rows);
        Assert.Equal(("Done", 5L, 1L, 1L), (whole.Stage, whole.Counts.Written, whole.Counts.Refused, whole.Counts.Errors));

        foreach (var code in codes[2..])
            foreach (var (table, key) in new[] { ("household", "code"), ("household_member", "household_code"), ("household_history", "code"), ("import_household", "code"), ("owed", "subject") })
                await ExecuteAsync($"delete from {table} where {key} = '{code}'");
        // One of them a person has changed meanwhile: it stays as it is.
        await client.CommandAsync(codes[0], new { kind = "amend", Fields = new { Address = "东组1号" } }, 1);
        await StopAsync(whole.Id, "Parsing", written: 2, running: true);
        var done = await client.RestAsync(whole.Id);
        Assert.Equal(("Done", 5L, 5L, 0L, 6L), (done.Stage, done.Counts.Written, done.Counts.New, done.Counts.Changed, done.Counts.Households));
        Assert.Equal((1L, 1L), (done.Counts.Refused, done.Counts.Errors));
        Assert.Single(await client.ErrorsAsync(whole.Id));
        foreach (var code in codes) Assert.Equal(1, await CountAsync($"select count(*) from household_history where code = '{code}' and import_id = '{whole.Id}'"));
        Assert.Equal("东组1号", (await client.HouseholdAsync(codes[0])).GetProperty("household").GetProperty("Address").GetString());
        var undone = await client.StepAsync(whole.Id, "undo");
        Assert.Equal((4L, 1L), (undone.Counts.TakenBack, undone.Counts.NotTakenBack));
    }

    [Fact]
    public async Task One_that_was_stopped_half_way_can_be_taken_back_and_is_not_called_done()
    {
        using var client = await SignInAsync();
        string[] codes = [.. Enumerable.Range(0, 4).Select(i => $"{prefix}{i}")];
        var import = await client.AtOnceAsync([HostileFiles.Header, .. codes.Select(c => Row(c, c + "-1"))]);
        await StopAsync(import.Id, "Cancelled", written: 4, running: false);
        await ExecuteAsync($"delete from import_chunk where import_id = '{import.Id}'"); // as a cancellation does
        Assert.Equal((HttpStatusCode.Conflict, ImportErrors.RestLost.Code), await client.RefusedAsync(HttpMethod.Post, $"/api/v1/imports/{import.Id}/commit"));
        Assert.Equal(4, (await client.StepAsync(import.Id, "undo")).Counts.TakenBack);
    }

    /// <summary>Somebody has just registered the last household and has not committed: the batch that has it waits in the database when the import is cancelled.</summary>
    [Fact]
    public async Task One_that_is_cancelled_in_the_middle_of_a_batch_leaves_nothing_of_it_and_can_be_taken_back()
    {
        using var client = await SignInAsync();
        string[] codes = [.. Enumerable.Range(0, 8000).Select(i => $"{prefix}{i:D5}")];
        await using var other = new NpgsqlConnection(server.AdminConnectionString);
        await other.OpenAsync(Ct);
        await using var registering = await other.BeginTransactionAsync(Ct);
        await using (var insert = new NpgsqlCommand($"insert into household (code, version, write_id) values ('{codes[^1]}', 1, gen_random_uuid())", other)) await insert.ExecuteNonQueryAsync(Ct);

        var id = await client.BeginAtOnceAsync([HostileFiles.Header, .. codes.Select(c => Row(c, c + "-1"))]);
        var until = DateTime.UtcNow.AddMinutes(1);
        while (await CountAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'copy household %'") == 0)
        {
            Assert.True(DateTime.UtcNow < until, $"no batch waits: {await client.GetAsync(id)}");
            await Task.Delay(20, Ct);
        }
        var cancelled = await client.StepAsync(id, "cancel");
        await registering.RollbackAsync(Ct);

        Assert.Equal("Cancelled", cancelled.Stage);
        var written = await CountAsync($"select count(*) from household where code like '{prefix}%'");
        Assert.InRange(written, 1, codes.Length - 1);
        Assert.Equal(written, cancelled.Counts.Written);
        foreach (var (table, key) in new[] { ("household_member", "household_code"), ("household_history", "code") })
            Assert.Equal(written, await CountAsync($"select count(*) from {table} where {key} like '{prefix}%'"));
        Assert.Equal(0, await CountAsync($"select count(*) from household where code = '{codes[^1]}'"));
        var undone = await client.StepAsync(id, "undo");
        Assert.Equal((written, 0L), (undone.Counts.TakenBack, undone.Counts.NotTakenBack));
        Assert.Equal(HttpStatusCode.NotFound, (await client.RefusedAsync(HttpMethod.Get, $"/api/v1/households/{codes[0]}")).Status);
    }

    [Fact]
    public async Task One_that_gave_up_half_way_goes_on_while_its_files_are_there()
    {
        using var client = await SignInAsync();
        string[] codes = [.. Enumerable.Range(0, 4).Select(i => $"{prefix}{i}")];
        var import = await client.AtOnceAsync([HostileFiles.Header, .. codes.Select(c => Row(c, c + "-1"))]);
        await StopAsync(import.Id, "Failed", written: 4, running: false);
        var done = await client.StepAsync(import.Id, "commit");
        Assert.Equal(("Done", 4L, 4L), (done.Stage, done.Counts.New, done.Counts.Written));
        foreach (var code in codes) Assert.Equal(1, await CountAsync($"select count(*) from household_history where code = '{code}'"));
    }

    [Fact]
    public async Task Two_at_once_with_the_same_households_write_each_once_and_both_come_to_their_end()
    {
        using var client = await SignInAsync();
        string[] codes = [.. Enumerable.Range(0, 200).Select(i => $"{prefix}{i:D3}")];
        string?[][] Rows(IEnumerable<string> of) => [HostileFiles.Header, .. of.Select(c => Row(c, c + "-1"))];
        var imports = await Task.WhenAll(client.AtOnceAsync(Rows(codes)), client.AtOnceAsync(Rows(codes.Reverse())), client.AtOnceAsync(Rows(codes[100..])));
        Assert.All(imports, i => Assert.Equal("Done", i.Stage));
        Assert.Equal((200L, 300L), (imports.Sum(i => i.Counts.Written), imports.Sum(i => i.Counts.Unchanged)));
        Assert.Equal(200, await CountAsync($"select count(*) from household_history where code like '{prefix}%'"));
    }

    [Fact]
    public async Task One_person_in_two_households_of_two_imports_at_once_gets_into_one_of_them()
    {
        using var client = await SignInAsync();
        var certificate = SampleHouseholds.Certificate(Interlocked.Increment(ref last));
        var imports = await Task.WhenAll(new[] { "A", "B" }.Select(h => client.AtOnceAsync(HostileFiles.Header, Row(prefix + h, prefix + "-1", certificate: certificate))));
        Assert.Equal((1L, 1L), (imports.Sum(i => i.Counts.Written), imports.Sum(i => i.Counts.Conflicts)));
        Assert.Equal(1, await CountAsync($"select count(*) from household_member where person_code = '{prefix}-1'"));
        Assert.Equal(1, imports.Single(i => i.Counts.Conflicts == 1).ErrorsByCode[ImportErrors.PersonElsewhere.Code]);
    }

    [Fact]
    public async Task A_file_of_which_nothing_can_be_read_changes_nothing()
    {
        using var client = await SignInAsync();
        var failed = await client.AtOnceAsync(HostileFiles.Header[1..], Row(prefix, prefix + "-1")[1..]);
        Assert.Equal(("Failed", "import.no-household-code-column", 0L), (failed.Stage, failed.Fault?.Code, failed.Counts.Written));
        Assert.Equal(HttpStatusCode.Conflict, (await client.RefusedAsync(HttpMethod.Post, $"/api/v1/imports/{failed.Id}/commit")).Status);
    }

    /// <summary>Puts an import back to where it had written so many households and not compared the rest.</summary>
    private Task StopAsync(string id, string stage, int written, bool running) => ExecuteAsync(
        $"update import_job set stage = '{stage}', running = {running}, heartbeat = now() - interval '1 minute', "
        + $"job = jsonb_set(job || '{{\"LeftToRegister\": null, \"Cursor\": null}}', '{{Counts,Written}}', '{written}') where id = '{id}'");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.AdminConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private Task<long> CountAsync(string sql) => ImportClient.CountAsync(server.AdminConnectionString, sql);
}
