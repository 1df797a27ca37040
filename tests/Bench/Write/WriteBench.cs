using FangFanPin.Contracts;
using System.Diagnostics;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Write;

/// <summary>
/// Amendments of single households through their grains, against one-row updates of as many bytes straight to the same database, one per transaction.
/// Rounds of both alternate, so that what else the machine does meets both. Households that nobody has called yet come into memory first, each with one
/// amendment, which is measured for itself: of the rounds it would be a part that depends on how many there are.
/// </summary>
internal static class WriteBench
{
    private const int Callers = 64;
    private const int Rounds = 5;

    /// <summary>Code runs at full speed only after the compiler has seen it run; a busy machine needs longer for that, but not for ever.</summary>
    private const int WarmUpWrites = 60_000;
    private const int WarmUpSecondsMost = 40;
    private const int FirstSecondsMost = 120;

    /// <summary>Another million for each minute in which a run begins: a kept database remembers the values of the one before.</summary>
    private static int amended = (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60 % 100) * 1_000_000;

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        if (population.Loaded is { } loaded) Report.Value("write.first_writes_per_s", population.Households.Count / loaded.TotalSeconds);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        await MeasureAsync(host, population, options);
    }

    /// <summary>Of a province the households that are there to choose from.</summary>
    public static async Task MeasureAsync(BenchHost host, Population population, BenchOptions options)
    {
        Report.Value("write.households", population.Households.Count);
        Report.Value("write.rested_after_s", (await RestedAsync(host)).TotalSeconds);
        var seconds = options.Seconds ?? 8;
        var first = await FirstAsync(host, population);
        await using var rows = await PlainRows.PrepareAsync(host, population.Households.Count); // now that those which are amended are as large as amendments make them
        Report.Value("write.row_bytes", rows.RowBytes);
        await AmendAsync(host, population, WarmUpSecondsMost, WarmUpWrites);
        await rows.UpdateAsync(Callers, 1);
        var cpu = await PostgresCpu.OfAsync(host);
        var grain = new List<Outcome>();
        var plain = new List<Outcome>();
        using var batches = new BatchSizes();
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(await MeasuredAsync(cpu, () => rows.UpdateAsync(Callers, seconds)));
            grain.Add(await MeasuredAsync(cpu, () => AmendAsync(host, population, seconds)));
            Report.Progress($"round {round + 1}: grain {grain[^1].PerSecond:0}/s, postgres {plain[^1].PerSecond:0}/s");
        }
        var settled = await Population.SettledAsync(host, TimeSpan.FromMinutes(1));
        var perSecond = Report.Rounds("write.per_s", [.. grain.Select(o => o.PerSecond)]);
        var pgPerSecond = Report.Rounds("write.pg_per_s", [.. plain.Select(o => o.PerSecond)]);
        Report.Value("write.vs_pg", perSecond / pgPerSecond);
        Report.Value("write.first_amended_per_s", first.PerSecond);
        Report.Value("write.first_amended_vs_pg", first.PerSecond / pgPerSecond);
        Report.Value("write.first_amended_p99_ms", first.Quantile(0.99));
        Report.Value("write.p50_ms", Report.Median(grain.Select(o => o.Quantile(0.5))));
        Report.Value("write.p99_ms", Report.Median(grain.Select(o => o.Quantile(0.99))));
        Report.Value("write.pg_p50_ms", Report.Median(plain.Select(o => o.Quantile(0.5))));
        Report.Value("write.batch_rows", batches.Mean);
        PrintCpu(grain, plain);
        Report.Value("write.settled_after_ms", settled.TotalMilliseconds);
    }

    /// <summary>
    /// A server that has just started reads every household for its towns; for minutes after a load the database vacuums what came; and for a minute after a
    /// checkpoint, which comes every quarter of an hour, every page goes into the log whole. All three take processors from whoever happens to be measured.
    /// </summary>
    private static async Task<TimeSpan> RestedAsync(BenchHost host)
    {
        var watch = Stopwatch.StartNew();
        await Population.CompleteAsync(host, TimeSpan.FromMinutes(2));
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        await host.AskAsync("vacuum (analyze)");
        await host.AskAsync("checkpoint");
        return watch.Elapsed;
    }

    /// <summary>Every household once, in no order that the database knows.</summary>
    private static Task<Outcome> FirstAsync(BenchHost host, Population population)
    {
        var order = Enumerable.Range(0, population.Households.Count).ToArray();
        new Random(7919).Shuffle(order);
        var next = -1;
        return Outcome.MeasureAsync(Callers, FirstSecondsMost, order.Length, (_, random) =>
            AmendAsync(host, population.Households[order[Interlocked.Increment(ref next) % order.Length]], random));
    }

    private static Task<Outcome> AmendAsync(BenchHost host, Population population, int seconds, int most = BenchOptions.RequestsMax) =>
        Outcome.MeasureAsync(Callers, seconds, most, (_, random) => AmendAsync(host, population.Households[random.Next(population.Households.Count)], random));

    private static async Task AmendAsync(BenchHost host, Population.Subject subject, Random random)
    {
        var answer = await host.Grains.Household(subject.Code).ExecuteAsync(new HouseholdCommand
        {
            CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Actor.System,
            Change = new AmendHousehold { Fields = FieldTexts.Of(Amended(random)) },
        });
        if (!answer.Changed) throw new InvalidOperationException(answer.Errors.FirstOrDefault()?.Code ?? "nothing was written");
    }

    /// <summary>
    /// What people amend: one of eight fields, one of which (the phone) stands in an index, so that one row version in eight cannot stay on its page.
    /// Never twice the same value: an amendment that says what stands there already would cost no write.
    /// </summary>
    private static (string, string) Amended(Random random)
    {
        var number = Interlocked.Increment(ref amended) % 100_000_000;
        return random.Next(8) switch
        {
            0 => ("Phone", $"154{number:00000000}"),
            1 => ("Address", $"河南省商丘市柘城县第{number}号"),
            2 => ("BankAccount", $"62284800{number:00000000}"),
            3 => ("CollectorName", $"采集员{number}"),
            4 => ("CollectorPhone", $"155{number:00000000}"),
            5 => ("NaturalVillageName", $"第{number}村民组"),
            6 => ("RiskOtherRemark", $"走访记录{number}"),
            _ => ("ResettlementAddress", $"安置区{number}栋"),
        };
    }

    /// <summary>Processor time per operation of this process and of the database: what is left of the comparison on a busy machine.</summary>
    private static void PrintCpu(List<Outcome> grain, List<Outcome> plain)
    {
        double PerWrite(Func<Outcome, double> seconds, List<Outcome> rounds) => Report.Median(rounds.Select(o => seconds(o) * 1000 / o.Count));
        Report.Value("write.cpu_ms_per_write", PerWrite(o => o.CpuSeconds, grain));
        Report.Value("write.database_cpu_ms_per_write", PerWrite(o => o.DatabaseCpuSeconds, grain));
        Report.Value("write.pg_cpu_ms_per_write", PerWrite(o => o.CpuSeconds, plain));
        Report.Value("write.pg_database_cpu_ms_per_write", PerWrite(o => o.DatabaseCpuSeconds, plain));
        Report.Value("write.vs_pg_by_cpu", PerWrite(o => o.CpuSeconds + o.DatabaseCpuSeconds, plain) / PerWrite(o => o.CpuSeconds + o.DatabaseCpuSeconds, grain));
    }

    private static async Task<Outcome> MeasuredAsync(PostgresCpu? cpu, Func<Task<Outcome>> round)
    {
        var before = cpu?.Seconds() ?? 0;
        var outcome = await round();
        return outcome with { DatabaseCpuSeconds = (cpu?.Seconds() ?? 0) - before };
    }

    /// <summary>One round of many callers.</summary>
    internal sealed record Outcome(int Count, double Seconds, double CpuSeconds, List<double> SortedMs)
    {
        public double DatabaseCpuSeconds { get; init; }
        public double PerSecond => Count / Seconds;
        public double Quantile(double share) => Report.Quantile(SortedMs, share);

        public static async Task<Outcome> MeasureAsync(int callers, int seconds, int most, Func<int, Random, Task> act)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller))));
            var elapsed = watch.Elapsed.TotalSeconds;
            List<double> all = [.. times.SelectMany(t => t).Order()];
            return new Outcome(all.Count, elapsed, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, all);

            async Task<List<double>> CallAsync(int caller)
            {
                var random = new Random(caller * 7919 + seconds);
                var mine = new List<double>();
                while (watch.Elapsed.TotalSeconds < seconds && mine.Count < most / callers)
                {
                    var started = Stopwatch.GetTimestamp();
                    await act(caller, random);
                    mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                return mine;
            }
        }
    }
}
