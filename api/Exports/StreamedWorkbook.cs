using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FangFanPin.Api.Exports;

/// <summary>
/// Writes one long list as an xlsx, row by row as UTF-8, whatever its length: a new sheet begins where the format's last row is reached. Text stands in
/// text cells, which are never formulas; what would become one when somebody saves the sheet as csv gets an apostrophe in front.
/// </summary>
public sealed class StreamedWorkbook : IDisposable
{
    /// <summary>Of the format, per sheet.</summary>
    public const int SheetRowsMax = 1_048_576;

    private const int FlushAbove = 192 * 1024;
    private const int CellCharsMax = 32_767;
    private readonly ZipArchive zip;
    private readonly string sheetName;
    private readonly string[] headers;
    private readonly byte[][] columns;
    private readonly int rowsMax;
    private byte[] bytes = new byte[256 * 1024];
    private readonly byte[] rowDigits = new byte[8];
    private int length, column, row, rowDigitsLength, sheets;
    private Stream? part;

    /// <param name="target">Seekable, so that the archive may grow beyond 4 GB.</param>
    /// <param name="headers">Of every sheet's first row.</param>
    public StreamedWorkbook(Stream target, string sheetName, IEnumerable<string> headers, int rowsMax = SheetRowsMax)
    {
        zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        (this.sheetName, this.headers, this.rowsMax) = (sheetName, [.. headers], rowsMax);
        columns = [.. Enumerable.Range(1, this.headers.Length).Select(n => Encoding.ASCII.GetBytes(Letters(n)))];
        BeginSheet();
    }

    /// <summary>Without the headers.</summary>
    public long Rows { get; private set; }

    public void StartRow()
    {
        if (row == rowsMax) BeginSheet();
        Open();
        Rows++;
    }

    public void EndRow()
    {
        Raw("</row>"u8);
        if (length > FlushAbove) Flush();
    }

    public void Blank() => column++;

    /// <summary>Text prepared by <see cref="Prepared"/>, for what comes again and again.</summary>
    public void Text(byte[]? prepared)
    {
        if (prepared is null) { column++; return; }
        CellStart();
        Raw(" t=\"inlineStr\"><is>"u8);
        Raw(prepared);
        Raw("</is></c>"u8);
    }

    public void Text(string? text)
    {
        if (string.IsNullOrEmpty(text)) { column++; return; }
        CellStart();
        Raw(" t=\"inlineStr\"><is>"u8);
        AppendText(text);
        Raw("</is></c>"u8);
    }

    public void Number(int? value)
    {
        if (value is not { } number) { column++; return; }
        CellStart();
        Raw("><v>"u8);
        Utf8Formatter.TryFormat(number, Room(16), out var written);
        length += written;
        Raw("</v></c>"u8);
    }

    public void Number(decimal? value)
    {
        if (value is not { } number) { column++; return; }
        CellStart();
        Raw("><v>"u8);
        number.TryFormat(Room(40), out var written, "0.######", CultureInfo.InvariantCulture);
        length += written;
        Raw("</v></c>"u8);
    }

    public void Day(DateOnly? value)
    {
        if (value is not { } day) { column++; return; }
        CellStart();
        Raw(" t=\"inlineStr\"><is><t>"u8);
        day.TryFormat(Room(10), out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        length += written;
        Raw("</t></is></c>"u8);
    }

    /// <summary>The inside of a text cell; null for an empty text.</summary>
    public static byte[]? Prepared(string? text) => string.IsNullOrEmpty(text) ? null : Encoding.UTF8.GetBytes(Inside(text));

    public void Dispose()
    {
        EndSheet();
        WriteParts();
        zip.Dispose();
    }

    private void BeginSheet()
    {
        EndSheet();
        sheets++;
        row = 0;
        part = zip.CreateEntry($"xl/worksheets/sheet{sheets}.xml", CompressionLevel.Fastest).Open();
        Raw("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"u8);
        Raw("<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"u8);
        Raw("<sheetFormatPr defaultRowHeight=\"15\"/>"u8);
        Raw(Encoding.ASCII.GetBytes($"<cols><col min=\"1\" max=\"{headers.Length}\" width=\"16\" customWidth=\"1\"/></cols><sheetData>"));
        Open();
        foreach (var header in headers) Text(header);
        EndRow();
    }

    private void EndSheet()
    {
        if (part is null) return;
        Raw("</sheetData></worksheet>"u8);
        Flush();
        part.Dispose();
        part = null;
    }

    private void Open()
    {
        row++;
        column = 0;
        Utf8Formatter.TryFormat(row, rowDigits, out rowDigitsLength);
        Raw("<row r=\""u8);
        Raw(rowDigits.AsSpan(0, rowDigitsLength));
        Raw("\">"u8);
    }

    private void CellStart()
    {
        Raw("<c r=\""u8);
        Raw(columns[column++]);
        Raw(rowDigits.AsSpan(0, rowDigitsLength));
        Raw("\""u8);
    }

    private static SearchValues<char> Special { get; } = SearchValues.Create(
        "<>&" + new string([.. Enumerable.Range(0, 32).Select(i => (char)i)]) + "\uFFFE\uFFFF" + new string([.. Enumerable.Range(0xD800, 0x800).Select(i => (char)i)]));

    private void AppendText(string text)
    {
        if (IsPlain(text))
        {
            Raw("<t>"u8);
            length += Encoding.UTF8.GetBytes(text, Room(text.Length * 3));
            Raw("</t>"u8);
        }
        else
        {
            var inside = Inside(text);
            length += Encoding.UTF8.GetBytes(inside, Room(inside.Length * 3));
        }
    }

    private static bool IsPlain(string text) => text.Length <= CellCharsMax && text.AsSpan().IndexOfAny(Special) < 0
        && !IsFormula(text[0]) && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    private static bool IsFormula(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '=' or '+' or '-' or '@';

    private static string Inside(string text)
    {
        if (IsFormula(text[0])) text = "'" + text;
        if (text.Length > CellCharsMax) text = text[..(char.IsHighSurrogate(text[CellCharsMax - 1]) ? CellCharsMax - 1 : CellCharsMax)];
        var xml = new StringBuilder(text.Length + 40).Append("<t xml:space=\"preserve\">");
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '<') xml.Append("&lt;");
            else if (c == '>') xml.Append("&gt;");
            else if (c == '&') xml.Append("&amp;");
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) xml.Append(c).Append(text[++i]);
            else if (c is < ' ' and not ('\n' or '\t') or '\uFFFE' or '\uFFFF' || char.IsSurrogate(c)) xml.Append(CultureInfo.InvariantCulture, $"_x{(int)c:X4}_");
            else xml.Append(c);
        }
        return xml.Append("</t>").ToString();
    }

    private void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        length += text.Length;
    }

    private Span<byte> Room(int size)
    {
        if (bytes.Length - length < size) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + size));
        return bytes.AsSpan(length);
    }

    private void Flush()
    {
        part!.Write(bytes.AsSpan(0, length));
        length = 0;
    }

    private static string Letters(int number) => number <= 26 ? $"{(char)('A' + number - 1)}" : Letters((number - 1) / 26) + (char)('A' + (number - 1) % 26);

    private void WriteParts()
    {
        const string Types = "http://schemas.openxmlformats.org/package/2006/content-types";
        const string Packages = "http://schemas.openxmlformats.org/package/2006/relationships";
        const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        var numbers = Enumerable.Range(1, sheets).ToList();
        Write("[Content_Types].xml", $"<Types xmlns=\"{Types}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            + $"<Override PartName=\"/xl/workbook.xml\" ContentType=\"{Sheets}.sheet.main+xml\"/>"
            + string.Concat(numbers.Select(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{Sheets}.worksheet+xml\"/>")) + "</Types>");
        Write("_rels/.rels", $"<Relationships xmlns=\"{Packages}\"><Relationship Id=\"rId1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        Write("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Packages}\">"
            + string.Concat(numbers.Select(n => $"<Relationship Id=\"rId{n}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")) + "</Relationships>");
        Write("xl/workbook.xml", $"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{Office}\"><sheets>"
            + string.Concat(numbers.Select(n => $"<sheet name=\"{sheetName}{(n == 1 ? "" : $" ({n})")}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>")) + "</sheets></workbook>");
    }

    private void Write(string name, string xml)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false));
        writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
        writer.Write(xml);
    }
}
