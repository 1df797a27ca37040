using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>One load with faults under it, and the verdict: the books balance, and the figures equal a recount within the promised time.</summary>
internal sealed class Trial(FaultCluster cluster, ITestOutputHelper output)
{
    private const int Households = 120, Callers = 12;

    public int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("FFP_SEED"), out var given) ? given : Random.Shared.Next();

    /// <summary>For the choices of the faults.</summary>
    public Random Random => field ??= new Random(Seed);

    /// <param name="faults">Returns when the cluster has recovered.</param>
    public async Task RunAsync(Func<Load, Task> faults)
    {
        output.WriteLine($"FFP_SEED={Seed} FFP_SLOW={Patience.Factor}");
        await cluster.TwoSilosAsync();
        var villages = cluster.Villages();
        var load = new Load(cluster.Grains, Seed, villages, Households, Callers);
        try
        {
            await load.WhileAsync(() => faults(load));
            await JudgeAsync(load, new Recount(cluster, villages));
        }
        catch (Exception)
        {
            cluster.KeepLogs = true;
            output.WriteLine($"logs of all processes: {cluster.DataFolder}");
            throw;
        }
    }

    private async Task JudgeAsync(Load load, Recount recount)
    {
        output.WriteLine($"{load.Answers.Count} commands answered, {load.Answers.Count(a => a.Answer.Changed)} of them changes; faults met: {load.Failures}");
        var books = new Books(cluster);
        var contributions = await recount.ReadAsync(books);
        var took = await RightAsync(recount);
        output.WriteLine($"every figure equals the recount {took.TotalSeconds:F1} s after the last answer");
        Assert.Empty(contributions);
        Assert.Empty(await books.FaultsAsync(load));
    }

    private async Task<TimeSpan> RightAsync(Recount recount)
    {
        try
        {
            return await Patience.UntilAsync(recount.ComplaintAsync, Patience.Recovery);
        }
        catch (TimeoutException)
        {
            foreach (var line in await recount.EverythingWrongAsync()) output.WriteLine(line);
            throw;
        }
    }
}
