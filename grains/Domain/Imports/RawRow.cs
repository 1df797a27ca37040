using System.Runtime.InteropServices;

namespace FangFanPin.Domain.Imports;

/// <summary>
/// A row as it stands in the file, with the household it names. What its cells mean is asked only when all rows of the household are together, and until then
/// they stay bytes: cells of thousands of rows at a time are what a collector would carry.
/// </summary>
/// <param name="Source">Which sheet of the import, from 0.</param>
/// <param name="Row">As the spreadsheet counts, from 1.</param>
/// <param name="Cells">For <see cref="RawRowReader.CellsOf"/>.</param>
public readonly record struct RawRow(string HouseholdCode, int Source, int Row, ReadOnlyMemory<byte> Cells) : IComparable<RawRow>
{
    /// <summary>The order of the file.</summary>
    public int CompareTo(RawRow other) => (Source, Row).CompareTo((other.Source, other.Row));
}

/// <summary>
/// Rows as bytes, on their way from the file to their household: numbers as they stand in memory, then each text's length and characters. Blank cells, half of
/// all, are a negative number for as many as follow each other.
/// </summary>
public sealed class RawRowWriter
{
    private const int HeadBytes = 4 * sizeof(int);
    private byte[] buffer = new byte[16 * 1024];

    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(string code, int source, int row, ReadOnlySpan<SheetCell> cells)
    {
        var most = HeadBytes + sizeof(char) * code.Length;
        foreach (var cell in cells) most += sizeof(int) + sizeof(char) * (cell.Text?.Length ?? 0);
        if (buffer.Length < most) buffer = new byte[most * 2];
        var (at, blank) = (0, 0);
        foreach (var number in (ReadOnlySpan<int>)[source, row, cells.Length, code.Length]) Put(number, ref at);
        Put(code, ref at);
        foreach (var cell in cells)
        {
            var head = (cell.Text?.Length ?? 0) << 8 | (byte)cell.Trouble;
            if (head == 0)
            {
                blank--;
                continue;
            }
            if (blank < 0) Put(blank, ref at);
            blank = 0;
            Put(head, ref at);
            Put(cell.Text, ref at);
        }
        return buffer.AsSpan(0, at);
    }

    private void Put(int number, ref int at)
    {
        MemoryMarshal.Write(buffer.AsSpan(at), number);
        at += sizeof(int);
    }

    private void Put(string? text, ref int at)
    {
        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        bytes.CopyTo(buffer.AsSpan(at));
        at += bytes.Length;
    }
}

/// <summary>Reads what <see cref="RawRowWriter"/> wrote. Not for several threads.</summary>
public sealed class RawRowReader
{
    private readonly TextCache texts = new();
    private SheetCell[] cells = new SheetCell[256];

    /// <returns>Valid as long as the bytes are.</returns>
    public RawRow Read(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span;
        var (source, row, count, codeLength) = (Number(ref rest), Number(ref rest), Number(ref rest), Number(ref rest));
        return new RawRow(Text(codeLength, ref rest), source, row, bytes);
    }

    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<SheetCell> CellsOf(RawRow row)
    {
        var rest = row.Cells.Span[(2 * sizeof(int))..];
        var (count, codeLength) = (Number(ref rest), Number(ref rest));
        rest = rest[(codeLength * sizeof(char))..];
        if (cells.Length < count) cells = new SheetCell[count];
        Array.Clear(cells, 0, count);
        for (var i = 0; rest.Length > 0; i++)
        {
            var head = Number(ref rest);
            if (head < 0) i += -head - 1;
            else cells[i] = new SheetCell(Text(head >>> 8, ref rest), (CellTrouble)(byte)head);
        }
        return cells.AsSpan(0, count);
    }

    private static int Number(ref ReadOnlySpan<byte> bytes)
    {
        var number = MemoryMarshal.Read<int>(bytes);
        bytes = bytes[sizeof(int)..];
        return number;
    }

    private string Text(int length, ref ReadOnlySpan<byte> bytes)
    {
        var text = texts.Of(MemoryMarshal.Cast<byte, char>(bytes[..(length * sizeof(char))]));
        bytes = bytes[(length * sizeof(char))..];
        return text;
    }
}

/// <summary>
/// Brings rows that belong together to one place, whatever their order in the files: they are spread over parts by their household, and one part at a
/// time is small. Households that come after each other in the files share a part: they mostly lie in one village, and what is made of a part is written together. One thread writes, then several may read. What does not fit into memory lies sealed in a temporary file.
/// </summary>
public interface IRowSpill : IDisposable
{
    int Parts { get; }

    /// <summary>How many there are, give or take one in a million.</summary>
    int Households { get; }

    /// <summary>All rows of a household come to the same part, in the order in which they were added.</summary>
    void Add(string householdCode, ReadOnlySpan<byte> row);

    /// <summary>The rows of a part, for <see cref="RawRowReader"/>.</summary>
    IEnumerable<ReadOnlyMemory<byte>> Read(int part);
}

public interface IRowSpills
{
    IRowSpill Open();
}
