using System.Globalization;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>
/// Processor time of the database server, read where the kernel keeps it. On a machine that others use too, processor time per operation says more than
/// operations per second.
/// </summary>
internal sealed class PostgresCpu
{
    private const double TicksPerSecond = 100;
    private readonly int postmaster;

    private PostgresCpu(int postmaster) => this.postmaster = postmaster;

    /// <returns>Null when the server is not on this machine.</returns>
    public static async Task<PostgresCpu?> OfAsync(BenchHost host)
    {
        var session = Convert.ToInt32(await host.AskAsync("select pg_backend_pid()"), CultureInfo.InvariantCulture);
        // That session has ended: its parent is found through one that lives, the checkpointer.
        var checkpointer = await host.AskAsync("select pid from pg_stat_activity where backend_type = 'checkpointer'");
        return Stat(Convert.ToInt32(checkpointer ?? session, CultureInfo.InvariantCulture)) is { } stat ? new PostgresCpu(stat.Parent) : null;
    }

    /// <summary>Seconds so far: the server, its sessions, and sessions that have ended.</summary>
    public double Seconds()
    {
        var ticks = Stat(postmaster) is { } own ? own.Ticks + own.EndedTicks : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && Stat(pid) is { } stat && stat.Parent == postmaster) ticks += stat.Ticks;
        }
        return ticks / TicksPerSecond;
    }

    private static (int Parent, long Ticks, long EndedTicks)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // the name before may contain anything
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return ((int)Field(4), Field(14) + Field(15), Field(16) + Field(17));
        }
        catch (IOException)
        {
            return null; // ended between two looks
        }
    }
}
