using FangFanPin.Contracts;
using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
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

    /// <summary>Seconds.</summary>
    private const int DuringLoadMost = 60;

    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        var population = await Population.LoadAsync(host, options.Region);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
        await MeasureAsync(host, population, options);
    }

    public static async Task MeasureAsync(BenchHost host, Population population, BenchOptions options)
    {
        var seconds = options.Seconds ?? (options.Size is "county" or "town" or "village" ? 25 : 60);
        var plan = new ChangePlan(population, (seconds + DuringLoadMost) * PerSecond, MarkerEvery);
        Report.Value("freshness.households", population.Count);

        // A server that has just started on what was kept reads the province first.
        await Population.CompleteAsync(host, TimeSpan.FromMinutes(2));
        await SendAsync(host, plan.WarmUp(2 * PerSecond), new ConcurrentQueue<Sent>(), () => true);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(1));
        await ObservedAsync(host, [.. plan.Changes.Take(seconds * PerSecond)], "freshness.", null, () => true);
        await DuringLoadAsync(host, [.. plan.Changes.Skip(seconds * PerSecond)]);
    }

    /// <summary>The same while further counties come in, at most until they are in.</summary>
    private static async Task DuringLoadAsync(BenchHost host, IReadOnlyList<Change> changes)
    {
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var further = CountyImports.ExportFurther(host.Folder);
        var watch = Stopwatch.StartNew();
        var loading = CountyImports.RunAsync(http, further.Select(f => f.County), county => Directory.Delete(Path.Combine(host.Folder, $"{county.Region}"), recursive: true));
        await ObservedAsync(host, changes, "freshness.during_load_", CountyImports.FurtherCity, () => !loading.IsCompleted);
        Report.Value("freshness.during_load_seconds", watch.Elapsed.TotalSeconds);
        await loading;
        Report.Value("freshness.load_persons_per_s", further.Sum(f => f.Manifest.PeopleRowsPrinted) / watch.Elapsed.TotalSeconds);
        await Population.SettledAsync(host, TimeSpan.FromMinutes(3));
    }

    private static async Task ObservedAsync(BenchHost host, IReadOnlyList<Change> changes, string keys, RegionCode? but, Func<bool> goingOn)
    {
        var observer = await ProvinceObserver.StartAsync(host, but);
        var sent = new ConcurrentQueue<Sent>();
        var watch = Stopwatch.StartNew();
        await SendAsync(host, changes, sent, goingOn);
        var elapsed = watch.Elapsed;
        var seen = await observer.FinishAsync(sent.Count(s => s.Change.Marker is null), [.. sent.Select(s => s.Change.Marker).OfType<int>()]);
        Print(keys, sent, seen, elapsed);
    }

    private static void Print(string keys, ConcurrentQueue<Sent> sent, ProvinceObserver.Seen seen, TimeSpan elapsed)
    {
        Report.Value($"{keys}changes_per_s", sent.Count / elapsed.TotalSeconds);
        List<double> markers = [.. sent.Where(s => s.Change.Marker is not null).Select(s => Milliseconds(s.Acknowledged, seen.MarkerAt[s.Change.Marker!.Value])).Order()];
        Report.Value($"{keys}p50_ms", Report.Quantile(markers, 0.5));
        Report.Value($"{keys}p99_ms", Report.Quantile(markers, 0.99));
        Report.Value($"{keys}max_ms", markers[^1]);
        Report.Value($"{keys}probes", markers.Count);
        var acknowledged = sent.Where(s => s.Change.Marker is null).Select(s => s.Acknowledged).Order().ToList();
        List<double> counted = [.. acknowledged.Select((at, i) => Milliseconds(at, seen.CountAt[i])).Order()];
        Report.Value($"{keys}counted_p50_ms", Report.Quantile(counted, 0.5));
        Report.Value($"{keys}counted_p99_ms", Report.Quantile(counted, 0.99));
        List<double> commands = [.. sent.Select(s => Milliseconds(s.Started, s.Acknowledged)).Order()];
        Report.Value($"{keys}command_p50_ms", Report.Quantile(commands, 0.5));
        Report.Value($"{keys}command_p99_ms", Report.Quantile(commands, 0.99));
        Report.Value($"{keys}look_every_ms", seen.LookEveryMs);
        Report.Value($"{keys}late_start_p99_ms", Report.Quantile([.. sent.Select(s => s.LateMs).Order()], 0.99));
    }

    private static double Milliseconds(long from, long to) => Math.Max(0, Stopwatch.GetElapsedTime(from, to).TotalMilliseconds);

    /// <summary>Sends each change at its time, whether or not earlier ones have been answered.</summary>
    private static async Task SendAsync(BenchHost host, IReadOnlyList<Change> changes, ConcurrentQueue<Sent> sent, Func<bool> goingOn)
    {
        var watch = Stopwatch.StartNew();
        var running = new List<Task>(changes.Count);
        for (var i = 0; i < changes.Count && goingOn(); i++)
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
