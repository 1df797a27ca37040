using System.Collections.Immutable;
using CsCheck;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Domain.Statistics;

public sealed class HouseholdWalkTests
{
    private static readonly DateOnly Day = RandomFiles.Today;

    private static Selection Open(string cell) => new[] { "1", "2", "3" }
        .Select(n => StatisticTable.SelectionOf(StatisticQuery.Parse(n, null, null, null, null, Day).Value!, cell, Day)).First(s => s is not null)!;

    private static readonly Gen<Country> Countries =
        from codes in Gen.Int[0, 60].Array[1, 25]
        from files in RandomFiles.Files.Array[0, 80]
        from places in Gen.Int[0, 1000].Array[80]
        select new Country([.. codes.Distinct().Order()], [.. files.Select((f, i) => (places[i], $"h{places[i]:D4}{i:D2}", Contribution.Of(f, Day).Vector))]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Pages_hold_every_household_of_a_figure_once_in_order_and_add_up_to_it() =>
        Gen.Select(Countries, Gen.Int[1, 7], Gen.OneOf("households", "male", "ageUnder16", "severeDisability")).Sample((country, limit, cell) =>
        {
            foreach (var region in country.Regions)
            {
                var (total, seen) = AllPages(country, region, cell, limit);
                Assert.Equal(total, seen.Sum(p => p.Count));
                Assert.Equal(seen.Count, seen.DistinctBy(p => p.Code).Count());
                Assert.Equal(seen.OrderBy(p => p.Village).ThenBy(p => p.Code, StringComparer.Ordinal), seen);
            }
        }, iter: 60);

    /// <summary>The country answers at once, so nothing is waited for.</summary>
    private static (long Total, List<HouseholdPart> Seen) AllPages(Country country, RegionCode region, string cell, int limit)
    {
        var seen = new List<HouseholdPart>();
        for (ContributionPlace? after = null; ;)
        {
            var page = country.Walk().PageAsync(region, _ => Open(cell), after, limit, Ct).GetAwaiter().GetResult()!;
            Assert.True(page.Next is null || page.Parts.Count == limit);
            seen.AddRange(page.Parts);
            if (page.Next is null) return (page.Total, seen);
            after = page.Next;
        }
    }

    [Fact]
    public async Task A_region_that_cannot_answer_makes_no_partial_page()
    {
        var country = new Country([1, 40], [(0, "a", OneHousehold), (1, "b", OneHousehold)]) { Silent = Country.Town(40) };
        Assert.Null(await country.Walk().PageAsync(Country.Province, _ => Open("households"), null, 10, Ct));
    }

    [Fact]
    public async Task Only_places_with_something_to_show_are_asked()
    {
        var country = new Country([1, 21, 40], [(1, "b", OneHousehold), (2, "x", CellVector.Empty)]);
        var page = await country.Walk().PageAsync(Country.Province, _ => Open("households"), null, 10, Ct);
        Assert.Equal("b", Assert.Single(page!.Parts).Code);
        Assert.Equal([Country.Province, Country.County(21), Country.Town(21)], country.Asked);
        Assert.Equal(1, country.Reads);
    }

    private static CellVector OneHousehold { get; } = CellVector.Of((Cell.Of(Measures.Households.Number, 1, 10), 1));

    /// <summary>A province of counties (20 villages each) and towns (5 each); villages by number, households by place.</summary>
    private sealed class Country(int[] villages, (int Place, string Code, CellVector Vector)[] households) : IRegionSums, IContributionReader
    {
        public static RegionCode Province { get; } = RegionCode.Parse("410000000000");
        public static RegionCode County(int village) => RegionCode.Parse($"4101{village / 20:D2}000000");
        public static RegionCode Town(int village) => RegionCode.Parse($"4101{village / 20:D2}{village / 5 + 1:D3}000");
        public static RegionCode Village(int village) => RegionCode.Parse($"4101{village / 20:D2}{village / 5 + 1:D3}{village + 200:D3}");

        public RegionCode? Silent { get; init; }
        public List<RegionCode> Asked { get; } = [];
        public int Reads { get; private set; }

        public IEnumerable<RegionCode> Regions => villages.SelectMany(v => new[] { Province, County(v), Town(v), Village(v) }).Distinct();

        public HouseholdWalk Walk() => new(this, this, code => villages.Where(v => Village(v) == code).SelectMany(v => new[] { Province, County(v), Town(v), code }).ToList());

        public ValueTask<RegionSums?> GetAsync(RegionCode region, CancellationToken ct)
        {
            Asked.Add(region);
            if (region == Silent) return default;
            if (region == Province) return Of(region, RegionLevel.Province, villages.Select(County));
            if (villages.Any(v => County(v) == region)) return Of(region, RegionLevel.County, villages.Where(v => County(v) == region).Select(Town));
            if (villages.Any(v => Town(v) == region)) return Of(region, RegionLevel.Town, villages.Where(v => Town(v) == region).Select(Village));
            return Of(region, RegionLevel.Village, []);
        }

        private ValueTask<RegionSums?> Of(RegionCode region, RegionLevel level, IEnumerable<RegionCode> children) => new(new RegionSums(
            region, level, DateTimeOffset.UnixEpoch, Day, Sum(region),
            [.. children.Distinct().Order().Select(c => new RegionVector(c, c.ToString(), Sum(c)))]));

        private CellVector Sum(RegionCode region) =>
            CellVector.Sum(Rows().Where(r => new[] { Province, County(r.Number), Town(r.Number), Village(r.Number) }.Contains(region)).Select(r => r.Row.Vector));

        private IEnumerable<(int Number, HouseholdContribution Row)> Rows() =>
            households.Select(h => (villages[h.Place % villages.Length], new HouseholdContribution(Village(villages[h.Place % villages.Length]), h.Code, h.Vector, null)));

        public Task<IReadOnlyList<HouseholdContribution>> ReadAsync(
            IReadOnlyCollection<RegionCode> asked, ContributionPlace? after, int limit, CancellationToken ct)
        {
            Reads++;
            return Task.FromResult<IReadOnlyList<HouseholdContribution>>([.. Rows().Select(r => r.Row)
                .Where(r => asked.Contains(r.Village) && !r.Vector.IsEmpty)
                .OrderBy(r => r.Village).ThenBy(r => r.Code, StringComparer.Ordinal)
                .Where(r => after is not { } place || (r.Village, r.Code).CompareTo((place.Village, place.Code)) > 0)
                .Take(limit)]);
        }
    }
}
