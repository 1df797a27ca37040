using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
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

    public static RegionTree Tree()
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

    /// <summary>The phone stands beside the row: it follows changes that leave lists and figures alone and others, also of a household that was read anew, and goes with the household.</summary>
    [Fact]
    public async Task A_household_is_found_under_the_phone_it_has_and_under_none_that_it_had()
    {
        var random = new Random(5);
        string[] phones = ["13711110001", "13711110002", "13711110003"];
        var state = SampleHouseholds.State(778, SearchedCounty.Villages[4]);
        var (held, quiet) = (default(GrainState<HouseholdState>), 0);
        for (var version = 1; version <= 40; version++)
        {
            var phone = random.Next(4) == 0 ? null : phones[random.Next(phones.Length)];
            var file = state.File! with { Household = state.File.Household with { Phone = phone } };
            if (random.Next(3) == 0) file = file with { Household = file.Household with { HeadName = SampleHouseholds.NameOf(version, 0) } };
            state = state with { File = file, LastChange = SampleHouseholds.Change(version, "amend", [new FieldChange("Household", "", "Phone", null, phone)]) };
            if (county.Records.Mapping.Prepare("calling", version, Guid.NewGuid(), state).IsQuiet) quiet++;
            held = await county.Records.WriteAsync("calling", state, held);
            foreach (var asked in phones)
                Assert.Equal(asked == phone ? ["calling"] : [], (await AllAsync(In(SearchedCounty.County) with { Phone = asked })).Select(l => l.Code));
            if (random.Next(5) == 0) held = await county.Records.ReadAsync("calling");
            state = held.State!;
        }
        Assert.InRange(quiet, 10, 35);
        await county.Records.ClearAsync("calling", held!);
        Assert.Equal(["0"], await county.Records.RowsAsync("select count(phone_index) from household_phone where code = 'calling'"));
    }

    [Fact]
    public async Task A_person_outside_the_region_is_not_found()
    {
        var (_, state) = county.All[^1];
        Assert.DoesNotContain(await AllAsync(In(SearchedCounty.County) with { Phone = state.File!.Household.Phone }), l => l.Code == "foreign");
        Assert.Contains(await AllAsync(In("411623000000") with { Phone = state.File.Household.Phone }), l => l.Code == "foreign");
    }

    [Theory]
    [InlineData(SearchedCounty.County)]
    [InlineData("411622101000")]
    public async Task Given_names_find_heads_at_every_level(string region)
    {
        var expected = Below(region).Where(h => h.State.File!.Household.HeadName!.EndsWith("秀英", StringComparison.Ordinal)).Select(h => h.Code).ToList();
        Assert.NotEmpty(expected);
        var found = (await AllAsync(In(region) with { Name = "秀英", Limit = 37 })).Select(l => l.Code).ToList();
        Assert.Empty(expected.Except(found));
        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Fact]
    public async Task Income_years_and_ages_hold_together_with_the_rest()
    {
        var today = new DateOnly(2026, 6, 1);
        bool Old(Member m) => m.BirthDate <= today.AddYears(-50) && m.MemberStatus == MemberStatuses.Active;
        var expected = Below(SearchedCounty.County).Where(h => h.State.File!.Incomes[^1].NetPerCapita is >= 13_200 and < 13_800
            && h.State.File.Members.Any(Old)).Select(h => h.Code).Order().ToList();
        Assert.NotEmpty(expected);
        var query = In(SearchedCounty.County) with { IncomeFrom = 13_200, IncomeBelow = 13_800, BornTo = today.AddYears(-50), Limit = 41 };
        Assert.Equal(expected, (await AllAsync(query)).Select(l => l.Code).Order());
        var recognized = Below(SearchedCounty.County).Where(h => h.State.File!.Household is { MonitorCategory: not null, RecognizedMonth: { Year: 2022 } }).Select(h => h.Code).Order();
        Assert.Equal(recognized, (await AllAsync(In(SearchedCounty.County) with { RecognizedYear = 2022 })).Select(l => l.Code).Order());
    }

    [Fact]
    public async Task Ages_of_a_risk_or_of_the_monitored_find_what_a_look_at_everybody_finds()
    {
        var random = new Random(20261127);
        var some = 0;
        for (var i = 0; i < 60; i++)
        {
            var (from, risk) = (new DateOnly(1950 + random.Next(70), 1, 1), random.Next(3) switch { 0 => "07", 1 => "01", _ => null });
            bool Led(Household h) => risk is null ? h.MonitorCategory == "1" : new[] { h.RiskType1, h.RiskType2 }.Contains(risk);
            DateOnly? bornFrom = random.Next(3) > 0 ? from : null, bornTo = random.Next(3) > 0 ? from.AddMonths(random.Next(1, 40)) : null;
            bool Asked(Member m) => m.MemberStatus == MemberStatuses.Active && (bornFrom is null || m.BirthDate >= bornFrom) && (bornTo is null || m.BirthDate <= bornTo);
            var households = Below(SearchedCounty.County).Where(h => Led(h.State.File!.Household)).ToList();
            var expected = households.Where(h => (bornFrom is null && bornTo is null) || h.State.File!.Members.Any(Asked)).Select(h => h.Code).Order().ToList();
            var query = In(SearchedCounty.County) with { RiskType = risk, MonitorCategory = risk is null ? "1" : null, BornFrom = bornFrom, BornTo = bornTo, Limit = 53 };
            Assert.Equal(expected, (await AllAsync(query)).Select(l => l.Code).Order());
            var people = await EverybodyAsync(new PersonQuery { Household = query, MemberStatus = MemberStatuses.Active, Limit = 31 });
            Assert.Equal(households.SelectMany(h => h.State.File!.Members).Where(Asked).Select(m => m.PersonCode).Order(), people.Select(l => l.Person).Order());
            some += expected.Count > 0 && expected.Count < Below(SearchedCounty.County).Count() ? 1 : 0;
        }
        Assert.InRange(some, 10, 60);
    }

    [Fact]
    public async Task A_risk_and_an_age_follow_the_members_of_a_household()
    {
        var state = SampleHouseholds.State(9_200, SearchedCounty.Villages[3]);
        state = state with { File = state.File! with { Household = state.File.Household with { RiskType1 = "10", RiskType2 = null } } };
        var held = await county.Records.WriteAsync("ageing", state);
        var old = In(SearchedCounty.County) with { RiskType = "10", BornTo = new DateOnly(1925, 1, 1) };
        var young = In(SearchedCounty.County) with { RiskType = "10", BornFrom = new DateOnly(2026, 1, 1) };
        async Task<(int Old, int Young)> FoundAsync() => ((await AllAsync(old)).Count, (await AllAsync(young)).Count);
        HouseholdState With(params Member[] members) => state with { File = state.File! with { Members = [.. state.File.Members, .. members] } };
        Member Born(int year) => state.File!.Members[1] with { PersonCode = $"born-{year}", BirthDate = new DateOnly(year, 1, 1) };
        Assert.Equal((0, 0), await FoundAsync());
        held = await county.Records.WriteAsync("ageing", With(Born(1920)), held);
        Assert.Equal((1, 0), await FoundAsync());
        held = await county.Records.WriteAsync("ageing", With(Born(1920), Born(2026)), held);
        Assert.Equal((1, 1), await FoundAsync());
        held = await county.Records.WriteAsync("ageing", With(Born(2026)), held);
        Assert.Equal((0, 1), await FoundAsync());
        held = await county.Records.WriteAsync("ageing", With(Born(2026) with { BirthDate = null }), held);
        Assert.Equal((0, 0), await FoundAsync());
        await county.Records.ClearAsync("ageing", held);
    }

    [Fact]
    public async Task Who_comes_under_monitoring_or_leaves_it_is_found_by_age_as_such_at_once()
    {
        var state = SampleHouseholds.State(9_300, SearchedCounty.Villages[3]);
        state = state with { File = state.File! with { Household = state.File.Household with { MonitorCategory = null, RiskType1 = null, RiskType2 = null } } };
        state = state with { File = state.File! with { Members = [.. state.File.Members.Select((m, i) => i == 0 ? m with { BirthDate = new DateOnly(1911, 1, 1) } : m)] } };
        var old = In(SearchedCounty.County) with { MonitorCategory = "2", BornTo = new DateOnly(1912, 1, 1) };
        async Task<string[]> FoundAsync() => [.. (await AllAsync(old)).Select(l => $"{l.Code} {l.Village}")];
        HouseholdState With(string? category, string village) =>
            state with { File = state.File! with { Household = state.File.Household with { MonitorCategory = category, AreaCode = village } } };
        var held = await county.Records.WriteAsync("watched", state);
        Assert.Empty(await FoundAsync());
        held = await county.Records.WriteAsync("watched", With("2", SearchedCounty.Villages[3]), held);
        Assert.Equal([$"watched {SearchedCounty.Villages[3]}"], await FoundAsync());
        held = await county.Records.WriteAsync("watched", With("2", SearchedCounty.Villages[9]), held);
        Assert.Equal([$"watched {SearchedCounty.Villages[9]}"], await FoundAsync());
        held = await county.Records.WriteAsync("watched", With(null, SearchedCounty.Villages[9]), held);
        Assert.Empty(await FoundAsync());
        held = await county.Records.WriteAsync("watched", With("2", SearchedCounty.Villages[9]), held);
        await county.Records.ClearAsync("watched", held);
        Assert.Equal(["0"], await county.Records.RowsAsync("select count(*) from household_risk where code = 'watched'"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("1", "")]
    [InlineData("2", "1")]
    public async Task People_are_listed_once_each_in_order_with_the_conditions_of_both(string sex, string category)
    {
        var query = new PersonQuery
        {
            Household = In(SearchedCounty.County) with { MonitorCategory = category.Length > 0 ? category : null, RiskType = category.Length > 0 ? "07" : null },
            Sex = sex.Length > 0 ? sex : null, Limit = 173,
        };
        var expected =
            from h in Below(SearchedCounty.County)
            where category.Length == 0 || h.State.File!.Household is var f && f.MonitorCategory == category && new[] { f.RiskType1, f.RiskType2 }.Contains("07")
            from m in h.State.File!.Members
            where sex.Length == 0 || m.Sex == sex
            orderby h.State.Village, h.Code, m.PersonCode
            select (h.State.Village!, h.Code, m.PersonCode!);
        var found = await EverybodyAsync(query);
        Assert.NotEmpty(found);
        Assert.Equal(expected, found.Select(l => (l.Village, l.Household, l.Person)));
    }

    [Theory]
    [InlineData(SearchedCounty.County)]
    [InlineData("411622102000")]
    public async Task People_are_found_by_name_birth_and_number(string region)
    {
        var expected = Below(region).SelectMany(h => h.State.File!.Members).Where(m => m.Name!.StartsWith("李桂", StringComparison.Ordinal)).Select(m => m.PersonCode!).Order().ToList();
        Assert.Equal(expected, (await EverybodyAsync(new PersonQuery { Household = In(region) with { Name = "李桂" }, Limit = 29 })).Select(l => l.Person).Order());
        var someone = Below(region).First().State.File!.Members[0];
        var numbered = await EverybodyAsync(new PersonQuery { Household = In(region) with { Certificate = someone.CertNumber, BornFrom = someone.BirthDate, BornTo = someone.BirthDate } });
        Assert.Contains(numbered, l => l.Person == someone.PersonCode);
        Assert.All(numbered, l => Assert.Equal(someone.BirthDate, l.BirthDate));
    }

    [Fact]
    public async Task Names_move_with_their_household_and_risks_with_their_change()
    {
        var state = SampleHouseholds.State(90_001, SearchedCounty.Villages[0]);
        state = state with { File = state.File! with { Household = state.File.Household with { HeadName = "诸葛钢铁", MonitorCategory = "1", RiskType1 = "11", RiskType2 = null } } };
        var held = await county.Records.WriteAsync("moving", state);
        var query = In(SearchedCounty.County) with { RiskType = "11" };
        Assert.Equal([(SearchedCounty.Villages[0], "moving")], (await AllAsync(query)).Select(l => (l.Village, l.Code)));
        var moved = state with { File = state.File! with { Household = state.File.Household with { AreaCode = SearchedCounty.Villages[15] } } };
        held = await county.Records.WriteAsync("moving", moved, held);
        Assert.Equal([(SearchedCounty.Villages[15], "moving")], (await AllAsync(query)).Select(l => (l.Village, l.Code)));
        Assert.Contains(await AllAsync(query with { RiskType = null, Name = moved.File!.Members[1].Name }), l => l.Code == "moving" && l.Village == SearchedCounty.Villages[15]);
        Assert.Contains(await EverybodyAsync(new PersonQuery { Household = In(SearchedCounty.County) with { Name = moved.File.Members[1].Name } }), l => l.Household == "moving" && l.Village == SearchedCounty.Villages[15]);
        await county.Records.WriteAsync("moving", moved with { File = moved.File with { Household = moved.File.Household with { RiskType1 = null } } }, held);
        Assert.Empty(await AllAsync(query));
        await county.Records.ClearAsync("moving", held);
        Assert.Equal(["0"], await county.Records.RowsAsync("select count(*) from household_risk where code = 'moving'"));
    }

    private async Task<List<PersonLine>> EverybodyAsync(PersonQuery query)
    {
        var lines = new List<PersonLine>();
        while (true)
        {
            var page = await Search.FindAsync(query, TestContext.Current.CancellationToken);
            Assert.InRange(page.Lines.Length, 0, query.Limit);
            lines.AddRange(page.Lines);
            if (page.Next is not { } next) return lines;
            query = query with { After = next };
        }
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
