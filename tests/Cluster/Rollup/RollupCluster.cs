using System.Diagnostics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Grains.Households;
using FangFanPin.Grains.Rollup;
using FangFanPin.Silo;
using FangFanPin.Storage.Records;
using FangFanPin.Storage.Rollup;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.TestingHost;
using Xunit;

namespace FangFanPin.Tests.Cluster.Rollup;

/// <summary>Two silos on a database of their own, with the roll-up as it runs, and rows written straight into the tables.</summary>
public sealed class RollupCluster(PostgresCluster postgres) : IAsyncLifetime
{
    private readonly PostgresDatabase database = new(postgres);
    private InProcessTestCluster cluster = null!;

    /// <summary>Longest that figures may take to follow, on a machine that has other things to do as well.</summary>
    public static readonly TimeSpan Follow = TimeSpan.FromSeconds(60);

    /// <summary>Longest until the province answers when nothing at all is up.</summary>
    public static readonly TimeSpan Cold = TimeSpan.FromMinutes(3);

    public NpgsqlDataSource Source { get; private set; } = null!;

    public RollupRows Rows { get; private set; } = null!;

    public InProcessTestCluster Cluster => cluster;

    public IGrainFactory Grains => cluster.Client;

    public IServiceProvider Silo => cluster.Silos[0].ServiceProvider;

    public RegionTree Tree => Silo.GetRequiredService<IRegions>().Tree;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 30 }.ToString());
        Rows = new RollupRows(Source);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await Source.DisposeAsync();
        await database.DisposeAsync();
    }

    public async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.Configure<ClusterMembershipOptions>(o => (o.ProbeTimeout, o.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 2));
            AddRollup(silo.Services);
        });
        builder.ConfigureClient(client => client.Services.AddWire());
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    /// <summary>All silos end and others begin: nothing is left in memory.</summary>
    public async Task RestartAsync()
    {
        await cluster.DisposeAsync();
        await StartAsync();
    }

    public async Task<int> ActivationsAsync(string grainType) =>
        (await Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics([grainType])).Length;

    public IRegionGrain Region(RegionCode code) => Grains.GetGrain<IRegionGrain>(RegionKey.Of(Tree.Find(code)!).ToString());

    public void Nudge(RegionCode village) => Grains.GetGrain<IRegionGrain>(RegionKey.Village(village).ToString()).NudgeAsync().Ignore();

    /// <summary>Villages of a few towns in different counties, some of one town.</summary>
    public RegionCode[] Villages(int count) =>
        [.. Tree.All.Where(r => r.Level == RegionLevel.Town).OrderBy(r => r.Code).Where((_, i) => i % 171 == 3).SelectMany(t => Tree.ChildrenOf(t.Code).Take(3)).Select(v => v.Code).Take(count)];

    /// <summary>Waits until nothing is owed.</summary>
    public async Task SettleAsync(TimeSpan most)
    {
        var watch = Stopwatch.StartNew();
        while (await Rows.OwedAsync() is > 0 and var owed)
        {
            Assert.True(watch.Elapsed < most, $"{owed} debts are still open after {most}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public Task RefreshAsync() => Silo.GetRequiredService<IRegions>().RefreshAsync(TestContext.Current.CancellationToken);

    public async Task<RegionFigures> FiguresAsync(RegionCode code)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var figures = await Region(code).GetFiguresAsync();
            if (figures.Stamp.Complete) return figures;
            Assert.True(watch.Elapsed < Cold, $"{code} is not complete after {Cold}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Every region that shows anything, or should: cell by cell as the recount, and children that sum to their total.</summary>
    public async Task AllAsRecountedAsync()
    {
        await RefreshAsync();
        var stored = await Rows.RecountAsync(Tree);
        var open = new Queue<Region>([Tree.Root!]);
        while (open.TryDequeue(out var region))
        {
            var figures = await FiguresAsync(region.Code);
            Assert.Equal(stored.GetValueOrDefault(region.Code, CellVector.Empty), figures.Total);
            if (region.Level == RegionLevel.Village) continue;
            Assert.Equal(figures.Total, CellVector.Sum(figures.Children.Select(c => c.Vector)));
            Assert.Equal(Tree.ChildrenOf(region.Code).Select(r => r.Code), figures.Children.Select(c => c.Region));
            foreach (var child in figures.Children)
                if (!child.Vector.IsEmpty || stored.ContainsKey(child.Region)) open.Enqueue(Tree.Find(child.Region)!);
        }
    }

    private void AddRollup(IServiceCollection services)
    {
        services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 30 }.ToString()));
        services.AddSingleton(TimeProvider.System);
        services.AddWire();
        services.AddRegions();
        services.AddRollup();
        services.AddRollupWork();
        services.AddRecordsStorage();
        services.AddSingleton(DataDictionary.Shipped);
        services.AddSingleton<ISealer>(new RingSealer(new KeyRingFile(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json")).OpenOrCreate()));
        services.AddSingleton<HouseholdWorld>();
        services.Configure<RollupOptions>(o =>
        {
            o.RecountFirst = TimeSpan.FromHours(1); // only when a test asks for it
            (o.RecountPause, o.RecountAtOnce) = (TimeSpan.FromMilliseconds(20), 32);
        });
    }
}
