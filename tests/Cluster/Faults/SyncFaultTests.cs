using FangFanPin.Api.Demo;
using FangFanPin.Contracts.Sync;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>An extract appears in the folder; the silo that synchronises is killed while it reads, and twice while households are written.</summary>
[Collection(FaultTests.Name)]
public sealed class SyncFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task A_synchronisation_goes_on_after_kills_and_neither_loses_nor_doubles_a_household()
    {
        await cluster.TwoSilosAsync();
        var town = cluster.Tree.Find(cluster.Tree.Find(cluster.Villages()[^1])!.Parent!.Value)!;
        var wanted = Put(town);
        Assert.True(wanted > 100, $"{wanted} households are too few to kill anything in between");

        // Nobody starts it: it is due, and both silos look for it.
        await Patience.UntilAsync(async () => await CountAsync("select count(*) from sync_batch") > 0 ? null : "no batch has begun", Patience.Generous);
        await KillAsync("as soon as it had begun");
        Assert.True(await WrittenAsync(wanted / 10) < wanted, $"all {wanted} households were written before the kill");
        await KillAsync($"with {await WrittenAsync()} of {wanted} households written");
        // While a new silo starts the other may be faster than it; one kill in the middle there was.
        if (await WrittenAsync(wanted / 2) < wanted) await KillAsync($"with {await WrittenAsync()} of {wanted} households written");
        await DoneAsync(1);

        Assert.Equal(wanted, await WrittenAsync());
        Assert.Equal(0, await CountAsync($"select count(*) from (select code from household_history where {Ours} group by code having count(*) > 1) twice"));
        Assert.Equal(wanted, await CountAsync("select count(*) from sync_household"));
        Assert.Equal(1, await CountAsync("select count(*) from sync_batch where due_at is not null"));
        await FiguresAsync(town);

        await AgainAsync(wanted);
    }

    private const string Ours = "import_id in (select replace(import_id::text, '-', '') from sync_share)";

    /// <summary>The same extract once more writes nothing.</summary>
    private async Task AgainAsync(long wanted)
    {
        await cluster.TwoSilosAsync();
        var before = await CountAsync("select count(*) from household_history");
        await Patience.UntilAsync(async () =>
        {
            var answer = await cluster.Grains.GetGrain<INationalSyncGrain>(INationalSyncGrain.Key).StartAsync(new StartSync { BatchId = Guid.NewGuid(), Actor = Actor.System });
            return answer.Error?.Code;
        }, Patience.Generous);
        await DoneAsync(2);
        Assert.Equal(before, await CountAsync("select count(*) from household_history"));
        Assert.Equal(wanted, await CountAsync("select (share -> 'Counts' ->> 'Unchanged')::bigint from sync_share s join sync_batch b on b.id = s.batch_id order by b.started_at desc limit 1"));
    }

    private async Task FiguresAsync(Region town)
    {
        var recount = new Recount(cluster, [.. cluster.Tree.VillagesBelow(town.Code).Select(v => v.Code)]);
        Assert.Empty(await recount.ReadAsync(new Books(cluster)));
        var took = await Patience.UntilAsync(recount.ComplaintAsync, Patience.Recovery);
        output.WriteLine($"every figure equals the recount {took.TotalSeconds:F1} s after the end of the synchronisation");
    }

    /// <summary>Whole files at once, as a program does that delivers them.</summary>
    private long Put(Region town)
    {
        var options = new DemoExportOptions
        {
            Directory = Path.Combine(cluster.DataFolder, "coming"), Per = RegionLevel.Town, Population = new DemoOptions { Seed = 23, Dirty = 0 },
        };
        var export = new DemoExport(new DemoRegions(), DataDictionary.Shipped, options).Run(town);
        Directory.Move(options.Directory, cluster.ExtractFolder);
        return export.Manifest.HouseholdsPrinted;
    }

    private Task<long> WrittenAsync() => CountAsync($"select count(*) from household_history where version = 1 and {Ours}");

    /// <returns>How many, once there are so many.</returns>
    private async Task<long> WrittenAsync(long from)
    {
        await Patience.UntilAsync(async () => await WrittenAsync() is var written && written >= from ? null : $"{written} of {from} households are written", Patience.Generous);
        return await WrittenAsync();
    }

    /// <summary>Kills the silo on which the synchronisation lives, while the other one lives.</summary>
    private async Task KillAsync(string when)
    {
        var sync = cluster.Grains.GetGrain<INationalSyncGrain>(INationalSyncGrain.Key);
        var at = await cluster.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(sync) ?? throw new InvalidOperationException("Nobody carries the synchronisation.");
        var victim = cluster.Silos.Single(s => s.Ports.Silo == at.Endpoint.Port);
        victim.Kill();
        await victim.ExitAsync(Patience.Generous);
        output.WriteLine($"{victim.Name} was killed {when}");
        await cluster.TwoSilosAsync();
    }

    private Task<TimeSpan> DoneAsync(int batches) => Patience.UntilAsync(
        async () => await CountAsync("select count(*) from sync_batch where stage = 'Done'") is var done && done == batches ? null : $"{done} of {batches} batches are done",
        Patience.Generous * 2);

    private async Task<long> CountAsync(string sql)
    {
        await using var command = cluster.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
