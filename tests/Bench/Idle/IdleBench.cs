using System.Diagnostics;
using System.Runtime;
using FangFanPin.Tests.Bench.Host;
using Orleans.Runtime;

namespace FangFanPin.Tests.Bench.Idle;

/// <summary>Memory of the process after a load, and after the grains that nobody calls have left, as they do after an hour.</summary>
internal static class IdleBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        await using var host = await BenchHost.StartAsync(options);
        Report.Value("idle.start_mb", ResidentMb());
        var people = await LoadedAsync(host, options);
        await MeasureAsync(host, people);
    }

    public static async Task MeasureAsync(BenchHost host, long people)
    {
        Report.Value("idle.persons", people);
        Report.Value("idle.loaded_mb", ResidentMb());
        var management = host.Grains.GetGrain<IManagementGrain>(0);
        Report.Value("idle.loaded_activations", await management.GetTotalActivationCount());
        await management.ForceActivationCollection(TimeSpan.FromSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(5));
        await management.ForceActivationCollection(TimeSpan.FromSeconds(1));
        // An hour has time for what this does at once.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Report.Value("idle.activations", await management.GetTotalActivationCount());
        Report.Value("idle.heap_mb", GC.GetTotalMemory(forceFullCollection: false) / 1048576.0);
        Report.Value("idle.silo_mb", ResidentMb());
    }

    private static async Task<long> LoadedAsync(BenchHost host, BenchOptions options)
    {
        var people = (await Population.LoadAsync(host, options.Region)).People;
        await Population.SettledAsync(host, TimeSpan.FromMinutes(10));
        return people;
    }

    private static double ResidentMb()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1048576.0;
    }
}
