using CsCheck;
using FangFanPin.Api.Exports;
using FangFanPin.Api.Imports.Reading;
using FangFanPin.Domain.Imports;
using MiniExcelLibs;
using Xunit;

namespace FangFanPin.Tests.Api.Exports;

public sealed class StreamedWorkbookTests
{
    private static readonly string[] Headers = ["甲", "乙", "丙"];

    [Fact]
    public void What_is_written_is_read_again_whatever_the_characters_and_however_many_sheets()
    {
        var text = Gen.String[Gen.Char["ab1王秀英<&>\"'\n=+-@ "], 0, 6];
        Gen.Select(Gen.Select(text, Gen.Int, Gen.Decimal[-1000, 1000]).Array[0, 40], Gen.Int[2, 15]).Sample((rows, rowsMax) =>
        {
            var stream = new MemoryStream();
            using (var workbook = new StreamedWorkbook(stream, "人员", Headers, rowsMax))
            {
                foreach (var (a, b, c) in rows)
                {
                    workbook.StartRow();
                    workbook.Text(a);
                    workbook.Number(b);
                    workbook.Number(Math.Round(c, 2));
                    workbook.EndRow();
                }
                Assert.Equal(rows.Length, workbook.Rows);
            }
            stream.Position = 0;
            var read = Read(stream, rowsMax);
            Assert.Equal(rows.Select(r => (Safe(r.Item1), $"{r.Item2}", $"{Math.Round(r.Item3, 2):0.######}")), read);
        }, iter: 200);
    }

    /// <summary>1,048,576 rows, headers among them, are the most that a sheet may have.</summary>
    [Fact]
    public void A_million_rows_and_more_go_on_in_a_second_sheet()
    {
        const int Rows = 1_048_577;
        var stream = new MemoryStream();
        using (var workbook = new StreamedWorkbook(stream, "人员", ["甲"]))
        {
            for (var i = 1; i <= Rows; i++)
            {
                workbook.StartRow();
                workbook.Number(i);
                workbook.EndRow();
            }
        }
        using var zip = new System.IO.Compression.ZipArchive(stream);
        Assert.EndsWith("<row r=\"1048576\"><c r=\"A1048576\"><v>1048575</v></c></row></sheetData></worksheet>", Part(zip, "sheet1"), StringComparison.Ordinal);
        Assert.EndsWith("<row r=\"3\"><c r=\"A3\"><v>1048577</v></c></row></sheetData></worksheet>", Part(zip, "sheet2"), StringComparison.Ordinal);
    }

    private static string Part(System.IO.Compression.ZipArchive zip, string sheet)
    {
        using var reader = new StreamReader(zip.GetEntry($"xl/worksheets/{sheet}.xml")!.Open());
        return reader.ReadToEnd();
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("=1")]
    public void Nothing_that_a_spreadsheet_could_run_stands_in_front(string text)
    {
        Assert.StartsWith("<t xml:space=\"preserve\">'", System.Text.Encoding.UTF8.GetString(StreamedWorkbook.Prepared(text)!), StringComparison.Ordinal);
        var stream = new MemoryStream();
        using (var workbook = new StreamedWorkbook(stream, "人员", ["甲"]))
        {
            workbook.StartRow();
            workbook.Text(text);
            workbook.EndRow();
        }
        stream.Position = 0;
        Assert.Equal("'" + text, (string)stream.Query(useHeaderRow: true).Cast<IDictionary<string, object>>().Single()["甲"]);
    }

    /// <summary>The reader takes blank cells for empty ones.</summary>
    private static string Safe(string text) => string.IsNullOrWhiteSpace(text) && !text.StartsWith('\n') ? "" : text.Length > 0 && "=+-@\n".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;

    private static List<(string, string, string)> Read(Stream stream, int rowsMax)
    {
        var rows = new List<(string, string, string)>();
        foreach (var sheet in new WorkbookReader(ReadingLimits.Default).Open(stream, "x.xlsx"))
        {
            var count = 0;
            while (sheet.Next())
            {
                var cells = Enumerable.Range(0, 3).Select(i => i < sheet.Cells.Length ? sheet.Cells[i].Text ?? "" : "").ToArray();
                if (count++ == 0) Assert.Equal(Headers, cells);
                else rows.Add((cells[0], cells[1], cells[2]));
            }
            Assert.InRange(count, 1, rowsMax);
        }
        return rows;
    }
}
