using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Read;

/// <summary>
/// Tables of the province and of a county over HTTP with 32 connections, against an endpoint of the same server that answers nothing, and against the same
/// table by GROUP BY over person rows in the same database.
/// </summary>
internal static class ReadBench
{
    private const int Connections = 32;
    private const int Rounds = 3;

    /// <summary>Code runs at full speed only after the compiler has seen it run: of three rounds the first was half of the last, for both.</summary>
    private const double WarmUpSeconds = 12;
    private const string Account = "province-viewer";

    private static readonly string[] Tables =
    [
        "/api/v1/regions/410000000000/statistics/1", "/api/v1/regions/411424000000/statistics/1",
        "/api/v1/regions/410000000000/statistics/2", "/api/v1/regions/411424000000/statistics/3",
    ];

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        Report.Value("read.settled_after_ms", (await Population.SettledAsync(host, TimeSpan.FromMinutes(3))).TotalMilliseconds);
        await MeasureAsync(host, population, options);
    }

    public static async Task MeasureAsync(BenchHost host, Population population, BenchOptions options)
    {
        Report.Value("read.people", population.People);
        var token = await BenchAccounts.TokenAsync(host, Account);
        await AnsweringAsync(host, token);

        var seconds = options.Seconds ?? 6;
        await HttpClientProcess.StartAsync(host.Address, Connections, WarmUpSeconds, token, Tables);
        await HttpClientProcess.StartAsync(host.Address, Connections, WarmUpSeconds, token, BenchHost.Ping);
        var (tables, pings) = (new List<HttpClientProcess.Result>(), new List<HttpClientProcess.Result>());
        for (var round = 0; round < Rounds; round++)
        {
            pings.Add(await HttpClientProcess.StartAsync(host.Address, Connections, seconds, token, BenchHost.Ping));
            tables.Add(await HttpClientProcess.StartAsync(host.Address, Connections, seconds, token, Tables));
            Report.Progress($"round {round + 1}: tables {tables[^1].PerSecond:0}/s, ping {pings[^1].PerSecond:0}/s");
        }
        var perSecond = Report.Rounds("read.per_s", [.. tables.Select(r => r.PerSecond)]);
        var pingPerSecond = Report.Rounds("read.ping_per_s", [.. pings.Select(r => r.PerSecond)]);
        Report.Value("read.vs_ping", perSecond / pingPerSecond);
        Report.Value("read.p50_ms", Report.Median(tables.Select(r => r.P50Ms)));
        Report.Value("read.p99_ms", Report.Median(tables.Select(r => r.P99Ms)));
        Report.Value("read.ping_p99_ms", Report.Median(pings.Select(r => r.P99Ms)));
        Report.Value("read.bytes_max", tables.Max(r => r.Bytes));
        await AgainstSqlAsync(host, options, token);
    }

    /// <summary>One caller at a time: the table of the loaded region's county, and the same table from person rows.</summary>
    private static async Task AgainstSqlAsync(BenchHost host, BenchOptions options, string token)
    {
        var one = await HttpClientProcess.StartAsync(host.Address, 1, 3, token, Tables[0]);
        var sql = await PersonRows.MeasureAsync(host, options.Region);
        Report.Value("read.one_ms", one.P50Ms);
        var median = Report.Rounds("read.sql_ms", sql);
        Report.Value("read.vs_sql", median / one.P50Ms);
    }

    /// <summary>Right after a start the province waits for all its children.</summary>
    private static async Task AnsweringAsync(BenchHost host, string token)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var table in Tables)
        {
            var answer = await http.GetAsync(table);
            while (!answer.IsSuccessStatusCode)
            {
                if (watch.Elapsed > TimeSpan.FromMinutes(3)) throw new TimeoutException($"{table}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                await Task.Delay(200);
                answer = await http.GetAsync(table);
            }
        }
        Report.Value("read.first_answer_ms", watch.Elapsed.TotalMilliseconds);
    }
}
