namespace FangFanPin.Domain.Imports;

/// <summary>Reads all rows of one household, whatever sheets they come from. Not for several threads.</summary>
/// <param name="sheets">The import's sheets, by source number.</param>
public sealed class HouseholdRowReader(ImportReading reading, IReadOnlyList<SheetColumns> sheets)
{
    private readonly RowReader[] readers = [.. sheets.Select((s, i) => new RowReader(reading, s, i))];
    private readonly RawRowReader raw = new();
    private readonly FragmentBuilder[] builders = [.. sheets.Select((s, i) => new FragmentBuilder(reading.Dictionary, s, i))];

    /// <param name="rows">All of one household, in any order; brought into that of the file.</param>
    /// <param name="errors">Takes what is wrong with single rows.</param>
    /// <returns>One for each sheet that has a row of it.</returns>
    public List<Fragment> Read(string code, List<RawRow> rows, List<RowError> errors)
    {
        rows.Sort();
        var tooMany = rows.Count > ImportLimits.HouseholdRowsMax;
        foreach (var row in rows)
        {
            if (tooMany) builders[row.Source].Add(row.Row);
            else if (readers[row.Source].Read(row.Row, raw.CellsOf(row)) is { } read) Add(row, read, errors);
        }
        return [.. builders.Select(b => b.Close(code)).OfType<Fragment>()];
    }

    private void Add(RawRow row, SheetRow read, List<RowError> errors)
    {
        errors.AddRange(read.Errors);
        builders[row.Source].Add(row.Row, read, errors);
    }
}
