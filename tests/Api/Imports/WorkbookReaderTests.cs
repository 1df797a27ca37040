using System.Text;
using FangFanPin.Api.Imports.Reading;
using FangFanPin.Domain.Imports;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

public sealed class WorkbookReaderTests
{
    private const string Village = HostileFiles.Village;

    [Fact]
    public void Cells_of_every_kind_are_read_as_people_see_them()
    {
        var rows = Read(HostileFiles.Xlsx("""
            <row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3"><v>12.5</v></c><c r="D3" s="1"><v>44260</v></c><c r="E3" s="1"><v>44260.5</v></c></row>
            <row r="5"><c t="b"><v>1</v></c><c t="inlineStr"><is><r><t>张</t></r><r><t xml:space="preserve"> 三</t></r><rPh><t>zhang</t></rPh></is></c><c t="str"><f>A1</f><v>算出</v></c><c t="str"><f>A1</f><v></v></c></row>
            <row><c><v>0.30000000000000004</v></c><c><v>4.1010119900307699E+17</v></c><c><v>410101199003077210</v></c><c><v>410101199003077000</v></c><c t="inlineStr"><is><t>a_x0007_b</t></is></c></row>
            """, "<si><t>户编号</t></si>"));
        Assert.Equal([3, 5, 6], rows.Select(r => r.Row));
        Assert.Equal(["户编号", null, "12.5", "2021-03-05", "2021-03-05 12:00:00"], rows[0].Cells.Select(c => c.Text));
        Assert.Equal(["1", "张 三", "算出"], rows[1].Cells.Select(c => c.Text));
        Assert.Equal(["0.3", "410101199003077000", "410101199003077210", "410101199003077000", "a\ab"], rows[2].Cells.Select(c => c.Text));
        Assert.Equal([CellTrouble.None, CellTrouble.RoundedNumber, CellTrouble.None, CellTrouble.RoundedNumber, CellTrouble.None], rows[2].Cells.Select(c => c.Trouble));
    }

    [Fact]
    public void A_formula_counts_as_its_value_and_without_one_is_in_trouble()
    {
        var row = Read(HostileFiles.Xlsx("<row r=\"1\"><c><f>SUM(1,2)</f><v>3</v></c><c><f>SUM(1,2)</f></c><c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>"))[0];
        Assert.Equal([CellTrouble.None, CellTrouble.FormulaWithoutValue, CellTrouble.ErrorValue], row.Cells.Select(c => c.Trouble));
        Assert.Equal("3", row.Cells[0].Text);
    }

    [Theory]
    [InlineData("UTF-8", false), InlineData("UTF-8", true), InlineData("GB18030", false), InlineData("UTF-16", true)]
    public void Text_files_are_read_in_their_encoding(string name, bool mark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        var text = "户编号,备注\r\nH1,\"他说\"\"好\"\",\n换行𠮷\"\nH2,=\"0123\"\n";
        var rows = Read([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);
        Assert.Equal([["户编号", "备注"], ["H1", "他说\"好\",\n换行𠮷"], ["H2", "0123"]], rows.Select(r => r.Cells.Select(c => c.Text!).ToArray()));
    }

    [Fact]
    public void Csv_may_have_tabs_or_semicolons_and_long_files()
    {
        Assert.Equal(["甲", "乙"], Read(Encoding.UTF8.GetBytes("户编号\t姓名\n甲\t乙"))[1].Cells.Select(c => c.Text));
        Assert.Equal(["甲", "乙"], Read(Encoding.UTF8.GetBytes("户编号;姓名\n甲;乙"))[1].Cells.Select(c => c.Text));
        Assert.Equal(100_001, Read(Encoding.UTF8.GetBytes("户编号,姓名\r\n" + string.Concat(Enumerable.Repeat("H1,张三\r\n", 100_000)))).Count);
    }

    [Fact]
    public void A_zip_of_files_is_read_file_by_file()
    {
        var zip = HostileFiles.Zip([("a/户和成员.csv", "户编号\nH1"), ("说明.txt", "x"), ("年度收入.csv", "户编号\nH2")]);
        Assert.Equal(["户和成员", "年度收入"], Open(zip).Select(s => s.Name));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "import.not-a-workbook", "png" }, { "import.not-a-workbook", "empty" }, { "import.not-a-workbook", "zip-of-nothing" }, { "import.encrypted", "encrypted" },
        { "import.old-format", "xls" }, { "import.too-large", "bomb" }, { "import.cell-too-large", "cell" }, { "import.cell-too-large", "shared" },
        { "import.cell-too-large", "csv-cell" }, { "import.unknown-encoding", "big5" }, { "import.damaged", "cut" }, { "import.damaged", "xml" },
        { "import.damaged", "entity" }, { "import.damaged", "shared-missing" }, { "import.too-many-columns", "columns" }, { "import.too-many-columns", "csv-columns" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Hostile_and_damaged_files_are_refused_with_a_code(string code, string kind)
    {
        var refused = Assert.Throws<ImportFileException>(() => Read(Make(kind)));
        Assert.Equal(code, refused.Error.Code);
    }

    private static byte[] Make(string kind)
    {
        var good = HostileFiles.Xlsx(HostileFiles.Row(1, HostileFiles.Header) + HostileFiles.Row(2, "H1", Village));
        return kind switch
        {
            "png" => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13],
            "empty" => [],
            "zip-of-nothing" => HostileFiles.Zip([("readme.txt", "x")]),
            "encrypted" => HostileFiles.Ole(encrypted: true),
            "xls" => HostileFiles.Ole(encrypted: false),
            "bomb" => HostileFiles.Bomb(),
            "cell" => HostileFiles.Xlsx(HostileFiles.Row(1, new string('甲', 10_000_000))),
            "shared" => HostileFiles.Xlsx("", $"<si><t>{new string('a', 40_000)}</t></si>"),
            "csv-cell" => Encoding.UTF8.GetBytes("户编号,姓名\n\"" + new string('a', 100 << 20)),
            "big5" => [.. Enumerable.Repeat<byte[]>([0xA4, 0xFF, 0x20], 50).SelectMany(b => b)],
            "cut" => good[..(good.Length / 2)],
            "xml" => HostileFiles.Xlsx("<row r=\"1\"><c>"),
            "entity" => HostileFiles.Zip([("[Content_Types].xml", ""), ("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><workbook>&b;</workbook>")]),
            "shared-missing" => HostileFiles.Xlsx("<row r=\"1\"><c t=\"s\"><v>7</v></c></row>"),
            "columns" => HostileFiles.Xlsx("<row r=\"1\"><c r=\"ZZZ1\"><v>1</v></c></row>".Replace("ZZZ", "VAB", StringComparison.Ordinal)),
            "csv-columns" => Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 600))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static IEnumerable<ISheetRows> Open(byte[] bytes) => new WorkbookReader(ReadingLimits.Default).Open(new MemoryStream(bytes), "户和成员.xlsx");

    private static List<(int Row, SheetCell[] Cells)> Read(byte[] bytes)
    {
        var rows = new List<(int, SheetCell[])>();
        foreach (var sheet in Open(bytes))
        {
            while (sheet.Next()) rows.Add((sheet.Row, sheet.Cells.ToArray()));
        }
        return rows;
    }
}
