using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace FangFanPin.Api.Imports;

/// <summary>Writes an xlsx of text cells row by row, whatever their number. Text cells are never formulas, whatever they begin with.</summary>
internal sealed class PlainWorkbookWriter : IDisposable
{
    private const int NameMax = 31;
    private readonly ZipArchive zip;
    private readonly List<string> names = [];
    private readonly StringBuilder line = new();
    private StreamWriter? sheet;
    private int row;

    public PlainWorkbookWriter(Stream target) => zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);

    public void Begin(string name)
    {
        End();
        names.Add(Unique(name));
        sheet = Part($"xl/worksheets/sheet{names.Count}.xml");
        sheet.Write("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        row = 0;
    }

    public void Write(IEnumerable<string?> cells)
    {
        line.Clear().Append("<row r=\"").Append(++row).Append("\">");
        var column = 0;
        foreach (var text in cells)
        {
            column++;
            if (string.IsNullOrEmpty(text)) continue;
            line.Append("<c r=\"");
            AppendColumn(column);
            line.Append(row).Append("\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            AppendEscaped(text);
            line.Append("</t></is></c>");
        }
        sheet!.Write(line.Append("</row>"));
    }

    public void Dispose()
    {
        End();
        if (names.Count == 0) Begin("没有错误");
        End();
        WriteParts();
        zip.Dispose();
    }

    private void End()
    {
        if (sheet is null) return;
        sheet.Write("</sheetData></worksheet>");
        sheet.Dispose();
        sheet = null;
    }

    private void WriteParts()
    {
        const string Types = "http://schemas.openxmlformats.org/package/2006/content-types";
        const string Packages = "http://schemas.openxmlformats.org/package/2006/relationships";
        const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        var numbers = Enumerable.Range(1, names.Count).ToList();
        Write("[Content_Types].xml", $"<Types xmlns=\"{Types}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            + $"<Override PartName=\"/xl/workbook.xml\" ContentType=\"{Sheets}.sheet.main+xml\"/>"
            + string.Concat(numbers.Select(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{Sheets}.worksheet+xml\"/>")) + "</Types>");
        Write("_rels/.rels", $"<Relationships xmlns=\"{Packages}\"><Relationship Id=\"rId1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        Write("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Packages}\">"
            + string.Concat(numbers.Select(n => $"<Relationship Id=\"rId{n}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")) + "</Relationships>");
        Write("xl/workbook.xml", $"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{Office}\"><sheets>"
            + string.Concat(numbers.Select(n => $"<sheet name=\"{SecurityElement.Escape(names[n - 1])}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>")) + "</sheets></workbook>");
    }

    private void Write(string part, string xml)
    {
        using var writer = Part(part);
        writer.Write(xml);
    }

    private StreamWriter Part(string name)
    {
        var writer = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false), 1 << 16);
        writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
        return writer;
    }

    /// <summary>Sheet names are short, unique, and without some signs.</summary>
    private string Unique(string name)
    {
        var plain = new string([.. name.Select(c => "[]:*?/\\".Contains(c, StringComparison.Ordinal) || char.IsControl(c) ? ' ' : c)]).Trim();
        plain = plain.Length == 0 ? "Sheet" : plain.Length > NameMax ? plain[..NameMax] : plain;
        var unique = plain;
        for (var n = 2; names.Contains(unique, StringComparer.OrdinalIgnoreCase); n++)
        {
            var ending = string.Create(CultureInfo.InvariantCulture, $" ({n})");
            unique = plain[..Math.Min(plain.Length, NameMax - ending.Length)] + ending;
        }
        return unique;
    }

    private void AppendColumn(int column)
    {
        if (column > 26) AppendColumn((column - 1) / 26);
        line.Append((char)('A' + (column - 1) % 26));
    }

    /// <summary>Characters that XML cannot hold are written as the workbook format has it, <c>_x0007_</c>.</summary>
    private void AppendEscaped(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '<') line.Append("&lt;");
            else if (c == '>') line.Append("&gt;");
            else if (c == '&') line.Append("&amp;");
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) line.Append(c).Append(text[++i]);
            else if (c is < ' ' and not ('\n' or '\t') or '\uFFFE' or '\uFFFF' || char.IsSurrogate(c)) line.Append("_x").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture)).Append('_');
            else line.Append(c);
        }
    }
}
