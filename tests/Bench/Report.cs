using System.Runtime;
using System.Runtime.InteropServices;

namespace FangFanPin.Tests.Bench;

/// <summary>Prints <c>key=value</c> lines: numbers on stdout, nothing else there.</summary>
internal static class Report
{
    public static void Machine(string bench, BenchOptions options)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        Console.WriteLine($"{bench}.machine={Environment.ProcessorCount} cores, {memory} GiB, {RuntimeInformation.FrameworkDescription}, {(GCSettings.IsServerGC ? "server" : "workstation")} gc, load {LoadAverage()}");
        Console.WriteLine($"{bench}.size={options.Size}");
    }

    public static void Value(string key, double value) => Console.WriteLine($"{key}={value:0.##}");
    public static void Text(string key, string value) => Console.WriteLine($"{key}={value}");
    public static void Progress(string text) => Console.Error.WriteLine(text);

    /// <summary>The median of several rounds, and how far they lie apart.</summary>
    public static double Rounds(string key, IReadOnlyList<double> rounds)
    {
        var median = Median(rounds);
        Console.WriteLine($"{key}={median:0.##}");
        Console.WriteLine($"{key}.spread={rounds.Min():0.##}..{rounds.Max():0.##} ({rounds.Count} rounds)");
        return median;
    }

    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    /// <param name="sorted">Ascending.</param>
    /// <param name="share">0 to 1.</param>
    public static double Quantile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    /// <summary>Of the last minute: on a machine that others use too, part of the answer.</summary>
    public static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
