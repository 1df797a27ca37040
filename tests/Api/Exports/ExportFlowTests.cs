using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using MiniExcelLibs;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Exports;

/// <summary>A server whose first county is full of households: rows without documents that could be opened.</summary>
public sealed class FilledServer(PostgresCluster cluster) : IAsyncLifetime
{
    private const int Villages = 40;

    public ApiServer Server { get; } = new(cluster);
    public RegionTree Tree => Server.Services.GetRequiredService<IRegions>().Tree;
    public Region County { get; private set; } = null!;
    public long Households { get; private set; }
    public long Members { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        County = Tree.All.Where(r => r.Level == RegionLevel.County && Tree.VillagesBelow(r.Code).Count() > Villages).MinBy(r => r.Code)!;
        await using var connection = new NpgsqlConnection(Server.AdminConnectionString);
        await connection.OpenAsync();
        (Households, Members) = await PlainProvince.FillAsync(connection, [.. Tree.VillagesBelow(County.Code).Select(v => v.Code.ToString()).Take(Villages)], documentBytes: 64);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class ExportFlowTests(FilledServer filled) : IClassFixture<FilledServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string County => filled.County.Code.ToString();

    [Fact]
    public async Task A_list_of_people_of_any_length_becomes_a_workbook_that_can_be_fetched_in_pieces()
    {
        using var viewer = await filled.Server.SignInAsync(County, "exporter");
        var asked = await viewer.PostAsync($"/api/v1/exports?region={County}&kind=persons", null, Ct);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var done = await EventsAsync(viewer, await IdAsync(asked));
        Assert.Equal(("Done", filled.Members, 1.0), (done.GetProperty("stage").GetString(), done.GetProperty("rows").GetInt64(), done.GetProperty("share").GetDouble()));

        var address = done.GetProperty("file").GetString()!;
        var whole = await viewer.GetAsync(address, Ct);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"", whole.Headers.ETag!.Tag);
        Assert.Equal(bytes, await InPiecesAsync(viewer, address, whole.Headers.ETag, bytes.Length));
        Assert.Equal(bytes, await AfterACutAsync(viewer, address, whole.Headers.ETag));
        using var beyond = Piece(address, bytes.Length, whole.Headers.ETag);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await viewer.SendAsync(beyond, Ct)).StatusCode);
        using var other = Piece(address, bytes.Length / 2, new EntityTagHeaderValue("\"another\""));
        Assert.Equal(HttpStatusCode.OK, (await viewer.SendAsync(other, HttpCompletionOption.ResponseHeadersRead, Ct)).StatusCode);

        using var stream = new MemoryStream(bytes);
        var rows = stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>().ToList();
        Assert.Equal(filled.Members, rows.Count);
        Assert.Equal(filled.Members, rows.Select(r => r["人编号"]).Distinct().Count());
        Assert.Equal(rows.Select(r => ((string)r["行政区划代码"], (string)r["户编号"], (string)r["人编号"])).Order(), rows.Select(r => ((string)r["行政区划代码"], (string)r["户编号"], (string)r["人编号"])));
        Assert.All(rows.Take(50), r => Assert.Equal(filled.County.Name, r["县(市、区)"]));
        Assert.All(rows.Take(50), r => Assert.Contains((string)r["性别"], new[] { "男", "女" }));
    }

    [Fact]
    public async Task Conditions_of_the_list_are_those_of_the_export_and_both_are_audited()
    {
        var name = await filled.Server.CreateAccountAsync(County, ["exporter"]);
        using var viewer = await filled.Server.SignInAsync(name);
        const string Conditions = "type=3&incomeBelow=20000&ageFrom=60";
        var listed = new List<string>();
        for (string? next = null; ;)
        {
            var page = await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/households?region={County}&{Conditions}&limit=7&after={next}", Ct);
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!));
            next = page.GetProperty("next").GetString();
            if (next is null) break;
        }
        Assert.NotEmpty(listed);
        var done = await EventsAsync(viewer, await IdAsync(await viewer.PostAsync($"/api/v1/exports?region={County}&kind=households&{Conditions}", null, Ct)));
        using var stream = new MemoryStream(await viewer.GetByteArrayAsync(done.GetProperty("file").GetString(), Ct));
        var rows = stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>().ToList();
        Assert.Equal(listed, rows.Select(r => (string)r["户编号"]));
        Assert.All(rows, r => Assert.Equal("否", r["风险是否已消除"]));
        Assert.Equal([$"export.download {County}", $"household.export {County} {listed.Count}"], await AuditAsync(name));
    }

    [Fact]
    public async Task The_list_of_people_pages_by_key_through_the_whole_area_and_shows_no_number()
    {
        using var viewer = await filled.Server.SignInAsync(County, "exporter");
        var seen = new List<(string, string, string)>();
        for (string? next = ""; next is not null;)
        {
            var page = await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/persons?region={County}&sex=1&ageTo=59&limit=199&after={Uri.EscapeDataString(next)}", Ct);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                Assert.Equal("1", item.GetProperty("sex").GetString());
                Assert.InRange(item.GetProperty("birthDate").GetDateTime(), DateTime.Today.AddYears(-60).AddDays(-1), DateTime.Today);
                Assert.DoesNotContain(item.EnumerateObject(), p => p.Name.Contains("cert", StringComparison.OrdinalIgnoreCase) || p.Name.Contains("phone", StringComparison.OrdinalIgnoreCase));
                seen.Add((item.GetProperty("region").GetString()!, item.GetProperty("household").GetString()!, item.GetProperty("code").GetString()!));
            }
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(seen.Distinct().Order(), seen);
        Assert.Equal(await SqlAsync("select count(*) from household_member where sex = '1' and birth_date > (now() at time zone 'Asia/Shanghai')::date - interval '60 years'"), (long)seen.Count);
        foreach (var after in new[] { "zzz", "410102001001", "4101020010019991" })
            Assert.Contains("household.bad-cursor", await (await viewer.GetAsync($"/api/v1/persons?region={County}&after={after}", Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_asked_sees_the_export_and_only_as_often_as_asked()
    {
        using var viewer = await filled.Server.SignInAsync(County, "exporter");
        using var colleague = await filled.Server.SignInAsync(County, "exporter", "admin");
        var ids = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/exports?region={County}&kind=households&category=1") { Headers = { { "Idempotency-Key", "once" } } };
            ids.Add(await IdAsync(await viewer.SendAsync(request, Ct)));
        }
        var id = Assert.Single(ids);
        await EventsAsync(viewer, id);
        foreach (var path in new[] { "", "/events", "/file" })
            Assert.Equal(HttpStatusCode.NotFound, (await colleague.GetAsync($"/api/v1/exports/{id}{path}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await colleague.PostAsync($"/api/v1/exports/{id}/cancel", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await viewer.PostAsync($"/api/v1/exports/{id}/cancel", null, Ct)).StatusCode);
        Assert.Empty((await colleague.GetFromJsonAsync<JsonElement>("/api/v1/exports", Ct)).EnumerateArray());
        Assert.Equal([id], (await viewer.GetFromJsonAsync<JsonElement>("/api/v1/exports", Ct)).EnumerateArray().Select(j => j.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_runner_that_died_is_replaced_and_a_file_that_is_due_is_deleted()
    {
        using var viewer = await filled.Server.SignInAsync(County, "exporter");
        var id = await IdAsync(await viewer.PostAsync($"/api/v1/exports?region={County}&kind=households", null, Ct));
        await EventsAsync(viewer, id);
        // As a killed process leaves it: running, silent, a file that is not whole.
        await SqlAsync($"update export_job set running = true, stage = 'Running', heartbeat = now() - interval '1 hour' where id = '{id}'");
        Assert.Equal(HttpStatusCode.Conflict, (await viewer.GetAsync($"/api/v1/exports/{id}/file", Ct)).StatusCode);
        await File.WriteAllTextAsync(Path.Combine(filled.Server.Folder, "exports", $"{id}-1.part"), "not whole", Ct);
        var again = await EventsAsync(viewer, id);
        Assert.Equal(("Done", filled.Households), (again.GetProperty("stage").GetString(), again.GetProperty("rows").GetInt64()));
        Assert.Equal(2, await SqlAsync($"select run from export_job where id = '{id}'"));
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync($"/api/v1/exports/{id}/file", Ct)).StatusCode);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(filled.Server.Folder, "exports"), $"{id}*"));

        await SqlAsync($"update export_job set expires_at = now() - interval '1 second' where id = '{id}'");
        await UntilAsync(async () => await StageAsync(viewer, id) == "Expired", "the export is expired");
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"/api/v1/exports/{id}/file", Ct)).StatusCode);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(filled.Server.Folder, "exports")), f => f.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_waiting_export_can_be_cancelled_and_too_many_are_refused()
    {
        var name = await filled.Server.CreateAccountAsync(County, ["exporter"]);
        using var viewer = await filled.Server.SignInAsync(name);
        // As if another process were at work on five.
        await SqlAsync($"insert into export_job (id, account, region, created_at, stage, running, heartbeat, asked, job) select gen_random_uuid(), '{name}', '{County}', now(), 'Running', true, now() + interval '1 hour', '', '{{}}' from generate_series(1, 5)");
        var refused = await viewer.PostAsync($"/api/v1/exports?region={County}&kind=persons", null, Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await SqlAsync($"delete from export_job where account = '{name}'");
        var id = await IdAsync(await viewer.PostAsync($"/api/v1/exports?region={County}&kind=persons&name=王", null, Ct), accepted: false);
        Assert.Equal("", id); // one character is too little above town level
        foreach (var (query, code) in new[] { ("kind=pets", "export.kind.bad-request"), ("kind=persons&fields=Nothing", "export.field.bad-request"), ("kind=persons&ageFrom=9&ageTo=8", "household.age.bad-request") })
            Assert.Contains(code, await (await viewer.PostAsync($"/api/v1/exports?region={County}&{query}", null, Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_from_documents_are_labelled_and_numbers_of_people_masked()
    {
        // Elsewhere, so that nobody's count of the filled county changes.
        var elsewhere = filled.Tree.All.First(r => r.Level == RegionLevel.County && r.Code != filled.County.Code && filled.Tree.VillagesBelow(r.Code).Any()).Code;
        var village = filled.Tree.VillagesBelow(elsewhere).Last().Code.ToString();
        using var editor = await filled.Server.SignInAsync(elsewhere.ToString(), "editor", "exporter");
        var (code, certificate, phone) = ($"X{Guid.NewGuid():N}"[..18], SampleHouseholds.Certificate(77), "13700008888");
        var body = new { kind = "register", Fields = new { AreaCode = village, HeadName = "=王某" }, Members = new[] { new { PersonCode = code + "01", Name = "=王某", CertNumber = certificate, CertType = "1", Phone = phone, Sex = "1", Health = "1" } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(body, options: new JsonSerializerOptions()), Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } } };
        var registered = await editor.SendAsync(request, Ct);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        var done = await EventsAsync(editor, await IdAsync(await editor.PostAsJsonAsync($"/api/v1/exports?region={village}&kind=persons&fields=CertNumber,Phone,Health", new { household = new { certificate } }, Ct)));
        var bytes = await editor.GetByteArrayAsync(done.GetProperty("file").GetString(), Ct);
        using var stream = new MemoryStream(bytes);
        Assert.Equal(HttpStatusCode.BadRequest, (await editor.PostAsync($"/api/v1/exports?region={village}&kind=persons&certificate={certificate}", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await editor.GetAsync($"/api/v1/persons?region={village}&q={phone}", Ct)).StatusCode);
        var found = await (await editor.PostAsJsonAsync("/api/v1/persons/search", new { household = new { region = village, phone } }, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(code + "01", Assert.Single(found.GetProperty("items").EnumerateArray()).GetProperty("code").GetString());
        var outside = await editor.PostAsJsonAsync("/api/v1/persons/search", new { household = new { region = "410000000000", phone } }, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, outside.StatusCode);
        var row = Assert.Single(stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>());
        Assert.Equal("'=王某", row["姓名"]);
        Assert.Contains($"{certificate[..3]}{new string('*', 11)}{certificate[^4..]}", row.Values);
        Assert.Contains("137****8888", row.Values);
        Assert.DoesNotContain(certificate, row.Values);
        Assert.Equal("0", $"{await SqlAsync($"select count(*) from export_job where position('{certificate}'::bytea in asked) > 0 or job::text like '%{certificate}%'")}");
    }

    private async Task<JsonElement> EventsAsync(HttpClient client, string id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/exports/{id}/events") { Headers = { { "Accept", "text/event-stream" } } };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(deadline.Token));
        var last = "";
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) last = line[6..];
        return JsonDocument.Parse(last).RootElement;
    }

    private static async Task<byte[]> InPiecesAsync(HttpClient client, string address, EntityTagHeaderValue tag, int length)
    {
        var got = new MemoryStream();
        while (got.Length < length)
        {
            using var request = Piece(address, got.Length, tag, got.Length + length / 3);
            var answer = await client.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            await answer.Content.CopyToAsync(got, Ct);
        }
        return got.ToArray();
    }

    /// <summary>The connection ends in the middle, and another one brings what is missing.</summary>
    private static async Task<byte[]> AfterACutAsync(HttpClient client, string address, EntityTagHeaderValue tag)
    {
        var got = new MemoryStream();
        using (var cut = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Ct))
        {
            await using var body = await cut.Content.ReadAsStreamAsync(Ct);
            var some = new byte[10_000];
            got.Write(some, 0, await body.ReadAtLeastAsync(some, some.Length, cancellationToken: Ct));
        }
        using var rest = Piece(address, got.Length, tag);
        var answer = await client.SendAsync(rest, Ct);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        await answer.Content.CopyToAsync(got, Ct);
        return got.ToArray();
    }

    private static HttpRequestMessage Piece(string address, long from, EntityTagHeaderValue tag, long? to = null) =>
        new(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(from, to), IfRange = new RangeConditionHeaderValue(tag) } };

    private static async Task<string> IdAsync(HttpResponseMessage answer, bool accepted = true)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted == accepted, await answer.Content.ReadAsStringAsync(Ct));
        return accepted ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()! : "";
    }

    private static async Task<string?> StageAsync(HttpClient client, string id) => (await client.GetFromJsonAsync<JsonElement>($"/api/v1/exports/{id}", Ct)).GetProperty("stage").GetString();

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < Patience, what);
            await Task.Delay(100, Ct);
        }
    }

    private async Task<string[]> AuditAsync(string name)
    {
        await using var database = NpgsqlDataSource.Create(filled.Server.AdminConnectionString);
        await using var command = database.CreateCommand("select action || ' ' || object || case when action like '%.export' then ' ' || result else '' end from audit where actor = $1 and action like '%export%' order by 1");
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var lines = new List<string>();
        while (await reader.ReadAsync(Ct)) lines.Add(reader.GetString(0));
        return [.. lines];
    }

    private async Task<object?> SqlAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(filled.Server.AdminConnectionString);
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
