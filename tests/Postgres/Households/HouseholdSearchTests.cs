using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Storage.Households;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Households;

/// <summary>2,400 households over a county of two towns, with a foreign village in the middle of its codes.</summary>
public sealed class SearchedCounty(PostgresCluster cluster) : IAsyncLifetime
{
    public const int Households = 2400;
    public const string County = "411622000000";
    public const string Foreign = "411622101205";
    private static readonly string[] Towns = ["411622101000", "411622102000"];
    public static readonly string[] Villages = [.. Towns.SelectMany(t => Enumerable.Range(0, 12).Select(i => $"{t[..9]}2{i:D2}")).Where(v => v != Foreign)];
    private PostgresDatabase database = null!;

    public RecordsUnderTest Records { get; private set; } = null!;
    public OneTree Regions { get; } = new(Tree());
    public List<(string Code, HouseholdState State)> All { get; } = [];

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        Records = new RecordsUnderTest(database.ConnectionString);
        for (var n = 0; n < Households; n++) All.Add((SampleHouseholds.Code(n), SampleHouseholds.State(n, Villages[n * 7 % Villages.Length])));
        All.Add(("foreign", SampleHouseholds.State(1, Foreign)));
        await Parallel.ForEachAsync(All, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (h, _) => await Records.WriteAsync(h.Code, h.State));
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "vacuum analyze household");
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "vacuum analyze household_member");
    }

    public async ValueTask DisposeAsync()
    {
        await Records.DisposeAsync();
        await database.DisposeAsync();
    }

    private static RegionTree Tree()
    {
        RegionCode Code(string text) => RegionCode.Parse(text);
        var top = new Region(Code("410000000000"), "河南省", RegionLevel.Province, null);
        var city = new Region(Code("411600000000"), "周口市", RegionLevel.City, top.Code);
        var county = new Region(Code(County), "西华县", RegionLevel.County, city.Code);
        var other = new Region(Code("411623000000"), "商水县", RegionLevel.County, city.Code);
        var elsewhere = new Region(Code("411623101000"), "飞地镇", RegionLevel.Town, other.Code);
        return new RegionTree(1,
        [
            top, city, county, other, elsewhere, new Region(Code(Foreign), "飞地村", RegionLevel.Village, elsewhere.Code),
            .. Towns.Select(t => new Region(Code(t), "镇", RegionLevel.Town, county.Code)),
            .. Villages.Select(v => new Region(Code(v), "村", RegionLevel.Village, Code(v[..9] + "000"))),
        ]);
    }

    public sealed class OneTree(RegionTree tree) : IRegions
    {
        public RegionTree Tree => tree;
        public Task RefreshAsync(CancellationToken ct) => Task.CompletedTask;
    }
}

public sealed class HouseholdSearchTests(SearchedCounty county) : IClassFixture<SearchedCounty>
{
    private HouseholdSearch Search => new(county.Records.Source, county.Records.Sealer, county.Regions);
    private static HouseholdQuery In(string region) => new() { Region = RegionCode.Parse(region), Limit = HouseholdQuery.LimitMax };

    [Theory]
    [InlineData("410000000000")]
    [InlineData(SearchedCounty.County)]
    [InlineData("411622101000")]
    [InlineData("411622101203")]
    [InlineData("411623000000")]
    public async Task Pages_of_a_region_hold_every_household_of_its_villages_once_and_in_order(string region)
    {
        var lines = await AllAsync(In(region) with { Limit = 73 });
        var expected = Below(region).Select(h => (h.State.Village!, h.Code)).Order().ToArray();
        Assert.Equal(expected, lines.Select(l => (l.Village, l.Code)));
    }

    [Fact]
    public async Task Household_type_options_mean_what_the_statistics_mean()
    {
        foreach (var option in HouseholdTypeFilter.Options)
        {
            var lines = await AllAsync(In(SearchedCounty.County) with { Classes = option.Classes });
            Assert.Equal(Below(SearchedCounty.County).Count(h => option.Classes.Has(StatisticClass.Of(h.State.File!.Household))), lines.Count);
        }
    }

    [Fact]
    public async Task Conditions_hold_together()
    {
        var lines = await AllAsync(In(SearchedCounty.County) with { MonitorCategory = "1", RiskType = "07", RiskEliminated = "0", Status = "1" });
        Assert.Equal(Below(SearchedCounty.County).Count(h => h.State.File!.Household.RiskType2 == "07"), lines.Count);
        Assert.Empty(await AllAsync(In(SearchedCounty.County) with { MonitorCategory = "1", RiskEliminated = "1" }));
    }

    [Theory]
    [InlineData(SearchedCounty.County)]
    [InlineData("411622101000")]
    public async Task People_are_found_by_the_beginning_of_their_name_whether_head_or_member(string region)
    {
        var expected = Below(region).Where(h => h.State.File!.Members.Any(m => m.Name!.StartsWith("李桂", StringComparison.Ordinal))).Select(h => h.Code).Order();
        Assert.Equal(expected, (await AllAsync(In(region) with { Name = "李桂" })).Select(l => l.Code).Order());
    }

    [Fact]
    public async Task People_are_found_by_numbers_that_stand_nowhere_in_clear()
    {
        var (code, state) = county.All[77];
        var member = state.File!.Members[1];
        Assert.Contains(await AllAsync(In(SearchedCounty.County) with { Certificate = member.CertNumber!.ToLowerInvariant() + " " }), l => l.Code == code);
        Assert.Contains(await AllAsync(In(SearchedCounty.County) with { CertificateLastSix = member.CertNumber[^6..] }), l => l.Code == code);
        Assert.Equal([code], (await AllAsync(In(SearchedCounty.County) with { Phone = "+86 " + member.Phone })).Select(l => l.Code));
        Assert.Empty(await AllAsync(In(SearchedCounty.County) with { Certificate = "G0000000" }));
        Assert.Empty(await AllAsync(In(SearchedCounty.County) with { Phone = "x" }));
    }

    [Fact]
    public async Task A_person_outside_the_region_is_not_found()
    {
        var (_, state) = county.All[^1];
        Assert.DoesNotContain(await AllAsync(In(SearchedCounty.County) with { Phone = state.File!.Household.Phone }), l => l.Code == "foreign");
        Assert.Contains(await AllAsync(In("411623000000") with { Phone = state.File.Household.Phone }), l => l.Code == "foreign");
    }

    public static TheoryData<string> Queries => ["", "type", "monitored", "risk", "name", "name-town", "certificate", "six", "phone", "after"];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task No_search_needs_to_read_a_whole_table(string kind)
    {
        var query = kind switch
        {
            "type" => In(SearchedCounty.County) with { Classes = HouseholdTypeFilter.Options[2].Classes },
            "monitored" => In("410000000000") with { MonitorCategory = "1" },
            "risk" => In(SearchedCounty.County) with { RiskType = "07" },
            "name" => In("410000000000") with { Name = "李桂兰" },
            "name-town" => In("411622101000") with { Name = "李" },
            "certificate" => In("410000000000") with { Certificate = SampleHouseholds.Certificate(11) },
            "six" => In("410000000000") with { CertificateLastSix = "051234" },
            "phone" => In("410000000000") with { Phone = SampleHouseholds.Phone(11) },
            "after" => In("410000000000") with { After = new HouseholdPlace(SearchedCounty.Villages[3], "") },
            _ => In(SearchedCounty.County),
        };
        foreach (var (from, to) in VillageRanges.Below(county.Regions.Tree, query.Region))
        {
            var plan = await PlanAsync(new HouseholdSearchSql(query, county.Records.Sealer, wide: kind != "name-town", from, to, 50));
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        }
    }

    private async Task<string> PlanAsync(HouseholdSearchSql sql)
    {
        // In so small a table reading all of it may be right: asked is whether an index can answer.
        await using var connection = await county.Records.Source.OpenConnectionAsync();
        await using (var off = new NpgsqlCommand("set enable_seqscan = off", connection)) await off.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand("explain " + sql.Text, connection);
        command.Parameters.AddRange(sql.Parameters.ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new System.Text.StringBuilder();
        while (await reader.ReadAsync()) plan.AppendLine(reader.GetString(0));
        return plan.ToString();
    }

    private async Task<List<HouseholdLine>> AllAsync(HouseholdQuery query)
    {
        var lines = new List<HouseholdLine>();
        while (true)
        {
            var page = await Search.FindAsync(query, TestContext.Current.CancellationToken);
            Assert.InRange(page.Lines.Length, 0, query.Limit);
            lines.AddRange(page.Lines);
            if (page.Next is not { } next) return lines;
            query = query with { After = next };
        }
    }

    private IEnumerable<(string Code, HouseholdState State)> Below(string region) =>
        county.All.Where(h => county.Regions.Tree.Contains(RegionCode.Parse(region), RegionCode.Parse(h.State.Village!)));
}
