using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Api.Imports;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Cases;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Audit;

/// <summary>
/// A village is invented, imported, synchronised, warned of, declared, visited, exported, unmasked, read, searched, changed and asked for wrongly; then every row of every table, every
/// file of the data folder, every line of the logs and every span, log and metric that was exported is searched for every certificate number, phone and account of it, in clear, hex,
/// base 64 and UTF-16.
/// </summary>
public sealed class NumbersNowhereTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private const string County = "411424000000";
    private static readonly RegionCode Town = RegionCode.Parse("411424101000");
    private static readonly DemoOptions Options = new() { Dirty = 0.1, VillageMax = 3 };
    private static readonly DemoRegions Regions = new();
    /// <summary>Without a row in them nothing of people is left unshown: keys, settings, codes, and two tables of codes and sealed values that only later synchronisations fill (SyncCaseTests).</summary>
    private static readonly string[] MayBeEmpty = ["key_rotation", "key_rotation_table", "case_parameter", "region_change", "recovery_code", "call_nonce", "plan_not_needed", "sync_missing", "sync_pending"];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_table_and_no_line_of_the_logs_holds_a_number_of_anybody()
    {
        var lines = new Lines();
        server.Services.GetRequiredService<ILoggerFactory>().AddProvider(lines);
        await KeepEveryRowAsync();
        var files = Regions.VillagesBy(RegionLevel.County, Regions.Find(Town)!).SelectMany(g => g).SelectMany(v => DemoPopulation.HouseholdsOf(v, Options)).ToList();
        var numbers = files.SelectMany(NumbersOf).Distinct().ToList();
        Assert.True(numbers.Count > 100, $"only {numbers.Count} numbers");
        await ImportAsync(numbers[0]);
        await UseAsync(files);
        using (var importer = await server.SignInAsync(County, RoleNames.Importer)) await WarnAsync(importer, files.Take(20));
        await HandleAsync(files);

        var needles = SearchValues.Create([.. numbers.SelectMany(Forms)], StringComparison.Ordinal);
        Assert.True(Finds(needles, $"x{Convert.ToHexStringLower(Encoding.Unicode.GetBytes(numbers[0]))}") && Finds(needles, Convert.ToBase64String(Encoding.UTF8.GetBytes($"ab{numbers[1]}c"))));
        var found = new List<string>();
        var named = false;
        var dump = await DumpAsync();
        foreach (var (table, row) in dump.Rows)
        {
            if (Finds(needles, row)) found.Add($"{table}: {row[..Math.Min(row.Length, 300)]}");
            named |= row.Contains(files[0].Household.HouseholdCode!, StringComparison.Ordinal);
        }
        Assert.True(named, "the dump does not hold the village at all");
        var empty = dump.Tables.Where(t => t.StartsWith("public.", StringComparison.Ordinal)).Where(t => !dump.Rows.Exists(r => r.Table == t || r.Table == $"seen{t["public".Length..]}"))
            .Except(MayBeEmpty.Select(t => $"public.{t}")).Where(t => !t.StartsWith("public.orleans", StringComparison.Ordinal)).ToList();
        Assert.True(empty.Count == 0, $"nothing was shown of {string.Join(' ', empty)}");
        found.AddRange(await InFilesAsync(needles));
        found.AddRange(await InTelemetryAsync(needles));
        found.AddRange(lines.All.Where(line => Finds(needles, line)).Select(line => $"log: {line}"));
        Assert.True(found.Count == 0, string.Join('\n', found.Take(20)));
    }

    /// <summary>Every version of every row that is ever written is kept beside its table: staging and debts are gone by the time of the dump.</summary>
    private Task<object?> KeepEveryRowAsync() => server.AskAsync("""
        do $$
        declare t text;
        begin
            create schema seen;
            for t in select tablename from pg_tables where schemaname = 'public' and tablename not in ('region', 'region_epoch') loop
                execute format('create table seen.%I (like public.%I)', t, t);
                execute format('create function seen.%I() returns trigger language plpgsql security definer as $f$ begin insert into seen.%I select new.*; return null; end $f$', 'keep_' || t, t);
                execute format('create trigger seen after insert or update on public.%I for each row execute function seen.%I()', t, 'keep_' || t);
            end loop;
        end $$
        """);

    private static bool Finds(SearchValues<string> needles, string text) => text.AsSpan().IndexOfAny(needles) >= 0;

    private static IEnumerable<string> NumbersOf(HouseholdFile file) => new[] { file.Household.HeadCertNumber, file.Household.Phone, file.Household.BankAccount }
        .Concat(file.Members.SelectMany(m => new[] { m.CertNumber, m.Phone })).OfType<string>().Where(n => n.Length >= 11);

    /// <summary>As it may stand in a text, in bytes printed as hex, and in base 64 at each of the three offsets.</summary>
    private static IEnumerable<string> Forms(string number)
    {
        yield return number;
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            yield return Convert.ToHexStringLower(encoding.GetBytes(number));
            yield return Convert.ToHexString(encoding.GetBytes(number));
        }
        var bytes = Encoding.UTF8.GetBytes(number);
        for (var offset = 0; offset < 3; offset++)
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            yield return text[(offset == 0 ? 0 : offset + 1)..(((offset + bytes.Length) / 3) * 4)]; // whole groups of this number alone
        }
    }

    private async Task ImportAsync(string number)
    {
        var folder = Path.Combine(server.Folder, "demo");
        var export = new DemoExport(Regions, DataDictionary.Shipped, new DemoExportOptions { Directory = folder, Population = Options }).Run(Regions.Find(Town)!);
        using var importer = await server.SignInAsync(County, RoleNames.Importer);
        using var form = new MultipartFormDataContent();
        foreach (var path in export.Files.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)))
            form.Add(new ByteArrayContent(await File.ReadAllBytesAsync(path, Ct)), "file", $"{number} {Path.GetFileName(path)}");
        var answer = await importer.PostAsync($"/api/v1/imports?region={County}", form, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        var import = await RestAsync(importer, (await answer.Content.ReadFromJsonAsync<ImportResponse>(Ct))!.Id);
        Assert.Equal("Previewed", import.Stage);
        (await importer.PostAsync($"/api/v1/imports/{import.Id}/commit", null, Ct)).EnsureSuccessStatusCode();
        import = await RestAsync(importer, import.Id);
        Assert.True(import is { Stage: "Done", Counts: { Written: > 20, Refused: > 0 } }, $"{import.Stage} {import.Counts}");
        await importer.GetAsync($"/api/v1/imports/{import.Id}/errors", Ct);
        await importer.GetAsync($"/api/v1/imports/{import.Id}/error-workbook.xlsx", Ct);
        using var province = await server.SignInAsync("410000000000", RoleNames.Importer);
        server.Put([.. export.Files.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)))]);
        Assert.Equal("Done", (await server.SyncAsync(province)).GetProperty("batch").GetProperty("stage").GetString());
    }

    /// <summary>A department's file about these people, and about a number of nobody here.</summary>
    private static async Task WarnAsync(HttpClient importer, IEnumerable<HouseholdFile> files)
    {
        var rows = files.Select(f => f.Household).Where(h => h.HeadCertNumber is not null).Select(h => $"医保局,因病致贫返贫风险,N1,2026-01-05,{h.HeadName},{h.HeadCertNumber},{h.AreaCode},电话{h.Phone}");
        var text = string.Join("\r\n", rows.Prepend("来源部门,预警类型,批次号,推送日期,姓名,证件号码,所属区划,疾病名称"));
        using var answer = await importer.PostAsync($"/api/v1/warnings/batches?region={County}&name={files.First().Household.Phone}.csv", new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new("text/csv") } }, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        var path = $"/api/v1/warnings/batches/{Guid.Parse((await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()!)}";
        for (var until = DateTime.UtcNow.AddMinutes(1); (await importer.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("stage").GetString() != "Done"; await Task.Delay(100, Ct))
            Assert.True(DateTime.UtcNow < until, "the warnings should have been looked at");
    }

    /// <summary>What makes rows in the tables that an import and a look leave alone: a declaration by phone and one by an officer, a visit, exports, an unmasking, an undone import.</summary>
    private async Task HandleAsync(List<HouseholdFile> files)
    {
        var cases = new CaseClient(server);
        // The import refused some, and the synchronisation moved some to where their dirty rows say.
        var present = ((string[])(await server.AskAsync($"select array_agg(code::text) from household where document is not null and village like '{County[..6]}%'"))!).ToHashSet(StringComparer.Ordinal);
        var file = files.First(f => f.Household is { Phone: not null, HeadCertNumber: not null, HouseholdCode: { } code } && present.Contains(code));
        var village = (string)(await server.AskAsync($"select village::text from household where code = '{file.Household.HouseholdCode}'"))!;
        using var officer = await server.SignInAsync(village, RoleNames.Informant);
        var token = await CaseClient.TokenAsync(officer, village);
        var number = file.Household.HeadCertNumber!;
        using (var phone = await cases.PhoneAsync(token, file.Household.Phone!))
        {
            byte[] plain = SampleFiles.Jpeg(), picture = [.. plain[..2], .. SampleFiles.Segment(0xFE, Encoding.UTF8.GetBytes(number)), .. plain[2..]]; // a comment of the camera's
            using var taken = await phone.PostAsync($"/api/v1/public/attachments?name={number}.jpg", new ByteArrayContent(picture) { Headers = { ContentType = new("image/jpeg") } }, Ct);
            Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync(Ct));
            await CaseClient.PostAsync(phone, "/api/v1/public/declarations", CaseClient.Declaration(token, number, name: file.Household.HeadName!));
        }
        var declaration = new { ApplicantName = file.Household.HeadName, ApplicantIdNumber = number, ApplicantPhone = file.Household.Phone, Address = $"东组 {number}", MemberCount = 1, ProblemTypes = new[] { "01" }, ProblemText = $"电话 {file.Household.Phone}", Authorized = true };
        await CaseClient.PostAsync(officer, "/api/v1/cases", new { kind = "declare", Village = village, Declaration = declaration });
        object Visit(string findings) => new { id = Guid.NewGuid(), householdCode = file.Household.HouseholdCode, visitType = "1", visitedAt = DateTimeOffset.UtcNow, findings, riskFound = false };
        foreach (var findings in new[] { $"证件 {number} 电话 {file.Household.Phone}", "看望了一家人" })
        {
            using var visited = await officer.PostAsync("/api/v1/visits", Json(new { items = new[] { Visit(findings) } }), Ct);
            Assert.Null((await visited.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items")[0].GetProperty("code").GetString());
        }
        foreach (var path in new[] { $"/api/v1/cases?region={village}", "/api/v1/workbench", $"/api/v1/cases?region={village}&q={number}" }) await officer.GetAsync(path, Ct);

        var name = await server.CreateAccountAsync(County, [RoleNames.Editor, RoleNames.Exporter, RoleNames.Unmasker]);
        using var exporter = await server.SignInAsync(name);
        using var unmasked = await exporter.PostAsync($"/api/v1/households/{file.Household.HouseholdCode}/unmask", Json(new { fields = new[] { "HeadCertNumber", "Phone" }, reason = $"核实 {number}", code = await server.NextCodeAsync(name) }), Ct);
        Assert.Contains(number, await unmasked.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal); // the one place where it may stand
        foreach (var kind in new[] { "households", "persons" })
        {
            using var asked = await exporter.PostAsync($"/api/v1/exports?region={village}&kind={kind}", kind == "persons" ? Json(new { certificate = number }) : null, Ct);
            Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync(Ct));
            var path = $"/api/v1/exports/{(await asked.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()}";
            await UntilAsync(async () => (await exporter.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("stage").GetString() == "Done", () => "the export");
            Assert.True((await exporter.GetAsync($"{path}/file", Ct)).IsSuccessStatusCode);
        }
        Assert.True((await exporter.PostAsync("/api/v1/logout", null, Ct)).IsSuccessStatusCode);
    }

    /// <summary>Files of the server, zipped ones unpacked; not the village's own, which the test put there.</summary>
    private async Task<List<string>> InFilesAsync(SearchValues<string> needles)
    {
        var found = new List<string>();
        var files = Directory.EnumerateFiles(server.Folder, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Path.Combine(server.Folder, "demo"), StringComparison.Ordinal)).ToList();
        Assert.Contains(files, f => f.Contains("exports", StringComparison.Ordinal));
        foreach (var path in files)
        {
            var bytes = await File.ReadAllBytesAsync(path, Ct);
            var parts = new List<byte[]> { bytes };
            if (bytes.AsSpan().StartsWith("PK"u8))
                using (var zip = new ZipArchive(new MemoryStream(bytes)))
                    foreach (var entry in zip.Entries)
                    {
                        using var part = new MemoryStream();
                        await using (var stream = entry.Open()) await stream.CopyToAsync(part, Ct);
                        parts.Add(part.ToArray());
                    }
            if (parts.Exists(part => Finds(needles, Encoding.Latin1.GetString(part)))) found.Add($"file: {path}");
        }
        return found;
    }

    /// <summary>As a collector has them: text stands in clear in what comes over the wire.</summary>
    private async Task<List<string>> InTelemetryAsync(SearchValues<string> needles)
    {
        // Spans of the last step and lines of the start are there: so is what lies between.
        foreach (var (kind, part) in new[] { ("/v1/traces", "unmask"), ("/v1/logs", "Hosting.Lifetime"), ("/v1/metrics", "ffp_") })
            await UntilAsync(() => Task.FromResult(server.Exported.Any(e => e.Path == kind && Encoding.Latin1.GetString(e.Body).Contains(part, StringComparison.Ordinal))),
                () => $"{kind} with {part}; there were {string.Join(' ', server.Exported.GroupBy(e => e.Path).Select(g => $"{g.Key} {g.Count()}"))}");
        return [.. server.Exported.Select(e => (e.Path, Text: Encoding.Latin1.GetString(e.Body))).Where(e => Finds(needles, e.Text)).Select(e => $"{e.Path}: {Around(needles, e.Text)}")];
    }

    private static string Around(SearchValues<string> needles, string text)
    {
        var at = text.AsSpan().IndexOfAny(needles);
        return text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 40)];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); !await condition(); await Task.Delay(100, Ct)) Assert.True(DateTime.UtcNow < until, $"waited for {what()}");
    }

    /// <summary>Right and wrong: numbers in bodies, in addresses, in paths, in headers, in refused changes.</summary>
    private async Task UseAsync(List<HouseholdFile> files)
    {
        using var editor = await server.SignInAsync(County, RoleNames.Editor);
        using var stranger = await server.SignInAsync(County, RoleNames.Department); // refused everywhere: refusals are recorded with their paths
        foreach (var file in files.Take(12))
        {
            foreach (var typed in new[] { file.Household.HeadCertNumber, file.Household.Phone }) Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync($"/api/v1/households/{typed}", Ct)).StatusCode);
            var (code, number, phone) = (file.Household.HouseholdCode, file.Household.HeadCertNumber, file.Household.Phone);
            foreach (var path in new[]
            {
                $"households/{code}", $"households/{code}/history", $"households?region={County}&q={number}", $"households?region={County}&phone={phone}",
                $"households/{number}", $"persons?region={County}&certNumber={number}", $"households.xlsx?region={County}&q={phone}",
            })
                await editor.GetAsync($"/api/v1/{path}", Ct);
            await editor.PostAsync($"/api/v1/households/search?region={County}", Json(new { certNumber = number, phone }), Ct);
            await editor.PostAsync($"/api/v1/persons/search?region={County}", Json(new { certNumber = number }), Ct);
            await editor.PostAsync($"/api/v1/households/{code}/unmask", Json(new { fields = new[] { "Phone" }, reason = $"核实 {number} {phone}", password = number }), Ct);
            await server.Anonymous().PostAsync("/api/v1/login", Json(new { name = phone, password = number }), Ct);
            foreach (var body in new object[] { new { kind = "amend", Fields = new { HeadCertNumber = number + "9", Phone = phone + "x" } }, new { kind = phone }, new { kind = "amend", Fields = new { Phone = phone } } })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = Json(body) };
                request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
                request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
                request.Headers.TryAddWithoutValidation("User-Agent", $"phone {phone}");
                await editor.SendAsync(request, Ct);
            }
        }
    }

    /// <summary>Every table as <c>pg_dump --data-only</c> would print it, but for the regions, which are public.</summary>
    private async Task<(List<string> Tables, List<(string Table, string Row)> Rows)> DumpAsync()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Pooling = false }.ToString());
        var tables = new List<string>();
        await using (var command = source.CreateCommand("select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and tablename not in ('region', 'region_epoch')"))
        await using (var reader = await command.ExecuteReaderAsync(Ct))
            while (await reader.ReadAsync(Ct)) tables.Add(reader.GetString(0));
        var rows = new List<(string, string)>();
        await using var connection = await source.OpenConnectionAsync(Ct);
        foreach (var table in tables)
        {
            using var copy = await connection.BeginTextExportAsync($"copy {table} to stdout", Ct);
            while (await copy.ReadLineAsync(Ct) is { } row) rows.Add((table, row));
        }
        return (tables, rows);
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json"));

    private static async Task<ImportResponse> RestAsync(HttpClient client, string id)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var import = (await client.GetFromJsonAsync<ImportResponse>($"/api/v1/imports/{id}", Ct))!;
            if (import.Stage is "Previewed" or "Done" or "Failed" or "Cancelled") return import;
            await Task.Delay(100, deadline.Token);
        }
    }

    /// <summary>Everything that is logged at the levels of the server, with exceptions.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue($"{formatter(state, exception)} {exception}");
        public void Dispose() => GC.SuppressFinalize(this);
    }
}
