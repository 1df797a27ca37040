using System.Text;
using FangFanPin.Api.Imports.Reading;
using FangFanPin.Storage.Sync;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sync;

/// <summary>The raw pass cuts files where the import's reader cuts them: otherwise it would take the rows of one household for another's.</summary>
public sealed class RawCsvTests
{
    private static readonly string[] Pieces = ["a", "户", "\"", "\"\"", ",", ",", "\r\n", "\n", "\r", " ", "=\"4101\"", "五十三", "x,y", "\"q\"", "\t", ";", ""];

    [Fact]
    public void Records_and_cells_are_those_of_the_imports_reader()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 4_000; round++)
        {
            var text = "户编号,数,名\r\n" + string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var encoding = random.Next(2) == 0 ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;
            var bytes = encoding.GetBytes(text);
            var separator = (byte)SeparatorOf(text);
            Assert.True(Expected(bytes).SequenceEqual(Met(bytes, encoding, separator)), $"seed {seed}, round {round}: {Convert.ToBase64String(bytes)}\n{string.Join('|', Expected(bytes))}\n{string.Join('|', Met(bytes, encoding, separator))}");
        }
    }

    [Fact]
    public void Records_across_the_ends_of_buffers_are_whole()
    {
        var line = new string('x', 70_000) + ",\"" + new string('y', 90_000) + "\nz\"\r\n";
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 40)));
        var raw = new RawCsv(new MemoryStream(bytes), (byte)',');
        var count = 0;
        while (raw.Next(out var record))
        {
            Assert.Equal(line.Length - 2, record.Length);
            count++;
        }
        Assert.Equal(40, count);
    }

    /// <summary>As the reader counts them in the first part of the file.</summary>
    private static char SeparatorOf(string text)
    {
        var (commas, tabs, semicolons) = (text.Count(c => c == ','), text.Count(c => c == '\t'), text.Count(c => c == ';'));
        return tabs > commas && tabs >= semicolons ? '\t' : semicolons > commas ? ';' : ',';
    }

    private static List<string> Expected(byte[] bytes)
    {
        var rows = new List<string>();
        foreach (var sheet in new WorkbookReader(ReadingLimits.Default).Open(new MemoryStream(bytes), "a.csv"))
            while (sheet.Next()) rows.Add(string.Join('\u0002', sheet.Cells.ToArray().Select(c => c.Text ?? "")));
        return rows;
    }

    private static List<string> Met(byte[] bytes, Encoding encoding, byte separator)
    {
        var (rows, scratch) = (new List<string>(), new byte[4096]);
        var raw = new RawCsv(new MemoryStream(bytes), separator);
        while (raw.Next(out var record))
        {
            var cells = new List<string>();
            for (var i = 0; i < RawCsv.Count(record, separator); i++) cells.Add(encoding.GetString(RawCsv.Cell(record, i, separator, scratch)));
            rows.Add(string.Join('\u0002', cells));
        }
        return rows;
    }
}
