using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Regions;
using FangFanPin.Storage.Rollup;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Rollup;

/// <summary>The statements of the roll-up on the real database, with the real tree.</summary>
public sealed class RollupStoreTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static readonly CellVector One = CellVector.Of((Cell.Of(1, 1, 0), 1));
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private NpgsqlDataSource source = null!;
    private RegionDirectory regions = null!;
    private RollupStore store = null!;
    private RollupRows rows = null!;

    public async ValueTask InitializeAsync()
    {
        source = NpgsqlDataSource.Create(database.ConnectionString);
        regions = new RegionDirectory(new RegionStore(source), TimeProvider.System, NullLogger<RegionDirectory>.Instance);
        await regions.StartAsync(Ct);
        store = new RollupStore(source, regions, TimeProvider.System, NullLogger<RollupStore>.Instance);
        rows = new RollupRows(source);
    }

    public async ValueTask DisposeAsync()
    {
        await regions.StopAsync(default);
        await store.DisposeAsync();
        await source.DisposeAsync();
    }

    [Fact]
    public void The_shipped_list_is_the_whole_province()
    {
        Assert.Equal(55_164, regions.Tree.Count);
        Assert.Equal(52_378, regions.Tree.All.Count(r => r.Level == RegionLevel.Village));
        Assert.Equal("济源市", regions.Tree.ChildrenOf(RegionCode.Parse("419000000000")).First(r => r.Code == RegionCode.Parse("419001000000")).Name);
    }

    [Fact]
    public async Task Every_start_gets_an_epoch_of_its_own()
    {
        var town = Any(RegionLevel.Town, 1);
        var grants = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => store.TakeEpochAsync(town.Code, Ct)));
        Assert.Equal(40, grants.Select(g => g!.Epoch).Distinct().Count());
        Assert.All(grants, g => Assert.Equal(town.Parent, g!.Parent));
        Assert.Null(await store.TakeEpochAsync(RegionCode.Parse("999999999999"), Ct));
    }

    [Fact]
    public async Task Many_regions_share_statements_and_each_gets_its_own_answer()
    {
        var villages = regions.Tree.All.Where(r => r.Level == RegionLevel.Village).OrderBy(r => r.Code).Skip(20_000).Take(300).ToList();
        for (var i = 0; i < 30; i++) await rows.PutAsync($"S{i}", villages[i * 10].Code, CellVector.Of((Cell.Of(2, 1, 0, i), i + 1)));
        var snapshots = await Task.WhenAll(villages.Select(v => store.ReadVillageAsync(v.Code, Ct)));
        for (var i = 0; i < villages.Count; i++)
        {
            var expected = i % 10 == 0 ? CellVector.Of((Cell.Of(2, 1, 0, i / 10), (i / 10) + 1)) : CellVector.Empty;
            Assert.Equal(expected, snapshots[i].Vector);
            Assert.Equal(i % 10 == 0 ? 1 : 0, snapshots[i].Debts.Length);
        }
    }

    [Fact]
    public async Task A_starting_town_reads_its_villages_with_their_rows_and_others_only_their_list()
    {
        var village = Any(RegionLevel.Village, 2);
        var town = village.Parent!.Value;
        await rows.PutAsync("T1", village.Code, One);
        await rows.PutAsync("T2", village.Code, One);
        var snapshot = await store.ReadChildrenAsync(town, RegionLevel.Town, Ct);
        Assert.Equal(regions.Tree.ChildrenOf(town).Select(r => r.Code), snapshot.Children.Select(c => c.Region).Order());
        Assert.Equal(One.Add(One), snapshot.Children.Single(c => c.Region == village.Code).Known);
        Assert.All(snapshot.Children, c => Assert.NotNull(c.Known));

        var county = await store.ReadChildrenAsync(regions.Tree.Find(town)!.Parent!.Value, RegionLevel.County, Ct);
        Assert.All(county.Children, c => Assert.Null(c.Known));
    }

    [Fact]
    public async Task A_debt_goes_when_its_whole_path_is_current()
    {
        var (village, path) = await PathAsync(3);
        await rows.PutAsync("A1", village, One);
        var debts = (await store.ReadVillageAsync(village, Ct)).Debts;
        Assert.Null((await store.SettleAsync(new Settlement(village, debts, path), Ct)).Failed);
        Assert.Empty((await store.ReadOwnAsync(village, Ct)).Debts);
    }

    [Fact]
    public async Task A_newer_debt_of_the_same_household_stays()
    {
        var (village, path) = await PathAsync(4);
        await rows.PutAsync("B1", village, One);
        var debts = (await store.ReadVillageAsync(village, Ct)).Debts;
        await rows.PutAsync("B1", village, One.Add(One));
        Assert.Null((await store.SettleAsync(new Settlement(village, debts, path), Ct)).Failed);
        Assert.Equal(2, Assert.Single((await store.ReadOwnAsync(village, Ct)).Debts).Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_start_anywhere_on_the_path_keeps_the_debt_and_is_named(int step)
    {
        var (village, path) = await PathAsync(5 + step);
        await rows.PutAsync($"C{step}", village, One);
        var debts = (await store.ReadVillageAsync(village, Ct)).Debts;
        await store.TakeEpochAsync(path[step].Region, Ct);
        Assert.Equal(path[step].Region, (await store.SettleAsync(new Settlement(village, debts, path), Ct)).Failed);
        Assert.Single((await store.ReadOwnAsync(village, Ct)).Debts);
    }

    [Fact]
    public async Task A_path_that_stops_short_of_the_province_settles_nothing()
    {
        var (village, path) = await PathAsync(30);
        await rows.PutAsync("D1", village, One);
        var debts = (await store.ReadVillageAsync(village, Ct)).Debts;
        Assert.NotNull((await store.SettleAsync(new Settlement(village, debts, path.RemoveAt(4)), Ct)).Failed);
        Assert.NotNull((await store.SettleAsync(new Settlement(village, debts, path.RemoveAt(2)), Ct)).Failed);
        Assert.Single((await store.ReadOwnAsync(village, Ct)).Debts);
    }

    [Fact]
    public async Task Writers_and_settlers_of_the_same_debts_do_not_stop_each_other()
    {
        var (village, path) = await PathAsync(40);
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++) await rows.PutAsync($"E{i % 5}", village, CellVector.Of((Cell.Of(1, 1, w), i + 1)));
        })).ToList();
        while (!writers.All(w => w.IsCompleted))
        {
            var debts = (await store.ReadVillageAsync(village, Ct)).Debts;
            if (!debts.IsEmpty) await store.SettleAsync(new Settlement(village, debts, path), Ct);
        }
        await Task.WhenAll(writers);
        var last = await store.ReadVillageAsync(village, Ct);
        await store.SettleAsync(new Settlement(village, last.Debts, path), Ct);
        Assert.Empty((await store.ReadOwnAsync(village, Ct)).Debts);
        Assert.Equal((await rows.RecountAsync(regions.Tree))[village], last.Vector);
    }

    [Fact]
    public async Task A_contribution_that_cannot_be_read_fails_its_own_village_only()
    {
        var (broken, whole) = (Any(RegionLevel.Village, 50), Any(RegionLevel.Village, 51));
        await rows.PutAsync("F1", broken.Code, One);
        await rows.PutAsync("F2", whole.Code, One);
        await rows.ExecuteAsync("update household set contribution = '\\x01ff' where code = 'F1'");
        var (bad, good) = (store.ReadVillageAsync(broken.Code, Ct), store.ReadVillageAsync(whole.Code, Ct));
        Assert.Equal(One, (await good).Vector);
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        await rows.CorruptAsync("F1", One);
    }

    private Region Any(RegionLevel level, int number) => regions.Tree.All.Where(r => r.Level == level).OrderBy(r => r.Code).ElementAt(number * 37);

    /// <summary>A village that nobody else uses, and the path of started regions above it.</summary>
    private async Task<(RegionCode Village, ImmutableArray<PathStep> Path)> PathAsync(int number)
    {
        var path = ImmutableArray.CreateBuilder<PathStep>();
        foreach (var region in regions.Tree.PathTo(Any(RegionLevel.Village, number).Code).Reverse())
            path.Add(new PathStep(region.Code, (await store.TakeEpochAsync(region.Code, Ct))!.Epoch));
        return (path[0].Region, path.ToImmutable());
    }
}
