using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Demo;
using FangFanPin.Contracts.Imports;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>An import through the API process: a silo is killed while the files are read, and twice the one that carries the commit.</summary>
[Collection(FaultTests.Name)]
public sealed class ImportFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task An_import_goes_on_after_kills_without_losing_or_doubling_a_household()
    {
        await cluster.TwoSilosAsync();
        using var http = await cluster.SignInAsync("importer");
        var town = cluster.Tree.Find(cluster.Villages()[0]) is { Parent: { } parent } ? cluster.Tree.Find(parent)! : throw new InvalidOperationException();
        var files = Export(town);

        var import = await UploadAsync(http, town.Code, files);
        await KillAsync(cluster.Silos[0]);
        var preview = await StageAsync(http, import, "Previewed");
        var wanted = preview.GetProperty("counts").GetProperty("new").GetInt64();
        Assert.True(wanted > 100, $"{wanted} households are too few to kill anything in between: {preview}");

        await cluster.TwoSilosAsync(); // now, or starting one would give the commit the time to end
        await CommitAsync(http, import);
        await KillRunnerAsync(import, wanted / 10, wanted);
        await KillRunnerAsync(import, wanted / 2, wanted);
        var done = await StageAsync(http, import, "Done");
        output.WriteLine($"{wanted} households, counts {done.GetProperty("counts")}");

        Assert.Equal(wanted, await CountAsync("select count(*) from household_history where import_id = $1 and version = 1", import));
        Assert.Equal(wanted, await CountAsync("select count(*) from household_history where code in (select code from household_history where import_id = $1)", import));
        Assert.Equal(wanted, await CountAsync("select count(*) from household where version = 1 and code in (select code from household_history where import_id = $1)", import));
        await FiguresAsync(town);
        await Same_files_bring_nothing_newAsync(http, town, files, wanted);
    }

    /// <summary>Staged households are not in the database's log: each crash takes what is left of them.</summary>
    [Fact]
    public async Task Crashes_of_the_database_before_and_amid_the_commit_lose_and_double_no_household()
    {
        await cluster.TwoSilosAsync();
        using var http = await cluster.SignInAsync("importer");
        var town = TownOfItsOwn(1);
        var files = Export(town);
        var import = await UploadAsync(http, town.Code, files);
        var wanted = (await StageAsync(http, import, "Previewed")).GetProperty("counts").GetProperty("new").GetInt64();
        Assert.Equal(wanted, await CountAsync("select count(*) from import_new where import_id = $1::uuid", import));

        await CrashAsync();
        Assert.Equal(0, await CountAsync("select count(*) from import_new where import_id = $1::uuid", import));
        await CommitAsync(http, import);
        await WrittenAsync(import, wanted / 4);
        await CrashAsync();
        output.WriteLine($"{await CountAsync(WrittenSql, import)} of {wanted} households were written before the second crash");
        var counts = (await StageAsync(http, import, "Done")).GetProperty("counts");
        Assert.Equal((wanted, wanted), (counts.GetProperty("new").GetInt64(), counts.GetProperty("written").GetInt64()));
        Assert.Equal(wanted, await CountAsync(WrittenSql, import));
        Assert.Equal(wanted, await CountAsync("select count(*) from household_history where code in (select code from household_history where import_id = $1)", import));
        await FiguresAsync(town);
        await Same_files_bring_nothing_newAsync(http, town, files, wanted);
    }

    /// <summary>Nothing is staged: each batch stands with its outcomes and the job, or nothing of it does.</summary>
    [Fact]
    public async Task An_import_without_a_preview_goes_on_after_kills_and_a_crash_of_the_database_without_losing_or_doubling_a_household()
    {
        await cluster.TwoSilosAsync();
        using var http = await cluster.SignInAsync("importer");
        var town = TownOfItsOwn();
        var files = Export(town);
        var import = await UploadAsync(http, town.Code, files, atOnce: true);
        await WrittenAsync(import, 1);
        var found = (await JobAsync(http, import)).GetProperty("counts").GetProperty("found").GetInt64();
        await KillRunnerAsync(import, found / 10, found);
        await CrashAsync();
        await KillRunnerAsync(import, found / 2, found);
        var counts = (await StageAsync(http, import, "Done")).GetProperty("counts");
        var wanted = counts.GetProperty("households").GetInt64();
        Assert.InRange(wanted, found, found + 2); // two codes of one hash are found as one
        output.WriteLine($"{wanted} households, counts {counts}");
        Assert.Equal((wanted, wanted), (counts.GetProperty("new").GetInt64(), counts.GetProperty("written").GetInt64()));
        Assert.Equal(wanted, await CountAsync(WrittenSql, import));
        Assert.Equal(wanted, await CountAsync("select count(*) from household_history where code in (select code from household_history where import_id = $1)", import));
        Assert.Equal(wanted, await CountAsync("select count(*) from import_household where import_id = $1::uuid and outcome = 1", import));
        await FiguresAsync(town);
        await Same_files_bring_nothing_newAsync(http, town, files, wanted);
    }

    /// <summary>The largest that no other test fills: those have <see cref="FaultCluster.Villages"/>, two of each county.</summary>
    private Region TownOfItsOwn(int number = 0)
    {
        var counties = cluster.Villages().Reverse().Select(v => cluster.Tree.PathTo(v).First(r => r.Level == RegionLevel.County).Code).Distinct();
        return counties.SelectMany(c => cluster.Tree.ChildrenOf(c)).Where(t => t.Level == RegionLevel.Town && !cluster.Villages().Any(v => cluster.Tree.Contains(t.Code, v)))
            .OrderByDescending(t => cluster.Tree.VillagesBelow(t.Code).Count()).ElementAt(number);
    }

    private async Task CrashAsync()
    {
        await cluster.Postgres.CrashAndRecoverAsync();
        cluster.Source.Clear();
    }

    private const string WrittenSql = "select count(*) from household_history where import_id = $1 and version = 1";

    private async Task FiguresAsync(Region town)
    {
        var recount = new Recount(cluster, [.. cluster.Tree.VillagesBelow(town.Code).Select(v => v.Code)]);
        Assert.Empty(await recount.ReadAsync(new Books(cluster)));
        var took = await Patience.UntilAsync(recount.ComplaintAsync, Patience.Recovery);
        output.WriteLine($"every figure equals the recount {took.TotalSeconds:F1} s after the end of the import");
    }

    /// <summary>Every household stands as the files say: none is new, none would change.</summary>
    private static async Task Same_files_bring_nothing_newAsync(HttpClient http, Region town, IReadOnlyList<string> files, long wanted)
    {
        var counts = (await StageAsync(http, await UploadAsync(http, town.Code, files), "Previewed")).GetProperty("counts");
        Assert.Equal(
            (0, 0, wanted),
            (counts.GetProperty("new").GetInt64(), counts.GetProperty("changed").GetInt64(), counts.GetProperty("unchanged").GetInt64()));
    }

    private List<string> Export(Region town)
    {
        var options = new DemoExportOptions
        {
            Directory = Path.Combine(cluster.DataFolder, $"export-{town.Code}"), Per = RegionLevel.Town, Population = new DemoOptions { Seed = 17, Dirty = 0 },
        };
        new DemoExport(new DemoRegions(), DataDictionary.Shipped, options).Run(town);
        return [.. Directory.GetFiles(options.Directory, "*.csv").Order(StringComparer.Ordinal)];
    }

    private static async Task<string> UploadAsync(HttpClient http, RegionCode region, IReadOnlyList<string> files, bool atOnce = false)
    {
        string? id = null;
        await Patience.UntilAsync(
            async () =>
            {
                using var form = new MultipartFormDataContent();
                foreach (var file in files)
                {
                    var content = new ByteArrayContent(await File.ReadAllBytesAsync(file));
                    content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
                    form.Add(content, "files", Path.GetFileName(file));
                }
                using var answer = await http.PostAsync($"/api/v1/imports?region={region}&atOnce={(atOnce ? "true" : "false")}", form);
                var body = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return body;
                Assert.True(answer.IsSuccessStatusCode, body);
                id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
                return null;
            },
            Patience.Generous);
        return id!;
    }

    /// <summary>503 is a right answer while the dead silo still counts as a member; whether the order was taken all the same, the stage tells.</summary>
    private static Task CommitAsync(HttpClient http, string import) => Patience.UntilAsync(
        async () =>
        {
            using var answer = await http.PostAsync($"/api/v1/imports/{import}/commit", null);
            if (answer.IsSuccessStatusCode) return null;
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout, HttpStatusCode.Conflict });
            var job = await http.GetFromJsonAsync<JsonElement>($"/api/v1/imports/{import}");
            return job.GetProperty("stage").GetString() == "Previewed" ? $"the commit was answered with {answer.StatusCode}" : null;
        },
        Patience.Generous);

    private static async Task<JsonElement> JobAsync(HttpClient http, string import)
    {
        JsonElement job = default;
        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await http.GetAsync($"/api/v1/imports/{import}");
                if (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) return "the database is away";
                job = await answer.Content.ReadFromJsonAsync<JsonElement>();
                return null;
            },
            Patience.Generous);
        return job;
    }

    private static async Task<JsonElement> StageAsync(HttpClient http, string import, string stage)
    {
        JsonElement job = default;
        await Patience.UntilAsync(
            async () =>
            {
                job = await JobAsync(http, import);
                Assert.NotEqual("Failed", job.GetProperty("stage").GetString());
                return job.GetProperty("stage").GetString() == stage ? null : $"waiting for {stage}: {job}";
            },
            Patience.Generous);
        return job;
    }

    private Task WrittenAsync(string import, long count) => Patience.UntilAsync(
        async () => await CountAsync("select count(*) from household_history where import_id = $1", import) is var written && written >= count
            ? null
            : $"{written} of {count} households are written",
        Patience.Generous);

    /// <summary>Waits for so many households and kills the silo that carries the import, while the other one lives.</summary>
    private async Task KillRunnerAsync(string import, long from, long wanted)
    {
        await cluster.TwoSilosAsync();
        await WrittenAsync(import, from);
        var runner = cluster.Grains.GetGrain<IImportGrain>(new ImportKey(Guid.Parse(import)).ToString());
        var at = await cluster.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(runner) ?? throw new InvalidOperationException("Nobody carries the import.");
        var victim = cluster.Silos.Single(s => s.Ports.Silo == at.Endpoint.Port);
        await KillAsync(victim);
        var written = await CountAsync("select count(*) from household_history where import_id = $1", import);
        output.WriteLine($"{victim.Name} was killed with {written} of {wanted} households written");
        Assert.True(written < wanted, $"all {wanted} households were written before the kill");
    }

    private static async Task KillAsync(ServerProcess victim)
    {
        victim.Kill();
        await victim.ExitAsync(Patience.Generous);
    }

    private async Task<long> CountAsync(string sql, string import)
    {
        await using var command = cluster.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = import });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
