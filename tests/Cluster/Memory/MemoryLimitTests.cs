using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Contracts;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Grains.Cases;
using FangFanPin.Grains.Households;
using FangFanPin.Silo;
using FangFanPin.Tests.Cluster.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Xunit;

namespace FangFanPin.Tests.Cluster.Memory;

public sealed class MemoryLimitTests(LimitedServer server, ITestOutputHelper output) : IClassFixture<LimitedServer>
{
    private const int Callers = 128;
    private static readonly RegionCode County = RegionCode.Parse(LimitedServer.County);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_reads_whole_areas_calls_no_household_into_memory_and_stays_within_the_limit()
    {
        await using var watch = new ResidentMemory(server.Process.Id);
        var imported = await ImportAsync();
        var codes = await CodesAsync();
        Assert.Equal(imported, codes.Count);
        await server.FillAsync();

        var called = await HouseholdsInMemoryAsync(); // before anybody here has called one: twice the count below was a handful above the codes
        await IdleAsync();
        var left = await HouseholdsInMemoryAsync();
        output.WriteLine($"{called} households in memory after the import, {left} after idle collection");
        var versions = new ConcurrentDictionary<string, long>();
        await EachAsync(codes, async code => versions[code] = (await server.Grains.Household(code).GetAsync(Ct))!.Version);
        Assert.Equal((codes.Count, 1L), (versions.Count, versions.Values.Max()));
        Assert.InRange(await HouseholdsInMemoryAsync(), codes.Count / 2, codes.Count + left);

        await IdleAsync();
        var before = await HouseholdsInMemoryAsync();
        await OpenEveryHouseholdAsync(imported);
        await RecountAsync();
        var exported = await ExportAsync();
        Assert.Equal(server.Persons, exported);
        var after = await HouseholdsInMemoryAsync();
        output.WriteLine($"figure to {imported} households, a recount of every region, {exported} rows: {before} households in memory before, {after} after; peak {watch.PeakMb} MB");
        Assert.InRange(after, 0, before + 100);
        Assert.InRange(watch.PeakMb, 1, LimitedServer.LimitMb);
        Assert.False(server.Process.HasExited);
        Assert.DoesNotContain("OutOfMemory", server.Process.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public void Households_and_cases_are_the_first_to_leave_when_memory_is_scarce()
    {
        using var app = (IDisposable)Server.Build(["--connection", "Host=127.0.0.1", "--data", server.Folder, "--port", "0"]);
        var options = ((WebApplication)app).Services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        Assert.True(options.EnableActivationSheddingOnMemoryPressure);
        Assert.InRange(options.MemoryUsageTargetPercentage, 1, options.MemoryUsageLimitPercentage - 1);
        Assert.All(new[] { typeof(HouseholdGrain), typeof(CaseGrain) }, many => Assert.InRange(options.ClassSpecificCollectionAge[many.FullName!], TimeSpan.FromMinutes(1), options.CollectionAge / 2));
    }

    [Fact]
    public async Task A_limit_that_is_too_low_to_run_is_refused_by_name()
    {
        await using var refused = ServerProcess.Start("too-low", server.Folder, "--connection", "Host=127.0.0.1", "--memory", "100");
        Assert.NotEqual(0, await refused.ExitAsync(Patience.Generous));
        Assert.Contains("内存上限不能低于 600 MB", refused.Log(), StringComparison.Ordinal);
    }

    private async Task<long> ImportAsync()
    {
        var regions = new DemoRegions();
        var options = new DemoExportOptions { Directory = Path.Combine(server.Folder, "export"), Per = RegionLevel.Town, Population = new DemoOptions { Seed = 17, Dirty = 0 } };
        foreach (var town in regions.VillagesBy(RegionLevel.Town, regions.Find(County)!).Select(g => g.Key).OrderBy(t => t.Code).Take(LimitedServer.OpenedTowns))
            new DemoExport(regions, DataDictionary.Shipped, options).Run(town);
        using var form = new MultipartFormDataContent();
        foreach (var file in Directory.GetFiles(options.Directory, "*.csv")) form.Add(new StreamContent(File.OpenRead(file)), "files", Path.GetFileName(file));
        var id = await IdAsync(await server.Http.PostAsync($"/api/v1/imports?region={County}", form, Ct));
        await StageAsync($"/api/v1/imports/{id}", "Previewed");
        (await server.Http.PostAsync($"/api/v1/imports/{id}/commit", null, Ct)).EnsureSuccessStatusCode();
        return (await StageAsync($"/api/v1/imports/{id}", "Done")).GetProperty("counts").GetProperty("new").GetInt64();
    }

    private async Task<List<string>> CodesAsync()
    {
        var codes = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/households?region={County}&limit=200&after={next}", Ct);
            codes.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        return codes;
    }

    private static Task EachAsync(IEnumerable<string> codes, Func<string, Task> call) =>
        Parallel.ForEachAsync(codes, new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = Ct }, async (code, _) => await call(code));

    /// <summary>As the operator's monitoring reads it.</summary>
    private async Task<long> HouseholdsInMemoryAsync()
    {
        var metrics = await server.Http.GetStringAsync("/metrics", Ct);
        var line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith("orleans_grains", StringComparison.Ordinal) && l.Contains("\"household\"", StringComparison.Ordinal));
        return line is null ? 0 : (long)double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>What idle collection does in a quarter of an hour.</summary>
    private Task IdleAsync() => server.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.FromMilliseconds(1));

    /// <summary>From the county's figure down to every household that it counts.</summary>
    private async Task OpenEveryHouseholdAsync(long expected)
    {
        await Patience.UntilAsync(async () => await FigureAsync("") is { } page && page.GetProperty("total").GetInt64() == expected ? null : "the figure is not there yet", Patience.Generous);
        var seen = 0L;
        for (string? next = ""; next is not null;)
        {
            var page = (await FigureAsync(next))!.Value;
            seen += page.GetProperty("households").GetArrayLength();
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(expected, seen);
    }

    private async Task<JsonElement?> FigureAsync(string after)
    {
        using var answer = await server.Http.GetAsync($"/api/v1/regions/{County}/statistics/1/households?cell=households&limit=200&after={Uri.EscapeDataString(after)}", Ct);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(Ct) : null;
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
        var id = await IdAsync(await server.Http.PostAsync($"/api/v1/exports?region={County}&kind=persons", null, Ct));
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
