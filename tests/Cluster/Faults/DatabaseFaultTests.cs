using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

[Collection(FaultTests.Name)]
public sealed class DatabaseFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    private const int Some = 200;

    [Theory]
    [InlineData("crash", 0)]
    [InlineData("fast", 10)]
    public async Task Restarting_the_database_under_load_loses_and_doubles_no_acknowledged_command(string how, int secondsAway)
    {
        var trial = new Trial(cluster, output);
        await trial.RunAsync(async load =>
        {
            await cluster.TwoSilosAsync();
            await load.MoreAnswersAsync(Some);
            if (how == "crash")
            {
                await cluster.Postgres.CrashAndRecoverAsync();
            }
            else
            {
                await cluster.Postgres.StopAsync();
                await Task.Delay(TimeSpan.FromSeconds(secondsAway)); // longer than writes are repeated by the store itself
                await cluster.Postgres.StartAgainAsync();
            }
            cluster.Source.Clear(); // the sessions of these tests ended too
            await load.MoreAnswersAsync(Some);
            Assert.All(cluster.Silos, silo => Assert.False(silo.HasExited, silo.Name));
        });
    }
}
