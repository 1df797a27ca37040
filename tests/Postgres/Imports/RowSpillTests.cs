using FangFanPin.Domain.Imports;
using FangFanPin.Storage.Imports;
using Xunit;

namespace FangFanPin.Tests.Postgres.Imports;

/// <summary>No database is needed; the spill lives in the room of the stores.</summary>
public sealed class RowSpillTests
{
    /// <summary>With room for everything, for a part and for nothing.</summary>
    [Theory]
    [InlineData(long.MaxValue), InlineData(3 * RowSpill.BlockBytes), InlineData(0)]
    public void Rows_of_a_household_come_back_together_and_in_order(long memory)
    {
        var random = new Random(5);
        var writer = new RawRowWriter();
        using var spill = new RowSpill(43, memory);
        var expected = new Dictionary<string, List<(int Source, int Row, string Cells)>>();
        for (var i = 0; i < 20_000; i++)
        {
            var code = $"H{random.Next(300)}";
            SheetCell[] cells = [new(code), .. new SheetCell[random.Next(4)], new(new string('户', random.Next(60))), new("#N/A", CellTrouble.ErrorValue), .. new SheetCell[random.Next(3)]];
            spill.Add(code, writer.Write(code, i % 5, i, cells));
            (expected.TryGetValue(code, out var rows) ? rows : expected[code] = []).Add((i % 5, i, Text(cells)));
        }
        var seen = new HashSet<string>();
        var reader = new RawRowReader();
        for (var part = 0; part < spill.Parts; part++)
        {
            var rows = spill.Read(part).Select(reader.Read).ToList();
            foreach (var household in rows.GroupBy(r => r.HouseholdCode))
            {
                Assert.True(seen.Add(household.Key));
                Assert.Equal(expected[household.Key], household.Select(r => (r.Source, r.Row, Text(reader.CellsOf(r)))));
            }
        }
        Assert.Equal((expected.Count, 7), (seen.Count, spill.Parts)); // of 300
        Assert.Equal(expected.Count, spill.Households);
    }

    [Fact]
    public void A_row_larger_than_a_block_is_kept_whole()
    {
        using var spill = new RowSpill(2, 0);
        SheetCell[] cells = [.. Enumerable.Range(0, 9).Select(i => new SheetCell(new string((char)('a' + i), 32_000)))];
        var writer = new RawRowWriter();
        for (var i = 0; i < 3; i++) spill.Add("H", writer.Write("H", 0, i, cells));
        var reader = new RawRowReader();
        var rows = Enumerable.Range(0, spill.Parts).SelectMany(spill.Read).Select(reader.Read).ToList();
        Assert.Equal([0, 1, 2], rows.Select(r => r.Row));
        Assert.All(rows, r => Assert.Equal(Text(cells), Text(reader.CellsOf(r))));
    }

    private static string Text(ReadOnlySpan<SheetCell> cells) => string.Join('|', cells.ToArray().Select(c => $"{c.Text}/{c.Trouble}"));
}
