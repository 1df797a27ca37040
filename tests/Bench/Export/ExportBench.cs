using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Bench.Host;
using Npgsql;

namespace FangFanPin.Tests.Bench.Export;

/// <summary>
/// People to xlsx by the job that everybody uses, over HTTP, a million of them at the province's size: rows per second from the request to the finished
/// file, and what the process's memory rises to meanwhile. Against COPY of the same columns out of the same database. Then the same with columns for which
/// every household's document is opened.
/// </summary>
internal static class ExportBench
{
    private const int Rounds = 3;
    private const double PersonsPerHousehold = 3;
    private const string Account = "province-exporter";

    /// <summary>Its households are real ones, for columns from documents.</summary>
    private static readonly RegionCode Opened = RegionCode.Parse("411424101000");

    private static readonly RegionCode Province = RegionCode.Parse("410000000000");

    private const string Copy = """
        copy (select h.village, h.code, h.head_name, m.person_code, m.name, m.sex, m.birth_date, m.status, h.household_type, h.policy_status, h.monitor_category, h.risk_eliminated, h.status
        from household h join household_member m on m.household_code = h.code order by h.village, h.code, m.person_code) to stdout
        """;

    public static async Task RunAsync(BenchOptions options)
    {
        var rows = options.Size switch { "province" => 1_000_000, "city" => 400_000, "county" => 100_000, _ => 20_000 };
        await using var host = await BenchHost.StartAsync(options);
        await Population.LoadAsync(host, Opened);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        await PlainRowsOf.FillAsync(host, Province, (long)(rows / PersonsPerHousehold), v => host.Tree.Contains(Opened, v));
        await MeasureAsync(host, options);
    }

    /// <summary>Everybody who is there.</summary>
    public static async Task MeasureAsync(BenchHost host, BenchOptions options)
    {
        // A round over all of the province's 7.2 million is long enough to need no second.
        var rounds = options.Size == "province" ? 1 : Rounds;
        using var http = await BenchAccounts.ClientAsync(host, Account);

        var (speeds, copies, extras) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            copies.Add(await CopyAsync(host));
            var (done, perSecond, extra) = await ExportAsync(http, $"region={Province}&kind=persons");
            if (round == 0)
            {
                Report.Value("export.rows", done.GetProperty("rows").GetInt64());
                Report.Value("export.file_mb", done.GetProperty("bytes").GetInt64() / 1048576.0);
            }
            speeds.Add(perSecond);
            extras.Add(extra);
            Report.Progress($"round {round + 1}: {perSecond:0} rows/s, +{extra:0} MB");
        }
        var speed = Report.Rounds("export.rows_per_s", speeds);
        Report.Value("export.peak_extra_mb", extras.Max());
        Report.Value("export.copy_rows_per_s", Report.Median(copies));
        Report.Value("export.vs_copy", speed / Report.Median(copies));
        var opened = await ExportAsync(http, $"region={Opened}&kind=persons&fields=CertNumber,Phone,Health,Relation");
        Report.Value("export.opened_rows", opened.Job.GetProperty("rows").GetInt64());
        Report.Value("export.opened_rows_per_s", opened.PerSecond);
    }

    private static async Task<(JsonElement Job, double PerSecond, double ExtraMb)> ExportAsync(HttpClient http, string query)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        await Task.Delay(500);
        var before = Resident();
        using var stop = new CancellationTokenSource();
        var peak = Task.Run(async () =>
        {
            var most = before;
            while (!stop.IsCancellationRequested)
            {
                most = Math.Max(most, Resident());
                await Task.Delay(20);
            }
            return most;
        });
        var started = Stopwatch.GetTimestamp();
        var asked = await http.PostAsync($"/api/v1/exports?{query}", null);
        asked.EnsureSuccessStatusCode();
        var id = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        JsonElement job;
        do
        {
            await Task.Delay(20);
            job = await http.GetFromJsonAsync<JsonElement>($"/api/v1/exports/{id}");
        }
        while (job.GetProperty("stage").GetString() is "Waiting" or "Running");
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await stop.CancelAsync();
        if (job.GetProperty("stage").GetString() != "Done") throw new InvalidOperationException(job.ToString());
        return (job, job.GetProperty("rows").GetInt64() / seconds, (await peak - before) / 1048576.0);
    }

    /// <summary>Of this process, which is the server's.</summary>
    private static long Resident()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static async Task<double> CopyAsync(BenchHost host)
    {
        await using var connection = new NpgsqlConnection(host.Admin);
        await connection.OpenAsync();
        var started = Stopwatch.GetTimestamp();
        long rows = 0;
        using (var reader = await connection.BeginTextExportAsync(Copy))
            while (await reader.ReadLineAsync() is not null) rows++;
        return rows / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
