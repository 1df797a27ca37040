using FangFanPin.Contracts;
using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Freshness;

/// <summary>
/// 500 changes a second over random villages: how long after its acknowledgement is a change in the province's answer? One change in twenty recognises
/// a risk under a month, category and risk of its own, so that its very cell shows when it has arrived; all others change 政治面貌, and the number
/// of party members says when as many have arrived as were sent (arrivals matched in order).
/// </summary>
internal static class FreshnessBench
{
    private const int PerSecond = 500;
    private const int MarkerEvery = 20;

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        await MeasureAsync(host, population, options);
    }

    public static async Task MeasureAsync(BenchHost host, Population population, BenchOptions options)
    {
        var seconds = options.Seconds ?? 60;
        var plan = new ChangePlan(population, seconds * PerSecond, MarkerEvery);
        Report.Value("freshness.households", population.Count);

        await SendAsync(host, plan.WarmUp(2 * PerSecond), new ConcurrentQueue<Sent>());
        await Population.SettledAsync(host, TimeSpan.FromMinutes(1));
        var observer = await ProvinceObserver.StartAsync(host);
        var sent = new ConcurrentQueue<Sent>();
        var watch = Stopwatch.StartNew();
        await SendAsync(host, plan.Changes, sent);
        var elapsed = watch.Elapsed;
        var seen = await observer.FinishAsync(sent.Count(s => s.Change.Marker is null), [.. sent.Select(s => s.Change.Marker).OfType<int>()]);
        Print(sent, seen, elapsed);
    }

    private static void Print(ConcurrentQueue<Sent> sent, ProvinceObserver.Seen seen, TimeSpan elapsed)
    {
        Report.Value("freshness.changes_per_s", sent.Count / elapsed.TotalSeconds);
        List<double> markers = [.. sent.Where(s => s.Change.Marker is not null).Select(s => Milliseconds(s.Acknowledged, seen.MarkerAt[s.Change.Marker!.Value])).Order()];
        Report.Value("freshness.p50_ms", Report.Quantile(markers, 0.5));
        Report.Value("freshness.p99_ms", Report.Quantile(markers, 0.99));
        Report.Value("freshness.max_ms", markers[^1]);
        Report.Value("freshness.probes", markers.Count);
        var acknowledged = sent.Where(s => s.Change.Marker is null).Select(s => s.Acknowledged).Order().ToList();
        List<double> counted = [.. acknowledged.Select((at, i) => Milliseconds(at, seen.CountAt[i])).Order()];
        Report.Value("freshness.counted_p50_ms", Report.Quantile(counted, 0.5));
        Report.Value("freshness.counted_p99_ms", Report.Quantile(counted, 0.99));
        List<double> commands = [.. sent.Select(s => Milliseconds(s.Started, s.Acknowledged)).Order()];
        Report.Value("freshness.command_p50_ms", Report.Quantile(commands, 0.5));
        Report.Value("freshness.command_p99_ms", Report.Quantile(commands, 0.99));
        Report.Value("freshness.look_every_ms", seen.LookEveryMs);
        Report.Value("freshness.late_start_p99_ms", Report.Quantile([.. sent.Select(s => s.LateMs).Order()], 0.99));
    }

    private static double Milliseconds(long from, long to) => Math.Max(0, Stopwatch.GetElapsedTime(from, to).TotalMilliseconds);

    /// <summary>Sends each change at its time, whether or not earlier ones have been answered.</summary>
    private static async Task SendAsync(BenchHost host, IReadOnlyList<Change> changes, ConcurrentQueue<Sent> sent)
    {
        var watch = Stopwatch.StartNew();
        var running = new List<Task>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / PerSecond);
            if (due - watch.Elapsed is { TotalMilliseconds: > 1 } wait) await Task.Delay(wait);
            running.Add(SendOneAsync(host, changes[i], (watch.Elapsed - due).TotalMilliseconds, sent));
        }
        await Task.WhenAll(running);
    }

    private static async Task SendOneAsync(BenchHost host, Change change, double late, ConcurrentQueue<Sent> sent)
    {
        await Task.Yield();
        var started = Stopwatch.GetTimestamp();
        var answer = await host.Grains.Household(change.Household)
            .ExecuteAsync(new HouseholdCommand { CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Actor.System, Change = change.Command });
        if (answer.Errors.Count > 0 || !answer.Changed) throw new InvalidOperationException($"{change.Household}: {(answer.Errors.Count > 0 ? answer.Errors[0].Code : "unchanged")}");
        sent.Enqueue(new Sent(change, started, Stopwatch.GetTimestamp(), late));
    }

    internal sealed record Sent(Change Change, long Started, long Acknowledged, double LateMs);
}
