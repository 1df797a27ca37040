using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;

namespace FangFanPin.Api.Demo;

/// <summary>Where the sheets of one export go: seven csv files, or one workbook. Memory stays flat however long the sheets are.</summary>
public abstract class ExportFiles : IDisposable
{
    private const int FlushAbove = 256 * 1024;

    /// <summary>The files made, complete after <see cref="Finish"/>.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>Takes the printed rows when they have grown to a block.</summary>
    public void Take(HouseholdPrinter printer)
    {
        foreach (var (name, rows) in printer.Sheets)
        {
            if (rows.Length > FlushAbove) Drain(name, rows);
        }
    }

    public void Finish(HouseholdPrinter printer)
    {
        foreach (var (name, rows) in printer.Sheets) Drain(name, rows);
        Close();
    }

    private void Drain(string sheet, RowBuffer rows)
    {
        Write(sheet, rows.Written);
        rows.Clear();
    }

    protected abstract void Write(string sheet, ReadOnlySpan<byte> rows);
    protected abstract void Close();
    public abstract void Dispose();
}

/// <summary>One csv file per sheet, <c>{stem}-{sheet}.csv</c>, UTF-8 with a byte order mark or GB18030.</summary>
public sealed class CsvFiles : ExportFiles
{
    private readonly ImmutableDictionary<string, Stream> streams;

    public CsvFiles(string stem, bool gb18030)
    {
        streams = ExportLayout.Sheets.ToImmutableDictionary(s => s, s => Create($"{stem}-{s}.csv", gb18030));
    }

    private Stream Create(string path, bool gb18030)
    {
        Paths.Add(path);
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        if (gb18030) return Encoding.CreateTranscodingStream(file, CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!, Encoding.UTF8);
        file.Write(Encoding.UTF8.Preamble);
        return file;
    }

    protected override void Write(string sheet, ReadOnlySpan<byte> rows) => streams[sheet].Write(rows);

    protected override void Close() => Dispose();

    public override void Dispose()
    {
        foreach (var stream in streams.Values) stream.Dispose();
    }
}

/// <summary>
/// One workbook. A zip takes its parts one after the other while the sheets grow side by side, so the rows wait in compressed scratch files beside it.
/// </summary>
public sealed class XlsxFile : ExportFiles
{
    private readonly string path;
    private readonly ImmutableDictionary<string, (FileStream File, DeflateStream Rows)> scratch;

    public XlsxFile(string stem)
    {
        path = stem + ".xlsx";
        Paths.Add(path);
        scratch = ExportLayout.Sheets.ToImmutableDictionary(s => s, s => Scratch($"{stem}-{s}.part"));
    }

    private static (FileStream, DeflateStream) Scratch(string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
        return (file, new DeflateStream(file, CompressionLevel.Fastest, leaveOpen: true));
    }

    protected override void Write(string sheet, ReadOnlySpan<byte> rows) => scratch[sheet].Rows.Write(rows);

    protected override void Close()
    {
        using var zip = new ZipArchive(new FileStream(path, FileMode.Create), ZipArchiveMode.Create);
        WritePart(zip, "[Content_Types].xml", ContentTypes());
        WritePart(zip, "_rels/.rels", Relationships([("officeDocument", "xl/workbook.xml")]));
        WritePart(zip, "xl/workbook.xml", Workbook());
        WritePart(zip, "xl/_rels/workbook.xml.rels", Relationships(ExportLayout.Sheets.Select((_, i) => ("worksheet", $"worksheets/sheet{i + 1}.xml"))));
        for (var i = 0; i < ExportLayout.Sheets.Length; i++) WriteSheet(zip, i);
    }

    private void WriteSheet(ZipArchive zip, int index)
    {
        var (file, rows) = scratch[ExportLayout.Sheets[index]];
        rows.Dispose();
        file.Position = 0;
        using var part = zip.CreateEntry($"xl/worksheets/sheet{index + 1}.xml", CompressionLevel.Fastest).Open();
        part.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"u8);
        using (var reader = new DeflateStream(file, CompressionMode.Decompress, leaveOpen: true)) reader.CopyTo(part);
        part.Write("</sheetData></worksheet>"u8);
    }

    private static void WritePart(ZipArchive zip, string name, string xml)
    {
        using var part = new StreamWriter(zip.CreateEntry(name).Open(), new UTF8Encoding(false));
        part.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" + xml);
    }

    private static string ContentTypes() =>
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
        + string.Concat(ExportLayout.Sheets.Select((_, i) =>
            $"<Override PartName=\"/xl/worksheets/sheet{i + 1}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"))
        + "</Types>";

    private static string Workbook() =>
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
        + string.Concat(ExportLayout.Sheets.Select((name, i) => $"<sheet name=\"{name}\" sheetId=\"{i + 1}\" r:id=\"rId{i + 1}\"/>")) + "</sheets></workbook>";

    private static string Relationships(IEnumerable<(string Type, string Target)> targets) =>
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        + string.Concat(targets.Select((t, i) =>
            $"<Relationship Id=\"rId{i + 1}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{t.Type}\" Target=\"{t.Target}\"/>"))
        + "</Relationships>";

    public override void Dispose()
    {
        foreach (var (file, rows) in scratch.Values)
        {
            rows.Dispose();
            file.Dispose();
        }
    }
}
