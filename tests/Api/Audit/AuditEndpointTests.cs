using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Audit;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Audit;

public sealed class AuditEndpointTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Province = "410000000000", County = "411424000000", Village = "411424001201";
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_inspector_sees_all_that_an_official_did_and_all_who_looked_at_a_household()
    {
        var code = await RegisterAsync();
        var name = await server.CreateAccountAsync(County, [RoleNames.Viewer]);
        using var client = await server.SignInAsync(name);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("desk-7/1.0");
        (await client.GetAsync($"/api/v1/households/{code}", Ct)).EnsureSuccessStatusCode();
        (await client.GetAsync($"/api/v1/households/{code}/history", Ct)).EnsureSuccessStatusCode();
        (await client.GetAsync($"/api/v1/households?region={County}&limit=5", Ct)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/households/{code}/history/99", Ct)).StatusCode);

        using var inspector = await server.SignInAsync(County, RoleNames.AuditAdmin);
        var first = await PageAsync(inspector, $"accounts/{name}/entries?limit=2");
        var rest = await PageAsync(inspector, $"accounts/{name}/entries?limit=50&before={first.Next}");
        var all = first.Items.Concat(rest.Items).ToList();
        Assert.Equal(
            ["read households/{code}/history/{version:long}", "search households", "read households/{code}/history", "read households/{code}", "登录"],
            all.Select(l => l.Action));
        Assert.Null(rest.Next);
        var read = all[3];
        Assert.Equal(("viewer", "desk-7/1.0", "ok", $"households/{code}"), (read.Role, read.Device, read.Result, read.Object));
        Assert.StartsWith("10.", read.Address, StringComparison.Ordinal);
        Assert.NotEmpty(read.TraceId);
        Assert.EndsWith("not-found", all[0].Result, StringComparison.Ordinal);
        Assert.Equal(3, (await PageAsync(inspector, $"accounts/{name}/entries?kind=read")).Items.Count);

        var looked = await WaitForAsync(inspector, $"households/{code}/entries", lines => lines.Count(l => l.Actor == name) == 3);
        Assert.Contains(looked, l => l is { Action: "change register", AfterHash.Length: 64 });
        var report = await inspector.GetAsync("/api/v1/audit/verification", Ct);
        Assert.Equal(HttpStatusCode.Forbidden, report.StatusCode); // of the whole, for the province alone
    }

    /// <summary>Each kind of act is done once and asked for by its kind; a person is asked for by the certificate, and nobody inspects a neighbour's people.</summary>
    [Fact]
    public async Task Every_kind_of_act_is_found_by_its_kind_and_by_the_person_it_was_about()
    {
        var number = Random.Shared.Next(100_000);
        var (code, certificate) = (await RegisterAsync(SampleHouseholds.Certificate(number)), SampleHouseholds.Certificate(number));
        var name = await server.CreateAccountAsync(County, [RoleNames.Editor, RoleNames.Exporter, RoleNames.Unmasker]);
        using var client = await server.SignInAsync(name);
        (await client.GetAsync($"/api/v1/households/{code}", Ct)).EnsureSuccessStatusCode();
        (await client.GetAsync($"/api/v1/households?region={County}", Ct)).EnsureSuccessStatusCode();
        (await client.PostAsJsonAsync("/api/v1/households/search", new { region = County, certificate }, Ct)).EnsureSuccessStatusCode();
        (await client.GetAsync($"/api/v1/households.xlsx?region={Village}", Ct)).EnsureSuccessStatusCode();
        (await client.PostAsJsonAsync($"/api/v1/households/{code}/unmask", new { fields = new[] { "Phone" }, reason = "核实帮扶资金", code = await server.NextCodeAsync(name) }, Ct)).EnsureSuccessStatusCode();
        (await ChangeAsync(client, code, new { kind = "amend", Fields = new { MemberCount = 2 } }, "\"1\"")).EnsureSuccessStatusCode();

        using var inspector = await server.SignInAsync(County, RoleNames.AuditAdmin);
        async Task<string[]> ActionsAsync(string kind) => [.. (await PageAsync(inspector, $"accounts/{name}/entries?kind={kind}")).Items.Select(l => l.Action)];
        Assert.Equal(["read households/{code}"], await ActionsAsync("read"));
        Assert.Equal(["list households"], await ActionsAsync("list"));
        Assert.Equal(["search households/search"], await ActionsAsync("search"));
        Assert.Equal(["household.export"], await ActionsAsync("export"));
        Assert.Equal(["查看明文"], await ActionsAsync("unmask"));
        Assert.Equal(["change households/{code}/commands", "household.amend"], await ActionsAsync("change"));
        Assert.Equal(["household.amend"], await ActionsAsync("household"));
        Assert.Equal(["登录"], await ActionsAsync("login"));
        foreach (var none in new[] { "review", "account", "keys" }) Assert.Empty(await ActionsAsync(none));
        // What the request was audited as and what its household wrote lead to the same lines of the logs, though no spans are exported here.
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single((await PageAsync(inspector, $"accounts/{name}/entries?kind=change")).Items.Select(l => l.TraceId).Distinct()));

        async Task<IReadOnlyList<AuditLine>> OfPersonAsync(HttpClient who, string typed)
        {
            var answer = await who.PostAsJsonAsync("/api/v1/audit/persons", new { certificate = typed }, Ct);
            return (await answer.Content.ReadFromJsonAsync<AuditLinesResponse>(Web, Ct))!.Items;
        }
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        IReadOnlyList<AuditLine> found;
        string[] expected = ["change amend", "查看明文", "read households/{code}"];
        // Looks are seen once they are sealed.
        while (expected.Except((found = await OfPersonAsync(inspector, $" {certificate.ToLowerInvariant()} ")).Where(l => l.Actor == name).Select(l => l.Action)).Any()) await Task.Delay(100, deadline.Token);
        Assert.Contains(found, l => l.Action == "change register");
        using var neighbour = await server.SignInAsync("411423000000", RoleNames.AuditAdmin);
        Assert.Empty(await OfPersonAsync(neighbour, certificate));
        Assert.Equal(0L, await server.AskAsync($"select count(*) from audit where object like '%{certificate}%'"));
    }

    /// <summary>Entries of half a year and more ago are written, sealed and archived by the server's own parts; then they are asked for over HTTP.</summary>
    [Fact]
    public async Task Archived_months_are_named_read_when_asked_for_and_not_shown_when_damaged()
    {
        var name = await server.CreateAccountAsync(County, [RoleNames.Viewer]);
        using var inspector = await server.SignInAsync(County, RoleNames.AuditAdmin);
        var online = await PageAsync(inspector, $"accounts/{name}/entries");
        Assert.Equal("online", online.Read);
        Assert.Equal(HttpStatusCode.NotFound, (await inspector.GetAsync($"/api/v1/audit/accounts/{name}/entries?month=2020-01", Ct)).StatusCode);
        var month = await ArchiveAsync(name);
        Assert.Contains(month, (await PageAsync(inspector, $"accounts/{name}/entries")).Archived);
        var read = await PageAsync(inspector, $"accounts/{name}/entries?month={month}&limit=2");
        Assert.Equal((month, 2), (read.Read, read.Items.Count));
        var rest = await PageAsync(inspector, $"accounts/{name}/entries?month={month}&limit=2&before={read.Next}");
        Assert.Equal(["read 2", "read 1", "read 0"], read.Items.Concat(rest.Items).Select(l => l.Action));
        Assert.Empty((await PageAsync(inspector, $"accounts/{name}/entries?month={month}&kind=export")).Items);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await server.SignInAsync("411423000000", RoleNames.AuditAdmin)).GetAsync($"/api/v1/audit/accounts/{name}/entries?month={month}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await inspector.GetAsync($"/api/v1/audit/accounts/{name}/entries?month={month}&limit=0", Ct)).StatusCode);

        await File.WriteAllTextAsync(Path.Combine(server.Folder, "audit", $"archive-{month}.jsonl.gz"), "cut", Ct);
        var damaged = await inspector.GetAsync($"/api/v1/audit/accounts/{name}/entries?month={month}", Ct);
        Assert.Equal(HttpStatusCode.Conflict, damaged.StatusCode);
        Assert.Contains("audit.archive-conflict", await damaged.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        File.Delete(Path.Combine(server.Folder, "audit", $"archive-{month}.jsonl.gz"));
    }

    /// <summary>An archive as the archiver writes it, signed with the server's key.</summary>
    private async Task<string> ArchiveAsync(string actor)
    {
        var at = new DateTimeOffset(2025, 3, 15, 0, 0, 0, TimeSpan.Zero);
        var rows = Enumerable.Range(0, 3).Select(i => AuditRow.Of(1_000_000_000 + i, new AuditEntry(at.AddMinutes(i), actor, $"read {i}", "households/x", "ok", ""))).ToArray();
        using var key = CheckpointKey.OfFolder(server.Folder);
        var checkpoint = Checkpoint.Next(null, at, [.. rows.Select(r => r.Id)], [.. rows.SelectMany(r => r.Hash(KeySuite.International))], key, KeySuite.International);
        await AuditArchive.WriteAsync(AuditArchive.PathOf(Path.Combine(server.Folder, "audit"), new DateOnly(2025, 3, 1)), One(), key, Ct);
        return "2025-03";

        async IAsyncEnumerable<(Checkpoint, AuditRow[])> One()
        {
            await Task.CompletedTask;
            yield return (checkpoint, rows);
        }
    }

    [Fact]
    public async Task The_audit_of_a_running_server_is_whole_until_somebody_edits_it()
    {
        await RegisterAsync();
        using var inspector = await server.SignInAsync(Province, RoleNames.AuditAdmin);
        AuditReport report;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        do
        {
            await Task.Delay(100, deadline.Token);
            report = (await inspector.GetFromJsonAsync<AuditReport>("/api/v1/audit/verification?from=1", Web, Ct))!;
        }
        while (report.Entries == 0);
        Assert.DoesNotContain(report.Faults, f => f.Kind != AuditFaults.FileCut); // the newest line may be on its way
        await server.AskAsync("update audit set actor = 'nobody' where id = (select min(id) from audit)");
        report = (await inspector.GetFromJsonAsync<AuditReport>("/api/v1/audit/verification?from=1", Web, Ct))!;
        Assert.Single(report.Faults, f => f.Kind == AuditFaults.EntryEdited);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_neither_shown_nor_done()
    {
        var code = await RegisterAsync();
        using var editor = await server.SignInAsync(County, RoleNames.Editor);
        await server.AskAsync("revoke insert on audit from ffp_app");
        try
        {
            var read = await editor.GetAsync($"/api/v1/households/{code}", Ct);
            Assert.False(read.IsSuccessStatusCode);
            Assert.DoesNotContain("王某", await read.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            Assert.False((await editor.GetAsync($"/api/v1/households?region={County}", Ct)).IsSuccessStatusCode);
            Assert.False((await ChangeAsync(editor, code, new { kind = "amend", Fields = new { MemberCount = 3 } }, "\"1\"")).IsSuccessStatusCode);
            Assert.Equal(1L, await server.AskAsync($"select version from household where code = '{code}'"));
        }
        finally
        {
            await server.AskAsync("grant insert on audit to ffp_app");
        }
        Assert.True((await editor.GetAsync($"/api/v1/households/{code}", Ct)).IsSuccessStatusCode);
    }

    [Fact]
    public void Every_endpoint_that_reads_or_changes_people_is_recorded()
    {
        var silent = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<AccessRule>() is { Permission: not (Permission.Anonymous or Permission.OwnAccount or Permission.ReadRegions or Permission.ReadStatistics) }
                && e.Metadata.All(m => m.GetType().FullName != "FangFanPin.Api.Shared.AuditedEndpoint+Mark"))
            .Select(e => e.Metadata.GetMetadata<AccessRule>()!.Permission).Distinct().Order();
        // These record themselves; UnmaskTests, ExportFlowTests and AccountAdminTests look at what they write.
        Assert.Equal([Permission.Export, Permission.Unmask, Permission.ManageAccounts, Permission.AssignRoles, Permission.ManageSessions], silent.ToArray());
    }

    private static async Task<IReadOnlyList<AuditLine>> WaitForAsync(HttpClient client, string path, Func<IReadOnlyList<AuditLine>, bool> enough)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var lines = (await PageAsync(client, path)).Items;
            if (enough(lines)) return lines;
            await Task.Delay(100, deadline.Token);
        }
    }

    private static async Task<AuditLinesResponse> PageAsync(HttpClient client, string path) =>
        (await client.GetFromJsonAsync<AuditLinesResponse>($"/api/v1/audit/{path}", Web, Ct))!;

    private async Task<string> RegisterAsync(string? certificate = null)
    {
        using var editor = await server.SignInAsync(Province, RoleNames.Editor);
        var code = $"A{Guid.NewGuid():N}"[..18];
        var answer = await ChangeAsync(editor, code, new
        {
            kind = "register", Fields = new { AreaCode = Village, StatYear = 2025, HeadName = "王某", HouseholdType = "1", MemberCount = 1 }, Members = new[] { new { PersonCode = "01", Name = "王某", CertNumber = certificate } },
        });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return code;
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string code, object body, string? version = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = new StringContent(JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", version);
        return client.SendAsync(request, Ct);
    }
}
