using System.Buffers;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// The records of a csv file as bytes, cut where the import's reader cuts them, nothing decoded. Signs that cut are ASCII below '0', which are parts of no
/// other character in UTF-8 and GB18030.
/// </summary>
internal sealed class RawCsv(Stream file, byte separator)
{
    private const int BufferBytes = 1 << 20;
    private static readonly SearchValues<byte> EndsOrQuotes = SearchValues.Create("\r\n\""u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create("\r\n"u8);
    private byte[] buffer = new byte[BufferBytes];
    private int at, length;
    private bool ended;

    /// <summary>Records passed so far.</summary>
    public int Row { get; private set; }
    public long BytesRead { get; private set; }

    /// <summary>Valid until the next call; without its line end, empty for a blank line.</summary>
    public bool Next(out ReadOnlySpan<byte> record)
    {
        while (true)
        {
            var size = Size(buffer.AsSpan(at, length - at), out var end);
            if (size >= 0)
            {
                record = buffer.AsSpan(at, size);
                at += end;
                Row++;
                return true;
            }
            if (!ended) { Fill(); continue; }
            record = buffer.AsSpan(at, length - at);
            at = length;
            if (record.IsEmpty) return false;
            Row++;
            return true;
        }
    }

    /// <summary>One cell of a record without its quotes, in <paramref name="scratch"/> where it must be put together; empty when the record is shorter.</summary>
    public static ReadOnlySpan<byte> Cell(ReadOnlySpan<byte> record, int index, byte separator, Span<byte> scratch)
    {
        if (!record.Contains((byte)'"'))
        {
            for (; index > 0; index--)
            {
                var next = record.IndexOf(separator);
                if (next < 0) return [];
                record = record[(next + 1)..];
            }
            var end = record.IndexOf(separator);
            return end < 0 ? record : record[..end];
        }
        for (; ; index--)
        {
            var end = CellEnd(record, separator);
            if (index == 0) return Plain(record[..end], scratch);
            if (end >= record.Length) return [];
            record = record[(end + 1)..];
        }
    }

    /// <summary>Cells of a record.</summary>
    public static int Count(ReadOnlySpan<byte> record, byte separator)
    {
        for (var count = 1; ; count++)
        {
            var end = CellEnd(record, separator);
            if (end >= record.Length) return count;
            record = record[(end + 1)..];
        }
    }

    /// <returns>Bytes of the first record, negative when its end is not in sight; <paramref name="end"/> is where the next one begins.</returns>
    private int Size(ReadOnlySpan<byte> bytes, out int end)
    {
        end = 0;
        var found = bytes.IndexOfAny(EndsOrQuotes);
        if (found >= 0 && bytes[found] == '"') found = QuotedSize(bytes);
        if (found < 0 || found >= bytes.Length) return -1;
        // Whether a line feed follows is seen only when something follows, or nothing will.
        if (bytes[found] == '\r' && found + 1 == bytes.Length && !ended) return -1;
        end = found + (bytes[found] == '\r' && found + 1 < bytes.Length && bytes[found + 1] == '\n' ? 2 : 1);
        return found;
    }

    private int QuotedSize(ReadOnlySpan<byte> bytes)
    {
        var passed = 0;
        while (true)
        {
            var end = CellEnd(bytes[passed..], separator, Ends);
            if (end < 0) return -1;
            passed += end;
            if (passed >= bytes.Length || bytes[passed] != separator) return passed;
            passed++;
        }
    }

    /// <summary>Quotes count at the beginning of a cell only, as the import's reader has it.</summary>
    /// <returns>Where the first cell ends; the length when it is the last one.</returns>
    private static int CellEnd(ReadOnlySpan<byte> bytes, byte separator) => CellEnd(bytes, separator, null) is var end and >= 0 ? end : bytes.Length;

    /// <returns>Negative when the end is not in sight.</returns>
    private static int CellEnd(ReadOnlySpan<byte> bytes, byte separator, SearchValues<byte>? ends)
    {
        var passed = 0;
        if (bytes.Length > 0 && bytes[0] == '"')
        {
            for (passed = 1; ; passed += 2)
            {
                var quote = bytes[passed..].IndexOf((byte)'"');
                if (quote < 0) return -1;
                passed += quote;
                if (passed + 1 < bytes.Length && bytes[passed + 1] == '"') continue;
                if (passed + 1 >= bytes.Length && ends is not null) return -1;
                passed++;
                break;
            }
        }
        var rest = bytes[passed..];
        var next = rest.IndexOf(separator);
        if (ends is not null && (next < 0 ? rest : rest[..next]).IndexOfAny(ends) is var line and >= 0) next = line;
        return next < 0 ? -1 : passed + next;
    }

    private static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> cell, Span<byte> scratch)
    {
        // Exports write ="410…" so that spreadsheets keep the digits.
        if (cell is [(byte)'=', (byte)'"', .., (byte)'"']) return cell[2..^1];
        if (cell.IsEmpty || cell[0] != '"' || cell.Length > scratch.Length) return cell;
        var length = 0;
        var quoted = true;
        for (var i = 1; i < cell.Length; i++)
        {
            if (quoted && cell[i] == '"')
            {
                if (i + 1 < cell.Length && cell[i + 1] == '"') i++;
                else { quoted = false; continue; }
            }
            scratch[length++] = cell[i];
        }
        var plain = scratch[..length];
        return plain is [(byte)'=', (byte)'"', .., (byte)'"'] ? plain[2..^1] : plain;
    }

    private void Fill()
    {
        if (at > 0)
        {
            buffer.AsSpan(at, length - at).CopyTo(buffer);
            (at, length) = (0, length - at);
        }
        else if (length == buffer.Length)
        {
            if (buffer.Length >= SyncLimits.RowBytesMax) throw new ImportFileException(ImportErrors.CellTooLarge);
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        var read = file.Read(buffer, length, buffer.Length - length);
        ended = read == 0;
        length += read;
        BytesRead += read;
    }
}
