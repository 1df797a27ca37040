using CsCheck;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Domain.Statistics;

public sealed class ContributionTests
{
    private static readonly DateOnly Today = RandomFiles.Today;

    private static long Value(CellVector vector, MeasureDefinition measure, ClassSet classes) =>
        vector.OfMeasure(measure.Number).Where(c => classes.Has(c.Key.Class)).Sum(c => c.Value);

    /// <summary>Each field of the household in turn is taken from another: whatever figures came to look at, beside what is compared, would show here.</summary>
    [Fact]
    public void Files_that_share_what_figures_look_at_add_the_same_on_any_day()
    {
        var (shared, moved) = (0, 0);
        Gen.Select(RandomFiles.Files, RandomFiles.Households, Households.RandomFiles.File, Gen.Int[-400, 400]).Sample((file, other, whole, shift) =>
        {
            var day = Today.AddDays(shift);
            var expected = Contribution.Of(file, day);
            Assert.True(Contribution.IsShared(file, file with { }));
            foreach (var from in new[] { other, whole.Household })
            {
                foreach (var field in EntityMap.Household.Fields)
                {
                    var after = file with { Household = EntityMap.Household.WithTexts(file.Household, [KeyValuePair.Create(field.Id, field.Text(from))]) };
                    if (Contribution.IsShared(file, after)) Assert.Equal(expected, Contribution.Of(after, day));
                    Interlocked.Increment(ref Contribution.IsShared(file, after) ? ref shared : ref moved);
                }
            }
        });
        Assert.True(shared > 1000 && moved > 50, $"{shared} files were shared, {moved} were not");
    }

    [Fact]
    public void Files_with_other_members_or_episodes_share_nothing() => RandomFiles.Files.Sample(file =>
    {
        Assert.False(Contribution.IsShared(file, file with { Members = [.. file.Members, new Member()] }));
        Assert.False(Contribution.IsShared(file, file with { Episodes = [.. file.Episodes, new RiskEpisode()] }));
    });

    [Fact]
    public void Cells_agree_with_counting_the_documents_by_definition() =>
        Gen.Select(RandomFiles.Files.Array[0, 8], Gen.Int[-400, 400]).Sample((files, shift) =>
        {
            var day = Today.AddDays(shift);
            var vector = CellVector.Sum(files.Select(f => Contribution.Of(f, day).Vector));
            var naive = new NaiveCount(files, day);
            foreach (var options in (string[][])[[], ["1"], ["2"], ["3"], ["4"], ["1", "3"], ["1", "2", "3", "4"]])
            {
                Assert.True(HouseholdTypeFilter.TryParse(string.Join(',', options), out var filter));
                foreach (var (id, expected) in naive.Flat(options))
                    Assert.True(expected == Value(vector, Measures.All.Single(m => m.Id == id), filter.Classes), $"{id} of {filter.Label}");
            }
        });

    [Fact]
    public void The_vector_changes_by_itself_only_on_the_due_day() =>
        RandomFiles.Files.Sample(file =>
        {
            var (vector, due) = Contribution.Of(file, Today);
            for (var day = Today; day < Today.AddDays(1500); day = day.AddDays(1))
            {
                var (now, next) = Contribution.Of(file, day);
                if (day == due)
                {
                    Assert.NotEqual(vector, now);
                    (vector, due) = (now, next);
                }
                Assert.Equal(vector, now);
                Assert.Equal(due, next);
                Assert.True(next is null || next > day);
            }
        }, iter: 300);

    [Fact]
    public void Columns_add_up_to_their_totals() =>
        RandomFiles.Files.Sample(file =>
        {
            var vector = Contribution.Of(file, Today).Vector;
            long Of(params MeasureDefinition[] measures) => measures.Sum(m => Value(vector, m, ClassSet.Population));
            var persons = Of(Measures.Persons);
            return persons == Of(Measures.Male, Measures.Female, Measures.SexEmpty)
                && persons == Of(Measures.Minority, Measures.Han, Measures.EthnicEmpty)
                && persons == Of(Measures.AgeUnder16, Measures.Age16, Measures.Age30, Measures.Age40, Measures.Age50, Measures.Age60, Measures.AgeEmpty)
                && persons == Of(Measures.Chronic, Measures.SeriousIllness, Measures.Disabled, Measures.Healthy, Measures.HealthEmpty)
                && Of(Measures.WorkingAge) == Of(Measures.Age16, Measures.Age30, Measures.Age40, Measures.Age50);
        });

    [Fact]
    public void All_cells_of_a_household_stand_in_its_class_and_in_known_measures() =>
        RandomFiles.Files.Sample(file =>
        {
            var @class = StatisticClass.Of(file.Household);
            return Contribution.Of(file, Today).Vector.All(c => c.Key.Class == @class.Number && Measures.Find(c.Key.Measure) is { } m && m.Version == c.Key.Version);
        });

    [Theory]
    [InlineData("2000-06-30", "2025-06-29", 24)]
    [InlineData("2000-06-30", "2025-06-30", 25)]
    [InlineData("2004-02-29", "2025-02-28", 20)]
    [InlineData("2004-02-29", "2025-03-01", 21)]
    [InlineData("2004-02-29", "2024-02-29", 20)]
    [InlineData("2025-07-01", "2025-06-30", null)]
    [InlineData("2025-06-30", "2025-06-30", 0)]
    [InlineData("1914-06-30", "2025-06-29", 110)]
    [InlineData("1914-06-30", "2025-06-30", null)]
    public void Ages_are_completed_years(string birth, string day, int? age) =>
        Assert.Equal(age, Ages.On(DateOnly.Parse(birth), DateOnly.Parse(day)));

    [Theory]
    [InlineData("2009-07-01", "2025-07-01")]
    [InlineData("2025-12-24", "2025-12-24")]
    [InlineData("1914-07-01", "2025-07-01")]
    [InlineData("1914-06-30", null)]
    [InlineData("2000-02-29", "2030-03-01")]
    [InlineData("1995-06-30", "2035-06-30")]
    public void A_member_is_due_on_the_next_bound(string birth, string? due)
    {
        var file = new HouseholdFile { Household = new() { HouseholdType = "1" }, Members = [new Member { BirthDate = DateOnly.Parse(birth) }] };
        Assert.Equal(due is null ? null : DateOnly.Parse(due), Contribution.Of(file, Today).NextDue);
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("2", null)]
    public void Who_is_gone_or_not_helped_adds_nothing_and_is_never_due(string type, string? status)
    {
        var file = new HouseholdFile { Household = new() { HouseholdType = type, HouseholdStatus = status }, Members = [new Member { BirthDate = Today }] };
        Assert.Equal((CellVector.Empty, null), Contribution.Of(file, Today));
    }

    [Fact]
    public void A_household_without_members_still_counts_as_one() =>
        Assert.Equal(1, Value(Contribution.Of(new HouseholdFile { Household = new() { MonitorCategory = "2" } }, Today).Vector, Measures.Households, ClassSet.Population));
}
