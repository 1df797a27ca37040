using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Cluster.Rollup;

/// <summary>Two servers whose clock stands three days back, so that a date can come while a test runs; shards take two households in a turn.</summary>
public sealed class ServersOfThreeDaysAgo(PostgresCluster cluster) : TwoServers(cluster, new ShiftedClock(Back), "--FangFanPin:Rollup:DueAtOnce", "2")
{
    public static readonly TimeSpan Back = TimeSpan.FromDays(-3);
}

/// <summary>Figures that change with the date, without anybody writing.</summary>
public sealed class DueTests(ServersOfThreeDaysAgo servers) : IClassFixture<ServersOfThreeDaysAgo>
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
    private static readonly RegionCode Village = RegionCode.Parse("411424001201");

    [Fact]
    public async Task A_household_whose_date_has_come_is_counted_anew_up_to_the_province_and_a_broken_one_before_it_stops_nobody()
    {
        servers.Clock.Shift = ServersOfThreeDaysAgo.Back;
        var before = Today;
        var code = "DUE" + Guid.NewGuid().ToString("N")[..12];
        var born = before.AddDays(2).AddYears(-16); // whether midnight passes meanwhile or not
        var file = await RegisterAsync(code, born);
        await FigureIsAsync(file, before);
        await BreakSomeInTheShardOfAsync(code, before.AddYears(-1));

        servers.Clock.Shift = TimeSpan.Zero;
        Assert.NotEqual(Contribution.Of(file, before).Vector, Contribution.Of(file, Today).Vector);
        await TickAsync();
        await FigureIsAsync(file, Today);
        Assert.Equal(1, await servers.CountAsync($"select count(*) from household_history where code = '{code}'"));
        Assert.Equal(1, (await servers.Household(code).GetAsync())!.Version);
        Assert.Equal(0, await servers.CountAsync($"select count(*) from household where code = '{code}' and next_due <= date '{Today:yyyy-MM-dd}'"));

        await servers.ExecuteAsync("delete from household where code like 'BROKEN%'");
        await Patience.UntilAsync(
            async () => (await Province().GetFiguresAsync()).Stamp.Day is var day && day == Today ? null : $"the province answers for {day:o}, though nothing is due before {Today:o}", Generous);
    }

    [Fact]
    public async Task Every_shard_has_one_reminder_however_many_processes_ask_for_it()
    {
        const string Reminders = "from orleansreminders where remindername = 'due'";
        await Patience.UntilAsync(
            async () => await servers.CountAsync($"select count(*) {Reminders}") is var count && count == IDueShardGrain.Shards ? null : $"{count} of 64 reminders stand", Generous);
        await Task.WhenAll(Enumerable.Range(0, IDueShardGrain.Shards * 2).Select(i => Shard(i % IDueShardGrain.Shards).EnsureAsync()));
        Assert.Equal(IDueShardGrain.Shards, await servers.CountAsync($"select count(*) {Reminders}"));
        Assert.Equal(IDueShardGrain.Shards, await servers.CountAsync($"select count(distinct grainid) {Reminders}"));
        Assert.True(await servers.CountAsync($"select count(distinct date_trunc('minute', starttime)) {Reminders}") > 5, "the shards should not all tick in the same minutes");
    }

    private DateOnly Today => ChinaTime.DayOf(servers.Clock.GetUtcNow());

    private IDueShardGrain Shard(int number) => servers.Grains.GetGrain<IDueShardGrain>(IDueShardGrain.KeyOf(number));

    private IRegionGrain Province() => servers.Region(servers.Tree.Root!);

    /// <summary>As the reminder service would, of all shards.</summary>
    private Task TickAsync() => Task.WhenAll(
        Enumerable.Range(0, IDueShardGrain.Shards).Select(i => Shard(i).AsReference<IRemindable>().ReceiveReminder("due", new TickStatus(DateTime.UtcNow, TimeSpan.FromMinutes(10), DateTime.UtcNow))));

    private async Task<HouseholdFile> RegisterAsync(string code, DateOnly born)
    {
        var answer = await servers.Household(code).ExecuteAsync(TwoServers.Command(new RegisterHousehold
        {
            Fields = FieldTexts.Of(("AreaCode", Village.ToString()), ("HouseholdType", "1"), ("PolicyStatus", "1"), ("HeadName", "王甲")),
            Members = [FieldTexts.Of(("PersonCode", code + "01"), ("Name", "王乙"), ("Sex", "1"), ("BirthDate", $"{born:yyyy-MM-dd}"))],
        }));
        Assert.Empty(answer.Errors);
        return (await servers.Household(code).GetAsync())!.File;
    }

    /// <summary>More rows than two turns take, due long before, whose documents cannot be opened.</summary>
    private Task BreakSomeInTheShardOfAsync(string code, DateOnly due) => servers.ExecuteAsync($"""
        insert into household (code, version, write_id, village, next_due, document)
        select c, 1, gen_random_uuid(), '{Village}', date '{due:yyyy-MM-dd}', '\x0102'
        from (select 'BROKEN' || i as c from generate_series(1, 100000) i) candidates where hashtext(c) & 63 = hashtext('{code}') & 63 limit 5
        """);

    private Task FigureIsAsync(HouseholdFile file, DateOnly day)
    {
        var expected = Contribution.Of(file, day).Vector;
        return Patience.UntilAsync(
            async () =>
            {
                foreach (var region in servers.Tree.PathTo(Village))
                {
                    var figures = await servers.Region(region).GetFiguresAsync();
                    if (!figures.Stamp.Complete || !figures.Total.Equals(expected)) return $"{region.Level} {region.Code} should show the household as on {day:o}; it differs by {figures.Total.Diff(expected).Count} cells";
                }
                return null;
            },
            Generous);
    }
}
