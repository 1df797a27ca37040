using FangFanPin.Api.Demo;
using FangFanPin.Contracts.Sync;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Sync;

/// <summary>Two silos that look for due synchronisations several times a second.</summary>
public sealed class SyncServers(PostgresCluster cluster) : TwoServers(cluster, new ShiftedClock(), "--FangFanPin:Sync:Folder", Extract, "--FangFanPin:Sync:LookEvery", "00:00:00.2")
{
    public static string Extract { get; } = Path.Combine(Directory.CreateTempSubdirectory("ffp-weekly-").FullName, "national");
}

public sealed class SyncCalendarTests(SyncServers servers) : IClassFixture<SyncServers>
{
    [Fact]
    public async Task A_missed_week_is_made_up_for_once_and_marked_late_whatever_two_silos_do()
    {
        await LookAsync(); // into a folder that is not there
        Assert.Equal(0, await servers.CountAsync("select count(*) from sync_batch"));
        Put();
        await DoneAsync(1);
        Assert.Equal(0, await LateAsync()); // whoever has just begun has missed nothing

        servers.Clock.Forward(TimeSpan.FromDays(24)); // three moments of the calendar at least
        await DoneAsync(2);
        Assert.Equal(1, await LateAsync());
        await LookAsync();
        Assert.Equal(2, await servers.CountAsync("select count(*) from sync_batch"));
        Assert.Equal(2, await servers.CountAsync("select count(distinct due_at) from sync_batch"));
        Assert.Equal(0, await servers.CountAsync("select count(*) from (select code from household_history group by code having count(*) > 1) twice"));
    }

    private async Task LookAsync()
    {
        for (var i = 0; i < 20; i++) await servers.Grains.GetGrain<INationalSyncGrain>(INationalSyncGrain.Key).LookAsync();
    }

    private Task<long> LateAsync() => servers.CountAsync("select count(*) from sync_batch where (batch ->> 'Late')::boolean");

    private static void Put()
    {
        var coming = SyncServers.Extract + "-coming";
        var regions = new DemoRegions();
        var options = new DemoExportOptions { Directory = coming, Per = RegionLevel.Village, Population = new DemoOptions { Seed = 5, Dirty = 0 } };
        new DemoExport(regions, DataDictionary.Shipped, options).Run(regions.Find(RegionCode.Parse("411424101201"))!);
        Directory.Move(coming, SyncServers.Extract);
    }

    private async Task DoneAsync(long batches)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); await servers.CountAsync("select count(*) from sync_batch where stage = 'Done'") is var done && done < batches;)
        {
            Assert.True(DateTime.UtcNow < until, $"{done} of {batches} synchronisations are done");
            await Task.Delay(100);
        }
    }
}
