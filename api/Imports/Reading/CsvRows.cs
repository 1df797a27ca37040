using System.Buffers;
using System.Text;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>The records of a csv file: comma, tab or semicolon, quotes doubled inside quotes, line ends of any kind.</summary>
internal sealed class CsvRows : ISheetRows
{
    private readonly StreamReader reader;
    private readonly TextCache texts = new();
    private readonly SearchValues<char> ends;
    private readonly StringBuilder quoted = new();
    private readonly SheetCell[] cells = new SheetCell[ImportLimits.ColumnsMax];
    private readonly char separator;
    private char[] buffer = new char[1 << 16];
    private int at, length, count;

    public CsvRows(Stream file, string name)
    {
        Name = name;
        reader = new StreamReader(file, CsvEncoding.Detect(file), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16, leaveOpen: true);
        length = reader.Read(buffer);
        separator = SeparatorOf(buffer.AsSpan(0, length));
        ends = SearchValues.Create([separator, '\r', '\n']);
    }

    public string Name { get; }
    public int Row { get; private set; }
    public ReadOnlySpan<SheetCell> Cells => cells.AsSpan(0, count);

    public bool Next()
    {
        count = 0;
        if (at == length && !Fill()) return false;
        Row++;
        while (ReadCell()) { }
        return true;
    }

    /// <summary>False when the cell was the last of its record.</summary>
    private bool ReadCell()
    {
        if (at < length && buffer[at] == separator)
        {
            Add(""); // half of all cells
            at++;
            return true;
        }
        if ((at < length || Fill()) && buffer[at] == '"') Add(Quoted());
        else Add(texts.Of(Plain()));
        if (at == length && !Fill()) return false;
        var end = buffer[at++];
        if (end == '\r' && (at < length || Fill()) && buffer[at] == '\n') at++;
        return end == separator;
    }

    /// <summary>Up to the end of the cell, which stays to be read.</summary>
    private ReadOnlySpan<char> Plain()
    {
        for (var seen = 0; ;)
        {
            var found = buffer.AsSpan(at + seen, length - at - seen).IndexOfAny(ends);
            var size = seen + (found < 0 ? length - at - seen : found);
            if (size > ImportLimits.CellCharsMax) throw new ImportFileException(ImportErrors.CellTooLarge);
            if (found < 0 && Fill())
            {
                seen = size;
                continue;
            }
            at += size;
            return buffer.AsSpan(at - size, size);
        }
    }

    /// <summary>A doubled quote is a quote; what follows the closing one belongs to the cell.</summary>
    private string Quoted()
    {
        quoted.Clear();
        for (at++; at < length || Fill();)
        {
            var found = buffer.AsSpan(at, length - at).IndexOf('"');
            Append(buffer.AsSpan(at, found < 0 ? length - at : found));
            at = found < 0 ? length : at + found + 1;
            if (found < 0) continue;
            if ((at == length && !Fill()) || buffer[at] != '"')
            {
                Append(Plain());
                break;
            }
            Append("\"");
            at++;
        }
        return quoted.ToString();
    }

    private void Append(ReadOnlySpan<char> part)
    {
        if (quoted.Length + part.Length > ImportLimits.CellCharsMax) throw new ImportFileException(ImportErrors.CellTooLarge);
        quoted.Append(part);
    }

    private void Add(string text)
    {
        if (count < cells.Length) cells[count++] = new SheetCell(Unwrapped(text));
        else if (text.Length > 0) throw new ImportFileException(ImportErrors.TooManyColumns);
    }

    /// <summary>More of the file behind what has not been read yet, which goes to the front.</summary>
    private bool Fill()
    {
        buffer.AsSpan(at, length - at).CopyTo(buffer);
        (at, length) = (0, length - at);
        if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var read = reader.Read(buffer.AsSpan(length));
        length += read;
        return read > 0;
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
