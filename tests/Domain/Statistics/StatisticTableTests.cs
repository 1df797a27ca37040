using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Domain.Statistics;

public sealed class StatisticTableTests
{
    private static readonly DateOnly Day = new(2022, 2, 15);
    private static readonly Gen<HouseholdFile[][]> Villages = RandomFiles.Files.Array[0, 6].Array[0, 4];

    private static readonly Gen<StatisticQuery> Queries =
        from number in Gen.OneOf("1", "2", "3", "8")
        from types in Gen.OneOf<string?>(null, "1", "2", "3", "4", "1,3", "2,4", "1,2,3,4")
        from category in Gen.OneOf<string?>(null, "1", "2", "3")
        from risk in Gen.OneOf<string?>(null, "01", "02", "99")
        select StatisticQuery.Parse(number, types, number == "8" ? category : null, number == "8" ? risk : null, null, Day).Value!;

    private static StatisticTable Table(StatisticQuery query, HouseholdFile[][] villages)
    {
        var children = villages.Select((files, i) => new RegionVector(RegionCode.Parse($"41010000000{i}"), $"村{i}", Sum(files))).ToList();
        return StatisticTable.Of(query, new(RegionCode.Parse("410000000000"), "省", CellVector.Sum(children.Select(c => c.Vector))), children, Day);
    }

    private static CellVector Sum(IEnumerable<HouseholdFile> files) => CellVector.Sum(files.Select(f => Contribution.Of(f, Day).Vector));

    [Fact]
    public void Counts_of_the_rows_add_up_to_the_first() =>
        Gen.Select(Queries, Villages).Sample((query, villages) =>
        {
            var table = Table(query, villages);
            for (var at = 0; at < table.Columns.Count; at++)
            {
                if (table.Columns[at] is not (CountColumn or MonthColumn { Running: false })) continue;
                Assert.Equal(table.Rows[0].Values[at], table.Rows.Skip(1).Sum(r => r.Values[at]));
            }
        });

    [Fact]
    public void Every_count_opens_to_households_that_add_up_to_it_and_none_counts_below_zero() =>
        Gen.Select(Queries, Villages).Sample((query, villages) =>
        {
            foreach (var (id, value, files) in Cells(Table(query, villages), villages))
            {
                var selection = StatisticTable.SelectionOf(query, id, Day);
                Assert.True((selection is null) == (value is null), id);
                if (selection is null) continue;
                var parts = files.Select(f => selection.In(Contribution.Of(f, Day).Vector)).ToList();
                Assert.All(parts, p => Assert.True(p >= 0));
                Assert.True(value == parts.Sum(), id);
            }
        }, iter: 300);

    private static IEnumerable<(string Cell, decimal? Value, IEnumerable<HouseholdFile> Files)> Cells(StatisticTable table, HouseholdFile[][] villages)
    {
        for (var row = 0; row < table.Rows.Count; row++)
            for (var column = 0; column < table.Columns.Count; column++)
            {
                var (id, value) = (table.Columns[column].Id, table.Rows[row].Values[column]);
                if (table.Query.Definition.ByMonth) yield return ($"{id}@{table.Rows[row].Key}", value, villages.SelectMany(v => v));
                else if (table.Columns[column] is CountColumn) yield return (id, value, row == 0 ? villages.SelectMany(v => v) : villages[row - 1]);
            }
    }

    [Fact]
    public void Recognitions_agree_with_counting_the_documents() =>
        Gen.Select(Queries.Where(q => q.Definition.ByMonth), Villages).Sample((query, villages) =>
        {
            var table = Table(query, villages);
            var naive = new NaiveCount([.. villages.SelectMany(v => v)], Day);
            var options = query.Types.Chosen.Select(o => o.Code).ToArray();
            foreach (var row in table.Rows)
            {
                if (!YearMonth.TryParse(row.Key, out var month)) continue;
                var category = query.Category?.ToString();
                var all = naive.Recognised(month, category, query.Risk, options);
                decimal?[] expected =
                [
                    all.New, all.NewPeople,
                    .. new[] { "1", "2", "3" }.SelectMany(c =>
                    {
                        if (category is not null && category != c) return new decimal?[] { 0, 0 };
                        var one = naive.Recognised(month, c, query.Risk, options);
                        return [one.New, one.NewPeople];
                    }),
                    all.Total, all.TotalPeople,
                ];
                Assert.Equal(expected, row.Values);
            }
        }, iter: 300);

    [Fact]
    public void Months_run_from_2021_to_the_day_and_strange_ones_have_rows_of_their_own()
    {
        var file = new HouseholdFile
        {
            Household = new() { MonitorCategory = "2", RiskEliminated = "0" },
            Episodes =
            [
                new RiskEpisode { EpisodeNo = 1, MonitorCategory = "2", IdMemberCount = 3, RecognizedMonth = new YearMonth(2020, 12) },
                new RiskEpisode { EpisodeNo = 2, MonitorCategory = "2", IdMemberCount = 4, RecognizedMonth = new YearMonth(2021, 3) },
                new RiskEpisode { EpisodeNo = 3, MonitorCategory = "2", IdMemberCount = 5, RecognizedMonth = new YearMonth(2022, 3) },
                new RiskEpisode { EpisodeNo = 4, MonitorCategory = "2", IdMemberCount = 6 },
            ],
        };
        var table = Table(StatisticQuery.Parse("8", null, null, null, null, Day).Value!, [[file]]);
        Assert.Equal(["total", .. Enumerable.Range(0, 14).Select(m => YearMonth.FromNumber(new YearMonth(2021, 1).Number + m).ToString()), "empty", "later"],
            table.Rows.Select(r => r.Key));
        Assert.Equal([3m, 15m, 0m, 0m, 3m, 15m, 0m, 0m, 1m, 4m], table.Rows[0].Values);
        Assert.Equal([1m, 4m, 0m, 0m, 1m, 4m, 0m, 0m, 1m, 4m], table.Rows.Single(r => r.Key == "202103").Values);
        Assert.Equal([0m, 0m, 0m, 0m, 0m, 0m, 0m, 0m, 1m, 4m], table.Rows.Single(r => r.Key == "202104").Values);
        Assert.Equal([1m, 6m, 0m, 0m, 1m, 6m, 0m, 0m, null, null], table.Rows.Single(r => r.Key == "empty").Values);
    }

    [Theory]
    [InlineData(1, 3, "33.33")]
    [InlineData(2, 3, "66.67")]
    [InlineData(1, 8, "12.5")]
    [InlineData(1, 800, "0.13")]
    [InlineData(5, 5, "100")]
    [InlineData(0, 5, "0")]
    [InlineData(3, 0, null)]
    public void Shares_have_two_decimals_half_up(long part, long whole, string? percent) =>
        Assert.Equal(percent is null ? null : decimal.Parse(percent), Rounded.Hundredths(part * 100, whole));

    [Fact]
    public void The_notes_say_who_is_in_no_option_and_who_is_in_two()
    {
        HouseholdFile[] files =
        [
            new() { Household = new() { HouseholdType = "1", PolicyStatus = "1", MonitorCategory = "1", RiskEliminated = "0" } },
            new() { Household = new() { HouseholdType = "1" } },
            new() { Household = new() { HouseholdType = "2", MonitorCategory = "2", RiskEliminated = "0" } },
        ];
        IReadOnlyList<string> Notes(string? types) => Table(StatisticQuery.Parse("1", types, null, null, null, Day).Value!, [files]).Notes;
        Assert.Contains("1户同时属于两个选项", Notes(null)[0]);
        Assert.Contains("有1户,已计入", Notes(null)[1]);
        Assert.Contains("有1户,未计入", Notes("1,2,3,4")[1]);
        Assert.Empty(Notes("1"));
    }

    [Theory]
    [InlineData("1", "7", null, null, null, "statistics.filter-malformed")]
    [InlineData("1", null, "1", null, null, "statistics.filter-malformed")]
    [InlineData("8", null, "4", null, null, "statistics.filter-malformed")]
    [InlineData("8", null, null, "1", null, "statistics.filter-malformed")]
    [InlineData("9", null, null, null, null, "statistics.not-found")]
    [InlineData("01", null, null, null, null, "statistics.not-found")]
    [InlineData("1", null, null, null, "2021", "statistics.year-not-closed")]
    [InlineData("1", null, null, null, "2023", "statistics.year-malformed")]
    [InlineData("1", null, null, null, "22", "statistics.year-malformed")]
    [InlineData("1", null, null, null, "2022", null)]
    public void A_wrong_question_is_refused_with_a_code(string number, string? types, string? category, string? risk, string? year, string? code) =>
        Assert.Equal(code, StatisticQuery.Parse(number, types, category, risk, year, Day).Error?.Code);

    [Theory]
    [InlineData("1", "personsPerHousehold")]
    [InlineData("2", "age16To30Share")]
    [InlineData("1", "age30To40")]
    [InlineData("8", "newHouseholds")]
    [InlineData("8", "newHouseholds@202203")]
    [InlineData("8", "newHouseholds@202012")]
    [InlineData("8", "totalHouseholds@empty")]
    [InlineData("8", "male@202103")]
    public void What_is_no_count_of_the_table_does_not_open(string number, string cell) =>
        Assert.Null(StatisticTable.SelectionOf(StatisticQuery.Parse(number, null, null, null, null, Day).Value!, cell, Day));
}
