using FangFanPin.Domain.Dictionary;

namespace FangFanPin.Domain.Imports;

/// <summary>Takes what a parser finds, in the order of the file.</summary>
public interface IImportSink
{
    /// <param name="person">The code of the person in the row; null when it has none that can be read.</param>
    void Take(int source, int row, string householdCode, string? person, ReadOnlySpan<SheetCell> cells);

    /// <summary>A fault of a row that belongs to no household.</summary>
    void Take(RowError error);
}

/// <summary>
/// Reads the sheets of one import one after another, and of each row only to whom it belongs. Not for several threads.
/// </summary>
public sealed class ImportParser(ImportReading reading)
{
    private readonly HeaderMatch headers = new(reading.Dictionary);
    private readonly List<SheetColumns> sheets = [];
    private readonly List<string> skipped = [];

    /// <summary>Recognised sheets; their place is their source number.</summary>
    public IReadOnlyList<SheetColumns> Sheets => sheets;

    /// <summary>Names of sheets that are none of ours.</summary>
    public IReadOnlyList<string> Skipped => skipped;

    /// <summary>Data rows read so far, blank ones not counted.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether the sheet was recognised and read; else it is skipped.</summary>
    /// <exception cref="ImportFileException">Nothing of the import may be taken.</exception>
    public bool Parse(ISheetRows sheet, IImportSink sink, CancellationToken ct)
    {
        var first = FirstRows(sheet);
        if (headers.Find(sheet.Name, [.. first.Select(r => (r.Row, r.Cells.Select(c => c.Text).ToArray()))]) is not { } columns)
        {
            skipped.Add(sheet.Name);
            return false;
        }
        var source = sheets.Count;
        sheets.Add(columns);
        var rows = new SheetRun(this, columns, source, sink);
        foreach (var (row, cells) in first.Where(r => r.Row > columns.HeaderRow)) rows.Read(row, cells);
        while (sheet.Next())
        {
            rows.Read(sheet.Row, sheet.Cells);
            if ((Rows & 255) == 0) ct.ThrowIfCancellationRequested();
        }
        return true;
    }

    private static List<(int Row, SheetCell[] Cells)> FirstRows(ISheetRows sheet)
    {
        var rows = new List<(int, SheetCell[])>();
        while (rows.Count < ImportLimits.HeaderRowsMax && sheet.Next())
        {
            rows.Add((sheet.Row, sheet.Cells.ToArray()));
        }
        return rows;
    }

    private sealed class SheetRun(ImportParser parser, SheetColumns columns, int source, IImportSink sink)
    {
        private readonly RowReader reader = new(parser.Reading, columns, source);

        public void Read(int row, ReadOnlySpan<SheetCell> cells)
        {
            if (RowReader.IsBlank(cells)) return;
            if (++parser.Rows > ImportLimits.RowsMax) throw new ImportFileException(ImportErrors.TooManyRows);
            if (reader.HouseholdCodeOf(cells) is { } code) sink.Take(source, row, code, reader.PersonCodeOf(cells), cells);
            else foreach (var error in reader.Read(row, cells)!.Errors) sink.Take(error);
        }
    }

    private ImportReading Reading => reading;
}

/// <summary>What the reading of an import needs to know.</summary>
/// <param name="Today">In Asia/Shanghai.</param>
/// <param name="CountyCode">Six digits of a county by its name, null when unknown or not one.</param>
public sealed record ImportReading(DataDictionary Dictionary, DateOnly Today, Func<string, string?> CountyCode);
