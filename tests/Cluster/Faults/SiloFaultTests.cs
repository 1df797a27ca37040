using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

[Collection(FaultTests.Name)]
public sealed class SiloFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    private const int Some = 300;

    [Fact]
    public async Task Killing_a_silo_in_mid_update_loses_and_doubles_no_acknowledged_command()
    {
        var trial = new Trial(cluster, output);
        await trial.RunAsync(async load =>
        {
            for (var round = 0; round < 3; round++)
            {
                var silos = await cluster.TwoSilosAsync();
                await load.MoreAnswersAsync(Some);
                var victim = silos[trial.Random.Next(2)];
                victim.Kill();
                await victim.ExitAsync(Patience.Generous);
                // Once the cluster has to find out by itself, otherwise a replacement joins at once.
                if (round == 1) await DeclaredDeadAsync(victim);
                else await cluster.TwoSilosAsync();
                await load.MoreAnswersAsync(Some);
            }
        });
    }

    [Fact]
    public async Task A_silo_that_stood_still_until_it_was_declared_dead_does_no_harm_when_it_goes_on()
    {
        var trial = new Trial(cluster, output);
        await trial.RunAsync(async load =>
        {
            var silos = await cluster.TwoSilosAsync();
            await load.MoreAnswersAsync(Some);
            var sleeper = silos[trial.Random.Next(2)];
            sleeper.Pause();
            await DeclaredDeadAsync(sleeper);
            await load.MoreAnswersAsync(Some);
            sleeper.Resume(); // its actors, queues and connections are those of before; others of the same names live meanwhile
            await load.MoreAnswersAsync(Some);
            output.WriteLine($"the sleeper ended with {await sleeper.ExitAsync(Patience.Generous)}");
            await cluster.TwoSilosAsync();
        });
    }

    [Fact]
    public async Task Stopping_a_silo_in_order_under_load_loses_and_doubles_nothing()
    {
        var trial = new Trial(cluster, output);
        await trial.RunAsync(async load =>
        {
            var silos = await cluster.TwoSilosAsync();
            await load.MoreAnswersAsync(Some);
            var leaver = silos[trial.Random.Next(2)];
            leaver.Terminate();
            Assert.Equal(0, await leaver.ExitAsync(Patience.Generous));
            Assert.DoesNotContain("failed to deactivate promptly", leaver.Log(), StringComparison.Ordinal); // actors that waited for each other
            await load.MoreAnswersAsync(Some);
            await cluster.TwoSilosAsync();
            await load.MoreAnswersAsync(Some);
        });
    }

    private async Task DeclaredDeadAsync(ServerProcess silo)
    {
        var took = await Patience.UntilAsync(
            async () => await cluster.StatusAsync(silo) == SiloStatus.Dead ? null : $"{silo.Name} is not declared dead", Patience.Generous);
        output.WriteLine($"{silo.Name} was declared dead after {took.TotalSeconds:F1} s");
    }
}
