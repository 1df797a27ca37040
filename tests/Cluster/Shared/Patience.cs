using System.Diagnostics;
using System.Globalization;

namespace FangFanPin.Tests.Cluster.Shared;

/// <summary>
/// How long to wait. Bounds are stated for an idle machine and stretched by <c>FFP_SLOW</c>: 1 by default, and 3 on CI, whose machines are
/// shared and noisy.
/// </summary>
internal static class Patience
{
    public static double Factor { get; } = double.TryParse(Environment.GetEnvironmentVariable("FFP_SLOW"), CultureInfo.InvariantCulture, out var given)
        ? given
        : Environment.GetEnvironmentVariable("CI") == "true" ? 3 : 1;

    /// <summary>The one bound that is promised: after a recovery, figures equal a recount within ten seconds.</summary>
    public static TimeSpan Recovery => TimeSpan.FromSeconds(10) * Factor;

    /// <summary>For everything that only has to happen at all.</summary>
    public static readonly TimeSpan Generous = TimeSpan.FromSeconds(90);

    /// <summary>Asks again and again until nothing is wrong; the last complaint is the failure.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> UntilAsync(Func<Task<string?>> complaint, TimeSpan most)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var wrong = await complaint();
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (wrong is null) return elapsed;
            if (elapsed > most) throw new TimeoutException($"after {elapsed.TotalSeconds:F1} s: {wrong}");
            await Task.Delay(100);
        }
    }
}
