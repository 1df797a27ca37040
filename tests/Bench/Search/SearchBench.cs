using System.Diagnostics;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Tests.Bench.Host;
using FangFanPin.Tests.Bench.Read;
using FangFanPin.Tests.Shared;
using Npgsql;

namespace FangFanPin.Tests.Bench.Search;

/// <summary>
/// The twelve typical queries over HTTP, first and tenth page, over the loaded region and, below it, a county, a town and a village; against a page of
/// households fetched by their keys from the same database, and an endpoint that answers nothing.
/// </summary>
internal static class SearchBench
{
    private const int Connections = 2;
    private const int Rounds = 3;
    private const int Limit = 50;
    private const string Account = "province-viewer";
    private static readonly (string Table, string Column, BlindKind Kind, string Number)[] Numbers =
    [
        ("household_member", "cert_index", BlindKind.Certificate, "80016"), ("household", "head_cert_index", BlindKind.Certificate, "80016"),
        ("household_phone", "phone_index", BlindKind.Phone, "10000"),
    ];

    private const string ByKey = "select code, village, head_name, member_count, risk_types, net_per_capita, changed_at from household where code = any ($1)";

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var filling = Stopwatch.StartNew();
        var (households, persons) = await PlainRowsOf.FillAsync(host, options.Region);
        Report.Value("search.households", households);
        Report.Value("search.persons", persons);
        Report.Progress($"filled in {filling.Elapsed.TotalSeconds:0} s");
        await FindableAsync(host);
        await MeasureAsync(host, options);
    }

    /// <summary>The numbers that are asked for become somebody's, where nobody invented has them.</summary>
    public static async Task MeasureLoadedAsync(BenchHost host, BenchOptions options)
    {
        await using var database = NpgsqlDataSource.Create(host.Admin);
        foreach (var (table, column, kind, number) in Numbers)
        {
            await using var command = database.CreateCommand($"update {table} set {column} = $1 where ctid = (select ctid from {table} limit 1)");
            command.Parameters.Add(new() { Value = host.Sealer.BlindIndex(kind, number)! });
            await command.ExecuteNonQueryAsync();
        }
        await MeasureAsync(host, options);
    }

    private static async Task MeasureAsync(BenchHost host, BenchOptions options)
    {
        var token = await BenchAccounts.TokenAsync(host, Account);
        using var http = await BenchAccounts.ClientAsync(host, Account);
        var paths = await PathsAsync(http, Places(host.Tree, options.Region));
        Report.Value("search.requests", paths.Length);

        var seconds = options.Seconds ?? 20;
        await HttpClientProcess.StartAsync(host.Address, Connections, 3, token, paths);
        var (rounds, pings, keys) = (new List<HttpClientProcess.Result>(), new List<HttpClientProcess.Result>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            pings.Add(await HttpClientProcess.StartAsync(host.Address, Connections, 2, token, BenchHost.Ping));
            keys.Add(await ByKeyAsync(host));
            rounds.Add(await HttpClientProcess.StartAsync(host.Address, Connections, seconds, token, paths));
            Report.Progress($"round {round + 1}: p50 {rounds[^1].P50Ms:0.0} ms, p99 {rounds[^1].P99Ms:0.0} ms");
        }
        Report.Rounds("search.p50_ms", [.. rounds.Select(r => r.P50Ms)]);
        Report.Rounds("search.p99_ms", [.. rounds.Select(r => r.P99Ms)]);
        Report.Value("search.per_s", Report.Median(rounds.Select(r => r.PerSecond)));
        Report.Value("search.by_key_ms", Report.Median(keys));
        Report.Value("search.ping_p99_ms", Report.Median(pings.Select(r => r.P99Ms)));
    }

    /// <summary>The filling's hashes are made without a key: who is asked for by number gets the real ones.</summary>
    private static async Task FindableAsync(BenchHost host)
    {
        await using var database = NpgsqlDataSource.Create(host.Admin);
        foreach (var (table, column, kind, number) in Numbers)
        {
            await using var command = database.CreateCommand($"update {table} set {column} = $1 where {column} = $2");
            command.Parameters.Add(new() { Value = host.Sealer.BlindIndex(kind, number)! });
            command.Parameters.Add(new() { Value = PlainProvince.Hash(kind == BlindKind.Phone ? 'p' : 'c', number) });
            if (await command.ExecuteNonQueryAsync() == 0) throw new InvalidOperationException($"nobody has number {number}");
        }
    }

    /// <summary>The region itself, and the way down to a village in its middle.</summary>
    private static IReadOnlyList<Region> Places(RegionTree tree, RegionCode region)
    {
        var villages = tree.VillagesBelow(region).ToList();
        return [.. tree.PathTo(villages[villages.Count / 2].Code).Where(r => tree.Contains(region, r.Code) && r.Level is not RegionLevel.City || r.Code == region)];
    }

    /// <summary>First and tenth page of every query and place; the tenth is the last where there are fewer. Prints what each takes alone.</summary>
    private static async Task<string[]> PathsAsync(HttpClient http, IReadOnlyList<Region> places)
    {
        var paths = new List<string>();
        foreach (var query in TypicalQueries.All)
        {
            foreach (var place in places)
            {
                var call = Escaped(query.Call(place.Code.ToString()));
                var first = call.Contains(' ') ? call : $"{call}&limit={Limit}";
                var last = first;
                for (var page = 2; page <= 10 && await NextAsync(http, last) is { } next; page++) last = $"{first}&after={Uri.EscapeDataString(next)}";
                paths.Add(first);
                paths.Add(last);
                Report.Progress($"{query.Name}, {place.Name}: {await AloneAsync(http, first):0.0} and {await AloneAsync(http, last):0.0} ms");
            }
        }
        return [.. paths];
    }

    private static string Escaped(string path) => string.Concat(path.Select(c => c < 128 ? c.ToString() : Uri.EscapeDataString(c.ToString())));

    private static async Task<string?> NextAsync(HttpClient http, string path)
    {
        using var answer = JsonDocument.Parse(await AskAsync(http, path));
        return answer.RootElement.GetProperty("next").GetString();
    }

    private static async Task<byte[]> AskAsync(HttpClient http, string call)
    {
        using var answer = call.Split(' ', 2) is [var path, var body]
            ? await http.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json")) : await http.GetAsync(call);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static async Task<double> AloneAsync(HttpClient http, string path)
    {
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(http, path);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return Report.Median(times);
    }

    private static async Task<double> ByKeyAsync(BenchHost host)
    {
        await using var database = NpgsqlDataSource.Create(host.Connection);
        var codes = new List<string>();
        await using (var sample = database.CreateCommand("select code from household tablesample system (1) limit 2000"))
        await using (var reader = await sample.ExecuteReaderAsync())
            while (await reader.ReadAsync()) codes.Add(reader.GetString(0));
        var random = new Random(1);
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var page = Enumerable.Range(0, Limit).Select(_ => codes[random.Next(codes.Count)]).ToArray();
            var started = Stopwatch.GetTimestamp();
            await using var command = database.CreateCommand(ByKey);
            command.Parameters.Add(new() { Value = page });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) { }
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return Report.Median(times);
    }
}
