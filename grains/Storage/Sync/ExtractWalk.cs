using System.Buffers;
using System.Text;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// Walks the rows of an extract's file. Headers are found by the import's own rules; the rows of a csv file stay the bytes that they are, those of a workbook
/// are written as csv. Synchronous work for minutes: on a thread of its own.
/// </summary>
internal sealed class ExtractWalk(IWorkbookReader workbooks, DataDictionary dictionary)
{
    private const int AskEvery = 4096;
    private static ReadOnlySpan<byte> Zip => "PK"u8;
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;
    private readonly HeaderMatch headers = new(dictionary);

    /// <param name="file">Seekable.</param>
    /// <param name="progress">Called now and then with the bytes of the file that are read; may throw.</param>
    /// <returns>Names of sheets that are none of ours.</returns>
    /// <exception cref="ImportFileException">Nothing of the file may be taken.</exception>
    public List<string> Run(Stream file, string name, IRowSink sink, Action<long> progress)
    {
        Span<byte> head = stackalloc byte[3];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var cells = head[..length].StartsWith(Zip) || head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        return cells ? Cells(file, name, sink, progress) : Raw(file, name, sink, progress, head[..length].SequenceEqual(Encoding.UTF8.Preamble) ? head.Length : 0);
    }

    private List<string> Raw(Stream file, string name, IRowSink sink, Action<long> progress, int mark)
    {
        SheetColumns? columns = null;
        var (sheetName, encoding) = (name, Encoding.UTF8);
        foreach (var rows in workbooks.Open(file, name))
        {
            columns = headers.Find(sheetName = rows.Name, FirstRows(rows));
            break;
        }
        if (columns is null) return [sheetName];
        file.Position = mark;
        if (mark == 0 && !IsUtf8(file)) encoding = Gb18030;
        file.Position = mark;
        var separator = (byte)',';
        var raw = new RawCsv(file, separator);
        ReadOnlySpan<byte> record;
        do
        {
            if (!raw.Next(out record)) return [];
        }
        while (raw.Row < columns.HeaderRow);
        if (SeparatorOf(record, columns.Headers.Length) is var other && other != separator)
        {
            // Records may be cut elsewhere under another sign.
            separator = other;
            file.Position = mark;
            raw = new RawCsv(file, separator);
            while (raw.Row < columns.HeaderRow) raw.Next(out record);
        }
        var sheet = ExtractSheet.Of(columns, record.ToArray(), encoding, separator);
        sink.Begin(sheet);
        Rows(raw, sheet, sink, progress);
        sink.End();
        return [];
    }

    private static void Rows(RawCsv raw, ExtractSheet sheet, IRowSink sink, Action<long> progress)
    {
        var (scratch, code, area) = (new byte[1024], new byte[32], new byte[64]);
        while (raw.Next(out var record))
        {
            if (raw.Row % AskEvery == 0) progress(raw.BytesRead);
            if (record.IsEmpty) continue;
            var found = CodeCell.Read(RawCsv.Cell(record, sheet.CodeColumn, sheet.Separator, scratch), sheet.Encoding, code);
            if (found.IsEmpty && record.IndexOfAnyExcept(sheet.Separator, (byte)' ') < 0) continue; // a row of nothing
            sink.Take(record, found, sheet.AreaColumn < 0 ? [] : RawCsv.Cell(record, sheet.AreaColumn, sheet.Separator, area));
        }
    }

    private List<string> Cells(Stream file, string name, IRowSink sink, Action<long> progress)
    {
        var skipped = new List<string>();
        foreach (var rows in workbooks.Open(file, name))
        {
            var first = new List<(int Row, SheetCell[] Cells)>();
            while (first.Count < ImportLimits.HeaderRowsMax && rows.Next()) first.Add((rows.Row, rows.Cells.ToArray()));
            if (headers.Find(rows.Name, [.. first.Select(f => (f.Row, f.Cells.Select(c => c.Text).ToArray()))]) is not { } columns)
            {
                skipped.Add(rows.Name);
                continue;
            }
            var line = new CsvLine();
            var sheet = ExtractSheet.Of(columns, line.Write(first.First(f => f.Row == columns.HeaderRow).Cells).ToArray(), Encoding.UTF8, CsvLine.Separator);
            sink.Begin(sheet);
            foreach (var (row, cells) in first)
                if (row > columns.HeaderRow) Take(line, sheet, cells, sink);
            for (var count = 0; rows.Next(); count++)
            {
                if (count % AskEvery == 0) progress(file.Position);
                Take(line, sheet, rows.Cells, sink);
            }
            sink.End();
        }
        return skipped;
    }

    private static void Take(CsvLine line, ExtractSheet sheet, ReadOnlySpan<SheetCell> cells, IRowSink sink)
    {
        var blank = true;
        foreach (var cell in cells) blank &= cell.IsBlank;
        if (blank) return;
        Span<byte> code = stackalloc byte[32], area = stackalloc byte[64];
        sink.Take(line.Write(cells), CodeOf(cells, sheet, code), AreaOf(cells, sheet, area));
    }

    private static ReadOnlySpan<byte> CodeOf(ReadOnlySpan<SheetCell> cells, ExtractSheet sheet, Span<byte> scratch)
    {
        if (sheet.CodeColumn >= cells.Length || cells[sheet.CodeColumn] is not { Trouble: CellTrouble.None, Text: { } text }) return [];
        return CodeCell.Read(Encoding.UTF8.GetBytes(text), Encoding.UTF8, scratch);
    }

    private static ReadOnlySpan<byte> AreaOf(ReadOnlySpan<SheetCell> cells, ExtractSheet sheet, Span<byte> scratch)
    {
        if (sheet.AreaColumn < 0 || sheet.AreaColumn >= cells.Length || cells[sheet.AreaColumn].Text is not { Length: <= 16 } text) return [];
        return Encoding.UTF8.TryGetBytes(text, scratch, out var written) ? scratch[..written] : [];
    }

    private static List<(int Row, string?[] Cells)> FirstRows(ISheetRows rows)
    {
        var first = new List<(int, string?[])>();
        while (first.Count < ImportLimits.HeaderRowsMax && rows.Next())
        {
            var texts = new string?[rows.Cells.Length];
            for (var i = 0; i < texts.Length; i++) texts[i] = rows.Cells[i].Text;
            first.Add((rows.Row, texts));
        }
        return first;
    }

    /// <summary>The sign that cuts the header into as many cells as the import's reader found.</summary>
    private static byte SeparatorOf(ReadOnlySpan<byte> header, int cells)
    {
        foreach (var sign in ",\t;"u8)
            if (RawCsv.Count(header, sign) == cells) return sign;
        return (byte)',';
    }

    /// <summary>By the same sample as the import's reader, which tells the two apart by it.</summary>
    private static bool IsUtf8(Stream file)
    {
        const int SampleBytes = 1 << 18;
        var sample = ArrayPool<byte>.Shared.Rent(SampleBytes);
        var length = file.ReadAtLeast(sample.AsSpan(0, SampleBytes), SampleBytes, throwOnEndOfStream: false);
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder().GetCharCount(sample.AsSpan(0, length), flush: false);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sample);
        }
    }
}

/// <summary>One row of cells as a line of csv, in one buffer again and again.</summary>
internal sealed class CsvLine
{
    public const byte Separator = (byte)',';

    /// <summary>A cell whose value cannot be relied on is refused by any field that meets it.</summary>
    private const char Unusable = '\u0001';
    private readonly ArrayBufferWriter<byte> bytes = new(4096);

    public ReadOnlySpan<byte> Write(ReadOnlySpan<SheetCell> cells)
    {
        bytes.ResetWrittenCount();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) Put(Separator);
            if (cells[i].Trouble != CellTrouble.None) Encoding.UTF8.GetBytes([Unusable], bytes);
            if (cells[i].Text is { Length: > 0 } text) Write(text);
        }
        return bytes.WrittenSpan;
    }

    private void Write(string text)
    {
        var plain = text.AsSpan().IndexOfAny("\",\r\n") < 0;
        if (!plain) Put((byte)'"');
        Encoding.UTF8.GetBytes(plain ? text : text.Replace("\"", "\"\"", StringComparison.Ordinal), bytes);
        if (!plain) Put((byte)'"');
    }

    private void Put(byte one)
    {
        bytes.GetSpan(1)[0] = one;
        bytes.Advance(1);
    }
}
