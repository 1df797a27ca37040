using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Tests.Bench.Host;
using FangFanPin.Tests.Bench.Read;
using FangFanPin.Tests.Bench.Write;

namespace FangFanPin.Tests.Bench.Audit;

/// <summary>
/// What the audit costs: throughput with it divided by throughput without, rounds of both alternating. Writes are amendments through the grains, without
/// meaning that a trigger drops the entries before they reach the table; reads are single households over HTTP, without meaning that the log takes
/// entries and writes none. The sealer works in both and finds entries in one.
/// </summary>
internal static class AuditBench
{
    private const int Callers = 64;

    /// <summary>So many that a reader who waits for the commit of its entry does not leave the machine idle.</summary>
    private const int Connections = 192;
    private const int Rounds = 5;
    private const int WarmUpWrites = 15_000;

    private const string Drop = """
        create or replace function bench_drop() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger bench_drop before insert on audit for each row execute function bench_drop();
        """;
    private const string Keep = "drop trigger if exists bench_drop on audit";

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        var seconds = options.Seconds ?? 6;
        await AmendAsync(host, population, 30, WarmUpWrites);
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await host.AskAsync(Keep);
            with.Add(await AmendAsync(host, population, seconds));
            await host.AskAsync(Drop);
            without.Add(await AmendAsync(host, population, seconds));
            Report.Progress($"writes, round {round + 1}: with {with[^1]:0}/s, without {without[^1]:0}/s");
        }
        await host.AskAsync(Keep);
        Report.Value("audit.write_cost", Report.Rounds("audit.write_per_s", [.. with]) / Report.Rounds("audit.write_without_per_s", [.. without]));
        await ReadAsync(host, population, seconds);
        Report.Value("audit.entries", (long)(await host.AskAsync("select count(*) from audit"))!);
    }

    private static async Task ReadAsync(BenchHost host, Population population, int seconds)
    {
        var token = await BenchAccounts.TokenAsync(host, "province-viewer");
        string[] paths = [.. population.Households.Take(300).Select(h => $"/api/v1/households/{h.Code}")];
        await HttpClientProcess.StartAsync(host.Address, Connections, 6, token, paths);
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            host.Audit.Silent = false;
            with.Add((await HttpClientProcess.StartAsync(host.Address, Connections, seconds, token, paths)).PerSecond);
            host.Audit.Silent = true;
            without.Add((await HttpClientProcess.StartAsync(host.Address, Connections, seconds, token, paths)).PerSecond);
            Report.Progress($"reads, round {round + 1}: with {with[^1]:0}/s, without {without[^1]:0}/s");
        }
        host.Audit.Silent = false;
        Report.Value("audit.read_cost", Report.Rounds("audit.read_per_s", [.. with]) / Report.Rounds("audit.read_without_per_s", [.. without]));
    }

    private static async Task<double> AmendAsync(BenchHost host, Population population, int seconds, int most = BenchOptions.RequestsMax) =>
        (await WriteBench.Outcome.MeasureAsync(Callers, seconds, most, async (_, random) =>
        {
            var subject = population.Households[random.Next(population.Households.Count)];
            var answer = await host.Grains.Household(subject.Code).ExecuteAsync(new HouseholdCommand
            {
                CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Actor.System,
                Change = new AmendHousehold { Fields = FieldTexts.Of(("Address", $"河南省商丘市柘城县第{random.Next(100_000_000)}号")) },
            });
            if (answer.Errors.Count > 0) throw new InvalidOperationException(answer.Errors[0].Code);
        })).PerSecond;
}
