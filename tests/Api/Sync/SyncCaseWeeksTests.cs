using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using Xunit;
using static FangFanPin.Tests.Api.Cases.CaseClient;

namespace FangFanPin.Tests.Api.Sync;

/// <summary>Weeks of random extracts while procedures begin and end: what people are deciding about stands as it stood, and afterwards the national system's word holds.</summary>
public sealed class SyncCaseWeeksTests(SyncServer server) : IClassFixture<SyncServer>
{
    private const string Province = "410000000000";
    private const int Weeks = 8, Families = 40;
    private readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("FFP_SEED"), out var given) ? given : Environment.TickCount;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>As the register should have them, and the case of those about whom people are deciding.</summary>
    private readonly Dictionary<string, Family> stands = [];
    private readonly Dictionary<string, string> open = [];

    [Fact]
    public async Task Through_weeks_of_extracts_open_procedures_hold_their_households_and_closed_ones_let_them_go()
    {
        TestContext.Current.SendDiagnosticMessage($"FFP_SEED={seed}");
        var random = new Random(seed);
        var villages = server.Tree.VillagesBelow(server.Tree.All.Where(r => r.Level == RegionLevel.County).OrderBy(r => r.Code).Skip(30).First().Code).Take(2).Select(v => v.Code.ToString()).ToList();
        var extract = Enumerable.Range(1, Families).Select(i => new Family($"57{i:D14}", villages[i % 2], $"陈{i}")).ToDictionary(f => f.Code);
        using var client = await server.SignInAsync(Province, "importer");
        var officers = new Dictionary<string, HttpClient>();
        foreach (var village in villages) officers[village] = await server.SignInAsync(village, "informant");
        for (var week = 0; week < Weeks; week++)
        {
            foreach (var family in extract.Values.Where(_ => random.Next(4) == 0).ToList())
                extract[family.Code] = random.Next(2) == 0 ? family with { Address = $"第{random.Next(99)}组" } : family with { People = 1 + random.Next(4) is var n && n > family.People ? n : family.People };
            var counts = await SyncAsync(client, extract.Values);
            var waiting = open.Keys.Count(code => extract[code] != stands[code]);
            foreach (var family in extract.Values.Where(f => !open.ContainsKey(f.Code))) stands[family.Code] = family;
            Assert.True(waiting == counts.GetProperty("conflicting").GetInt32(), $"FFP_SEED={seed}, week {week}: {waiting} should wait, {counts}");
            foreach (var family in stands.Values) await AssertStandsAsync(client, family, week);
            await DecideAsync(random, officers);
        }
        foreach (var (code, id) in open.ToList()) await CloseAsync(officers[stands[code].Village], code, id);
        var last = await SyncAsync(client, extract.Values);
        Assert.Equal(0, last.GetProperty("conflicting").GetInt32());
        foreach (var family in extract.Values) await AssertStandsAsync(client, family, Weeks);
        Assert.Equal(0L, await server.CountAsync("select count(*) from sync_pending"));
        Assert.Equal(Families, (await SyncAsync(client, extract.Values)).GetProperty("unchanged").GetInt32());
        foreach (var officer in officers.Values) officer.Dispose();
    }

    private async Task DecideAsync(Random random, Dictionary<string, HttpClient> officers)
    {
        foreach (var (code, id) in open.Where(_ => random.Next(3) == 0).ToList()) await CloseAsync(officers[stands[code].Village], code, id);
        foreach (var family in stands.Values.Where(f => !open.ContainsKey(f.Code) && random.Next(10) == 0))
            open[family.Code] = (await JsonAsync(await PostAsync(officers[family.Village], "/api/v1/cases", new { kind = "report-risk", HouseholdCode = family.Code, RiskSource = "2", Opinion = "走访发现" }))).GetProperty("id").GetString()!;
    }

    private async Task CloseAsync(HttpClient officer, string code, string id)
    {
        Assert.Equal("80", await StepAfterAsync(officer, id, new { kind = "judge", Result = "2", Opinion = "不符合" }));
        open.Remove(code);
    }

    private async Task<JsonElement> SyncAsync(HttpClient client, IEnumerable<Family> families)
    {
        server.Put(SyncServer.Csv(families));
        var detail = await server.SyncAsync(client);
        Assert.True(detail.GetProperty("batch").GetProperty("status").GetString() == "3", $"FFP_SEED={seed}: {detail}");
        return detail.GetProperty("batch").GetProperty("counts");
    }

    private async Task AssertStandsAsync(HttpClient client, Family family, int week)
    {
        var read = await client.GetFromJsonAsync<JsonElement>($"/api/v1/households/{family.Code}", Ct);
        var household = read.GetProperty("household");
        var met = (household.GetProperty("Address").GetString(), household.GetProperty("MemberCount").GetInt32(), read.GetProperty("members").GetArrayLength());
        Assert.True((family.Address, family.People, family.People) == met, $"FFP_SEED={seed}, week {week}: {family} stands as {met}, {(open.ContainsKey(family.Code) ? "in a procedure" : "free")}");
    }
}
