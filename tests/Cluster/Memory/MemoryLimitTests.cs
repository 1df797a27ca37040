using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Contracts;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Memory;

public sealed class MemoryLimitTests(LimitedServer server, ITestOutputHelper output) : IClassFixture<LimitedServer>
{
    /// <summary>At 3 kB each, three times what the limit leaves for them.</summary>
    private const int Touched = 70_000;

    private const int Callers = 128;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_households_than_fit_are_called_and_what_reads_whole_areas_stays_within_the_limit_too()
    {
        await using var watch = new ResidentMemory(server.Process.Id);
        var town = new DemoRegions().Find(RegionCode.Parse(LimitedServer.Town))!;
        var imported = await ImportAsync(town);
        await server.FillAsync();
        var (real, most) = (await CodesAsync(town.Code), 0L);
        Assert.Equal(imported, real.Count);

        _ = await server.Grains.Household(real[0]).GetAsync(Ct); // the metric begins with the first
        using var done = new CancellationTokenSource();
        var counting = CountAsync(done.Token);
        await EachAsync(Enumerable.Range(0, Touched).Select(i => $"UNKNOWN{i:D9}"), async code => Assert.Null(await server.Grains.Household(code).GetAsync(Ct)));
        var versions = new ConcurrentDictionary<string, long>();
        await EachAsync(real, async code => versions[code] = (await server.Grains.Household(code).GetAsync(Ct))!.Version);
        Assert.Equal((real.Count, 1L), (versions.Count, versions.Values.Max()));
        await done.CancelAsync();
        most = await counting;
        output.WriteLine($"{Touched + real.Count} households were called, {most} were in memory at once; peak {watch.PeakMb} MB");
        Assert.InRange(most, 1000, Touched / 2);

        await IdleAsync();
        var before = await HouseholdsInMemoryAsync();
        await OpenEveryHouseholdAsync(town, imported);
        await RecountAsync();
        var exported = await ExportAsync();
        Assert.Equal(server.Persons + await PeopleAsync(town), exported);
        var after = await HouseholdsInMemoryAsync();
        output.WriteLine($"figure to {imported} households, a recount of every region, {exported} rows: {before} households in memory before, {after} after; peak {watch.PeakMb} MB");
        Assert.InRange(after, 0, before + 100);
        Assert.InRange(watch.PeakMb, 1, LimitedServer.LimitMb);
        Assert.False(server.Process.HasExited);
        Assert.DoesNotContain("OutOfMemory", server.Process.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_is_too_low_to_run_is_refused_by_name()
    {
        await using var refused = ServerProcess.Start("too-low", server.Folder, "--connection", "Host=127.0.0.1", "--memory", "100");
        Assert.NotEqual(0, await refused.ExitAsync(Patience.Generous));
        Assert.Contains("内存上限不能低于 400 MB", refused.Log(), StringComparison.Ordinal);
    }

    private async Task<long> ImportAsync(Region town)
    {
        var options = new DemoExportOptions { Directory = Path.Combine(server.Folder, "export"), Per = RegionLevel.Town, Population = new DemoOptions { Seed = 17, Dirty = 0 } };
        new DemoExport(new DemoRegions(), DataDictionary.Shipped, options).Run(town);
        using var form = new MultipartFormDataContent();
        foreach (var file in Directory.GetFiles(options.Directory, "*.csv")) form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file));
        var id = await IdAsync(await server.Http.PostAsync($"/api/v1/imports?region={town.Code}", form, Ct));
        await StageAsync($"/api/v1/imports/{id}", "Previewed");
        (await server.Http.PostAsync($"/api/v1/imports/{id}/commit", null, Ct)).EnsureSuccessStatusCode();
        return (await StageAsync($"/api/v1/imports/{id}", "Done")).GetProperty("counts").GetProperty("new").GetInt64();
    }

    private async Task<List<string>> CodesAsync(RegionCode town)
    {
        var codes = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/households?region={town}&limit=200&after={next}", Ct);
            codes.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        return codes;
    }

    private static Task EachAsync(IEnumerable<string> codes, Func<string, Task> call) =>
        Parallel.ForEachAsync(codes, new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = Ct }, async (code, _) => await call(code));

    /// <returns>The most that there were at one look.</returns>
    private async Task<long> CountAsync(CancellationToken stop)
    {
        var most = 0L;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, await HouseholdsInMemoryAsync());
            await Task.Delay(100, CancellationToken.None);
        }
        return most;
    }

    /// <summary>As the operator's monitoring reads it.</summary>
    private async Task<long> HouseholdsInMemoryAsync()
    {
        var metrics = await server.Http.GetStringAsync("/metrics", Ct);
        var line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith("orleans_grains", StringComparison.Ordinal) && l.Contains("\"household\"", StringComparison.Ordinal));
        Assert.True(line is not null, string.Join('\n', metrics.Split('\n').Where(l => l.StartsWith("orleans_grain", StringComparison.Ordinal) || l.StartsWith("orleans_catalog_activation", StringComparison.Ordinal) && !l.Contains("latency"))));
        return (long)double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>What idle collection does in a quarter of an hour.</summary>
    private Task IdleAsync() => server.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.FromMilliseconds(1));

    /// <summary>From the county's figure down to every household that it counts.</summary>
    private async Task OpenEveryHouseholdAsync(Region town, long expected)
    {
        await Patience.UntilAsync(async () => await FigureAsync(town, "") is { } page && page.GetProperty("total").GetInt64() == expected ? null : "the figure is not there yet", Patience.Generous);
        var seen = 0L;
        for (string? next = ""; next is not null;)
        {
            var page = (await FigureAsync(town, next))!.Value;
            seen += page.GetProperty("items").GetArrayLength();
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(expected, seen);
    }

    private async Task<JsonElement?> FigureAsync(Region region, string after)
    {
        using var answer = await server.Http.GetAsync($"/api/v1/regions/{region.Code}/statistics/1/households?cell=households&limit=200&after={Uri.EscapeDataString(after)}", Ct);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(Ct) : null;
    }

    private async Task<long> PeopleAsync(Region town)
    {
        var page = await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/regions/{town.Code}/statistics/1/households?cell=persons&limit=1", Ct);
        return page.GetProperty("total").GetInt64();
    }

    private async Task RecountAsync()
    {
        var before = await LastRoundAsync();
        (await server.Http.PostAsync("/api/v1/recount", null, Ct)).EnsureSuccessStatusCode();
        await Patience.UntilAsync(async () => await LastRoundAsync() is { } round && round.GetRawText() != before?.GetRawText() ? null : "the recount goes on", Patience.Generous);
        var last = (await LastRoundAsync())!.Value;
        Assert.True(last.GetProperty("differences").GetInt64() == 0, last.ToString());
    }

    private async Task<JsonElement?> LastRoundAsync()
    {
        var recount = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/recount", Ct);
        return recount.TryGetProperty("last", out var last) && last.ValueKind == JsonValueKind.Object ? last : null;
    }

    private async Task<long> ExportAsync()
    {
        var id = await IdAsync(await server.Http.PostAsync($"/api/v1/exports?region={LimitedServer.County}&kind=persons", null, Ct));
        return (await StageAsync($"/api/v1/exports/{id}", "Done")).GetProperty("rows").GetInt64();
    }

    private static async Task<string> IdAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> StageAsync(string job, string stage)
    {
        JsonElement answer = default;
        await Patience.UntilAsync(
            async () =>
            {
                answer = await server.Http.GetFromJsonAsync<JsonElement>(job, Ct);
                Assert.NotEqual("Failed", answer.GetProperty("stage").GetString());
                return answer.GetProperty("stage").GetString() == stage ? null : $"waiting for {stage}: {answer}";
            },
            Patience.Generous);
        return answer;
    }
}
