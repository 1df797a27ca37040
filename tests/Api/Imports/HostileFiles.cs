using System.IO.Compression;
using System.Text;

namespace FangFanPin.Tests.Api.Imports;

/// <summary>Files as people and worse send them.</summary>
internal static class HostileFiles
{
    public const string Village = "411424001201";
    public static readonly string[] Header = ["户编号", "行政区划代码(村级12位)", "家庭人口数", "人编号", "姓名", "性别", "出生日期", "证件号码"];

    public static byte[] Csv(params string?[][] rows) => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text(rows))];

    public static byte[] Gb18030(params string?[][] rows) => CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(Text(rows));

    private static string Text(string?[][] rows) => string.Concat(rows.Select(r => string.Join(',', r.Select(c => c is null ? "" : $"\"{c.Replace("\"", "\"\"")}\"")) + "\r\n"));

    /// <summary>A workbook of one sheet 户和成员 whose cells are given as raw XML.</summary>
    public static byte[] Xlsx(string sheetXml, string? sharedStrings = null, string styles = "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>") =>
        Zip(Parts(("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{sheetXml}</sheetData></worksheet>"), sharedStrings, styles));

    public static string Row(int number, params string?[] cells) =>
        $"<row r=\"{number}\">{string.Concat(cells.Select((c, i) => c is null ? "" : $"<c r=\"{(char)('A' + i)}{number}\" t=\"inlineStr\"><is><t>{c}</t></is></c>"))}</row>";

    public static byte[] Zip(IEnumerable<(string Name, string Content)> parts)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return memory.ToArray();
    }

    /// <summary>A sheet that unpacks to far more than it is: rows of nothing.</summary>
    public static byte[] Bomb()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Parts(("xl/worksheets/other.xml", ""), null, ""))
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(content));
            }
            using var sheet = zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.SmallestSize).Open();
            var zeros = Enumerable.Repeat((byte)' ', 1 << 20).ToArray();
            for (var i = 0; i < 64; i++) sheet.Write(zeros);
        }
        return memory.ToArray();
    }

    /// <summary>The beginning of an OLE container, with or without the stream that a password makes.</summary>
    public static byte[] Ole(bool encrypted) =>
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[1024], .. encrypted ? Encoding.Unicode.GetBytes("EncryptedPackage") : [], .. new byte[512]];

    private static IEnumerable<(string, string)> Parts((string, string) sheet, string? sharedStrings, string styles)
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        yield return ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
        yield return ("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"户和成员\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
        yield return ("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
        yield return ("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\">{styles}</styleSheet>");
        if (sharedStrings is not null) yield return ("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">{sharedStrings}</sst>");
        yield return sheet;
    }
}
