using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace FangFanPin.Api.Demo;

/// <summary>How rows are printed: comma-separated text, or the sheet part of a workbook with text cells, as national exports have them.</summary>
public enum RowFormat { Csv, Xlsx }

/// <summary>Rows as UTF-8 bytes. A province has 700 million cells, so nothing is allocated for one.</summary>
public sealed class RowBuffer(RowFormat format)
{
    private static readonly TimeSpan ChinaOffset = TimeSpan.FromHours(8);
    private static readonly byte[] CellStart = [.. "<c t=\"inlineStr\"><is><t>"u8];
    private static readonly byte[] CellEnd = [.. "</t></is></c>"u8];
    private byte[] bytes = new byte[64 * 1024];
    private int length;
    private bool firstInRow;

    public RowFormat Format => format;
    public int Length => length;
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);
    public void Clear() => length = 0;

    public void StartRow()
    {
        firstInRow = true;
        if (format == RowFormat.Xlsx) Raw("<row>"u8);
    }

    public void EndRow() => Raw(format == RowFormat.Xlsx ? "</row>"u8 : "\r\n"u8);

    /// <summary>Cells without a row around them, to be put into rows by <see cref="Cells"/>.</summary>
    public void BeginCells() => firstInRow = true;

    /// <summary>Cells printed elsewhere, at the start of a row.</summary>
    public void Cells(ReadOnlySpan<byte> printed)
    {
        Raw(printed);
        firstInRow = false;
    }

    public void Empty()
    {
        Separator();
        if (format == RowFormat.Xlsx) Raw("<c/>"u8);
    }

    /// <summary>Text that needs no escaping in this format.</summary>
    public void Safe(ReadOnlySpan<byte> utf8)
    {
        Open();
        Raw(utf8);
        Close();
    }

    public void Text(string? text)
    {
        if (string.IsNullOrEmpty(text)) { Empty(); return; }
        Open();
        var safe = text.AsSpan().IndexOfAny(Unsafe) < 0 ? text : Escaped(text);
        Ensure(safe.Length * 3);
        length += Encoding.UTF8.GetBytes(safe, bytes.AsSpan(length));
        Close();
    }

    public void Number(int value)
    {
        Open();
        Utf8Formatter.TryFormat(value, Room(16), out var written);
        length += written;
        Close();
    }

    public void Amount(decimal value)
    {
        if (decimal.IsInteger(value) && Math.Abs(value) < int.MaxValue) { Number((int)value); return; }
        Open();
        value.TryFormat(Room(40), out var written, "0.######", CultureInfo.InvariantCulture);
        length += written;
        Close();
    }

    public void Day(DateOnly day)
    {
        Open();
        day.TryFormat(Room(10), out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        length += written;
        Close();
    }

    public void Moment(DateTimeOffset moment)
    {
        Open();
        moment.ToOffset(ChinaOffset).TryFormat(Room(24), out var written, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        length += written;
        Close();
    }

    private static SearchValues<char> Unsafe { get; } = SearchValues.Create("\",\r\n<>&");

    private string Escaped(string text) => format == RowFormat.Csv
        ? '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'
        : text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private void Open()
    {
        Separator();
        if (format == RowFormat.Xlsx) Raw(CellStart);
    }

    private void Close()
    {
        if (format == RowFormat.Xlsx) Raw(CellEnd);
    }

    private void Separator()
    {
        if (format == RowFormat.Csv && !firstInRow) Raw(","u8);
        firstInRow = false;
    }

    private void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        length += text.Length;
    }

    private Span<byte> Room(int size)
    {
        Ensure(size);
        return bytes.AsSpan(length);
    }

    private void Ensure(int size)
    {
        if (bytes.Length - length < size) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + size));
    }
}
