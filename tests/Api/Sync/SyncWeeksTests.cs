using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Api.Sync;

/// <summary>Weeks of random extracts: whatever comes, goes, moves, returns or is cut into whatever files, the register says at the end what the last extract says.</summary>
public sealed class SyncWeeksTests(SyncServer server) : IClassFixture<SyncServer>
{
    private const string Province = "410000000000";
    private const int Weeks = 10, AtFirst = 150;
    private readonly int seed = Environment.TickCount;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_weeks_of_random_extracts_the_register_says_what_the_last_one_says()
    {
        var random = new Random(seed);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var villages = server.Tree.All.Where(r => r.Level == RegionLevel.County).OrderBy(r => r.Code).Skip(20).Take(2)
            .SelectMany(c => server.Tree.VillagesBelow(c.Code).Take(5)).Select(v => v.Code.ToString()).ToList();
        var (number, ever) = (0, new HashSet<string>(StringComparer.Ordinal));
        Family New() => new($"58{++number:D14}", villages[random.Next(villages.Count)], $"王{number}") { People = random.Next(1, 4) };
        var extract = Enumerable.Range(0, AtFirst).Select(_ => New()).ToDictionary(f => f.Code);
        var away = new Dictionary<string, Family>(StringComparer.Ordinal);
        using var client = await server.SignInAsync(Province, "importer");
        for (var week = 0; week < Weeks; week++)
        {
            if (week > 0) Edit(random, extract, away, villages, New);
            Write(random, [.. extract.Values]);
            var before = await HistoryAsync();
            var counts = await SyncAsync(client);
            var told = new[] { "new", "changed", "unchanged", "conflicting", "rejected", "returned" }.Sum(k => counts.GetProperty(k).GetInt64());
            Assert.True(extract.Count == told && extract.Count == counts.GetProperty("households").GetInt64(), $"seed {seed}, week {week}: {extract.Count} households, {counts}");
            Assert.True(counts.GetProperty("rejected").GetInt64() + counts.GetProperty("conflicting").GetInt64() == 0, $"seed {seed}, week {week}: {counts}");
            Assert.Equal(extract.Keys.Count(c => ever.Add(c)), counts.GetProperty("new").GetInt64());
            var written = await HistoryAsync() - before;
            var most = counts.GetProperty("new").GetInt64() + counts.GetProperty("changed").GetInt64() + counts.GetProperty("returned").GetInt64();
            Assert.True(written <= most && written >= most - counts.GetProperty("returned").GetInt64(), $"seed {seed}, week {week}: {written} written, {counts}");
        }
        var last = await HistoryAsync();
        var repeat = await SyncAsync(client);
        Assert.Equal((extract.Count, last), (repeat.GetProperty("unchanged").GetInt32(), await HistoryAsync()));
        foreach (var family in extract.Values) await AssertStandsAsync(client, family);
        Assert.Equal(ever.Except(extract.Keys).Order(), await MissingAsync());
        await FiguresAsync(client, villages);
    }

    private static void Edit(Random random, Dictionary<string, Family> extract, Dictionary<string, Family> away, List<string> villages, Func<Family> fresh)
    {
        foreach (var family in extract.Values.ToList())
        {
            switch (random.Next(40))
            {
                case 0: extract[family.Code] = family with { Address = $"第{random.Next(99)}组" }; break;
                case 1: extract[family.Code] = family with { Village = villages[random.Next(villages.Count)] }; break; // perhaps into the other county
                case 2: extract[family.Code] = family with { People = family.People + 1 }; break;
                case 3: extract[family.Code] = family with { Sex = family.Sex == "男" ? "女" : "男" }; break;
                case 4: extract.Remove(family.Code); away[family.Code] = family; break;
            }
        }
        foreach (var family in away.Values.Where(_ => random.Next(3) == 0).ToList())
        {
            extract[family.Code] = family with { Address = random.Next(2) == 0 ? family.Address : "回来了" };
            away.Remove(family.Code);
        }
        for (var i = random.Next(6); i > 0; i--) if (fresh() is var family) extract[family.Code] = family;
    }

    /// <summary>In any order, in any number of files, the rows of a family perhaps in several.</summary>
    private void Write(Random random, Family[] families)
    {
        var rows = families.SelectMany(f => f.Rows()).ToArray();
        if (random.Next(2) == 0) random.Shuffle(rows);
        var files = random.Next(1, 5);
        var utf8 = random.Next(2) == 0;
        server.Put([.. Enumerable.Range(0, files).Select(i =>
        {
            var text = string.Concat(rows.Where((_, at) => at % files == i).Prepend(Family.Header).Select(r => r + "\r\n"));
            return ($"第{i}部分-户和成员.csv", utf8 ? [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)] : CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(text));
        })]);
    }

    /// <summary>With a person's word for every county of which more than a little is gone.</summary>
    private async Task<JsonElement> SyncAsync(HttpClient client)
    {
        var detail = await server.SyncAsync(client);
        var id = Guid.Parse(detail.GetProperty("batch").GetProperty("id").GetString()!);
        foreach (var county in detail.GetProperty("counties").EnumerateArray().Where(c => c.GetProperty("stage").GetString() == "Held").Select(c => c.GetProperty("region").GetString()))
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/sync/batches/{id}/counties/{county}/confirm", new { }, Ct);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
            detail = await SyncServer.RestAsync(client, $"{id}");
        }
        Assert.True(detail.GetProperty("batch").GetProperty("status").GetString() == "3", $"seed {seed}: {detail}");
        return detail.GetProperty("batch").GetProperty("counts");
    }

    private async Task AssertStandsAsync(HttpClient client, Family family)
    {
        var read = await client.GetFromJsonAsync<JsonElement>($"/api/v1/households/{family.Code}", Ct);
        var household = read.GetProperty("household");
        var met = (household.GetProperty("AreaCode").GetString(), household.GetProperty("Address").GetString(), household.GetProperty("MemberCount").GetInt32(), read.GetProperty("members").GetArrayLength());
        Assert.True((family.Village, family.Address, family.People, family.People) == met, $"seed {seed}: {family} stands as {met}");
        Assert.Equal(family.Sex == "男" ? "1" : "2", read.GetProperty("members")[0].GetProperty("Sex").GetString());
    }

    private Task<long> HistoryAsync() => server.CountAsync("select count(*) from household_history");

    private async Task<IEnumerable<string>> MissingAsync() => ((string)(await server.AskAsync("select coalesce(string_agg(code, ',' order by code), '') from sync_missing"))!).Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The figures that travelled up are those of the rows.</summary>
    private async Task FiguresAsync(HttpClient client, List<string> villages)
    {
        var rows = await server.CountAsync("select count(*) from household_member");
        Assert.True(rows > 0 && villages.Count > 0);
        var until = DateTime.UtcNow.AddMinutes(1);
        while (true)
        {
            using var answer = await client.GetAsync($"/api/v1/regions/{Province}/statistics/1", Ct);
            var met = answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("rows")[0].GetProperty("values").EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDecimal() : -1).ToList() : [];
            if (met.Contains(rows)) return;
            Assert.True(DateTime.UtcNow < until, $"seed {seed}: {rows} people in the rows, the province says {string.Join(' ', met)}");
            await Task.Delay(200, Ct);
        }
    }
}
