using System.Text;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>The records of a csv file: comma, tab or semicolon, quotes doubled inside quotes, line ends of any kind.</summary>
internal sealed class CsvRows : ISheetRows
{
    private readonly StreamReader reader;
    private readonly char[] buffer = new char[1 << 16];
    private readonly StringBuilder cell = new();
    private readonly List<SheetCell> cells = [];
    private readonly char separator;
    private int at, length;
    private SheetCell[] row = [];

    public CsvRows(Stream file, string name)
    {
        Name = name;
        reader = new StreamReader(file, CsvEncoding.Detect(file), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16, leaveOpen: true);
        length = reader.Read(buffer);
        separator = SeparatorOf(buffer.AsSpan(0, length));
    }

    public string Name { get; }
    public int Row { get; private set; }
    public ReadOnlySpan<SheetCell> Cells => row;

    public bool Next()
    {
        cells.Clear();
        if (Peek() < 0) return false;
        Row++;
        while (ReadCell()) { }
        row = [.. cells];
        return true;
    }

    /// <summary>False when the cell was the last of its record.</summary>
    private bool ReadCell()
    {
        cell.Clear();
        var quoted = Peek() == '"';
        if (quoted) Quoted();
        int c;
        while ((c = Take()) >= 0 && c != separator && c is not ('\r' or '\n')) Append((char)c);
        if (cells.Count >= ImportLimits.ColumnsMax)
        {
            if (cell.Length > 0) throw new ImportFileException(ImportErrors.TooManyColumns);
        }
        else cells.Add(new SheetCell(Unwrapped(cell.ToString())));
        if (c == '\r' && Peek() == '\n') Take();
        return c == separator;
    }

    private void Quoted()
    {
        Take();
        int c;
        while ((c = Take()) >= 0)
        {
            if (c != '"') Append((char)c);
            else if (Peek() != '"') return;
            else Append((char)Take());
        }
    }

    private void Append(char c)
    {
        if (cell.Length >= ImportLimits.CellCharsMax) throw new ImportFileException(ImportErrors.CellTooLarge);
        cell.Append(c);
    }

    private int Peek()
    {
        if (at < length) return buffer[at];
        (at, length) = (0, reader.Read(buffer));
        return length > 0 ? buffer[0] : -1;
    }

    private int Take()
    {
        var c = Peek();
        if (c >= 0) at++;
        return c;
    }

    /// <summary>Exports write ="410…" so that spreadsheets keep the digits.</summary>
    private static string Unwrapped(string text) =>
        text.Length >= 3 && text[0] == '=' && text[1] == '"' && text[^1] == '"' ? text[2..^1] : text;

    /// <summary>The sign that the first lines have most of.</summary>
    private static char SeparatorOf(ReadOnlySpan<char> head)
    {
        head = head[..Math.Min(head.Length, 8192)];
        var (commas, tabs, semicolons) = (head.Count(','), head.Count('\t'), head.Count(';'));
        if (tabs > commas && tabs >= semicolons) return '\t';
        return semicolons > commas ? ';' : ',';
    }
}
