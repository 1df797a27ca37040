using FangFanPin.Domain.Dictionary;

namespace FangFanPin.Domain.Imports;

/// <summary>Takes what a parser finds, in the order of the file.</summary>
public interface IImportSink
{
    void Take(Fragment fragment);
    void Take(RowError error);
}

/// <summary>Reads the sheets of one import one after another. Not for several threads.</summary>
/// <param name="today">In Asia/Shanghai.</param>
/// <param name="countyCode">Six digits of a county by its name.</param>
public sealed class ImportParser(DataDictionary dictionary, DateOnly today, Func<string, string?> countyCode)
{
    private readonly HeaderMatch headers = new(dictionary);
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
        rows.Close();
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
        private readonly RowReader reader = new(parser.Dictionary, columns, source, parser.Today, parser.CountyCode);
        private readonly FragmentBuilder builder = new(parser.Dictionary, columns, source);
        private readonly List<RowError> differing = [];

        public void Read(int row, ReadOnlySpan<SheetCell> cells)
        {
            if (reader.Read(row, cells) is not { } read) return;
            if (++parser.Rows > ImportLimits.RowsMax) throw new ImportFileException(ImportErrors.TooManyRows);
            foreach (var error in read.Errors) sink.Take(error);
            if (builder.Add(row, read, differing) is { } fragment) sink.Take(fragment);
            foreach (var error in differing) sink.Take(error);
            differing.Clear();
        }

        public void Close()
        {
            if (builder.Close() is { } fragment) sink.Take(fragment);
        }
    }

    private DataDictionary Dictionary => dictionary;
    private DateOnly Today => today;
    private Func<string, string?> CountyCode => countyCode;
}
