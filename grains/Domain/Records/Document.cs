using System.Numerics;
using System.Text;

namespace FangFanPin.Domain.Records;

/// <summary>The three shapes of a value in a document; enough for a reader to step over a field that it does not know.</summary>
public enum WireType { Number = 0, Bytes = 1, Decimal = 2 }

/// <summary>Appends tagged values to a growing buffer.</summary>
public sealed class DocumentWriter
{
    private const int ShortText = 0x7f / 3;
    private const int LengthRoom = 4;
    private byte[] buffer = new byte[2048];
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>Begins a new document in the same room; what was <see cref="Written"/> is lost.</summary>
    public void Clear() => length = 0;

    public void Tag(int number, WireType wire) => Unsigned((ulong)number << 2 | (uint)wire);
    public void EndOfRecord() => Unsigned(0);

    public void Unsigned(ulong value)
    {
        if (value < 0x80 && length < buffer.Length)
        {
            buffer[length++] = (byte)value;
            return;
        }
        var span = Room(10);
        var at = 0;
        while (value >= 0x80)
        {
            span[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[at++] = (byte)value;
        length += at;
    }

    public void Signed(long value) => Unsigned((ulong)(value << 1 ^ value >> 63));

    public void Text(string value)
    {
        if (value.Length <= ShortText)
        {
            // One byte of length is enough, whatever the characters are: no counting in advance.
            var room = Room(1 + 3 * value.Length);
            var written = Encoding.UTF8.GetBytes(value, room[1..]);
            room[0] = (byte)written;
            length += 1 + written;
            return;
        }
        var count = Encoding.UTF8.GetByteCount(value);
        Unsigned((ulong)count);
        Encoding.UTF8.GetBytes(value, Room(count));
        length += count;
    }

    /// <summary>Leaves room for the length of what <see cref="Close"/> will enclose, so that a part needs no buffer of its own.</summary>
    /// <returns>The mark to close with.</returns>
    public int Open()
    {
        Room(LengthRoom);
        return length += LengthRoom;
    }

    /// <summary>Everything written since <see cref="Open"/> becomes one value as of <see cref="Bytes"/>.</summary>
    public void Close(int mark)
    {
        var count = length - mark;
        if (count >= 1 << 7 * LengthRoom) throw new InvalidOperationException("A part of a document is too long.");
        for (var i = 0; i < LengthRoom; i++) buffer[mark - LengthRoom + i] = (byte)(count >> 7 * i & 0x7f | (i < LengthRoom - 1 ? 0x80 : 0));
    }

    internal void Field(int number, string value)
    {
        Tag(number, WireType.Bytes);
        Text(value);
    }

    internal void Field(int number, decimal value)
    {
        Tag(number, WireType.Decimal);
        Decimal(value);
    }

    internal void Field(int number, long value)
    {
        Tag(number, WireType.Number);
        Signed(value);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Unsigned((ulong)value.Length);
        value.CopyTo(Room(value.Length));
        length += value.Length;
    }

    /// <summary>Scale, then the unscaled integer; trailing zeros are dropped so that equal amounts have equal bytes.</summary>
    public void Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        if (bits[2] == 0 && bits[1] >= 0)
        {
            var (magnitude, scale) = ((long)bits[1] << 32 | (uint)bits[0], value.Scale);
            for (; scale > 0 && magnitude % 10 == 0; scale--) magnitude /= 10;
            Unsigned(scale);
            Unscaled(magnitude, value < 0);
            return;
        }
        value /= 1.000000000000000000000000000000000m;
        Unsigned(value.Scale);
        decimal.GetBits(value, bits);
        Bytes(Large(bits, value < 0).ToByteArray());
    }

    /// <summary>The shortest two's complement, as for larger ones; amounts of money need no big integer.</summary>
    private void Unscaled(long magnitude, bool negative)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        var value = negative ? -magnitude : magnitude;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var count = sizeof(long);
        while (count > 1 && bytes[count - 1] == (value < 0 ? 0xff : 0) && bytes[count - 2] >= 0x80 == value < 0) count--;
        Bytes(bytes[..count]);
    }

    private static BigInteger Large(ReadOnlySpan<int> bits, bool negative)
    {
        var unscaled = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return negative ? -unscaled : unscaled;
    }

    private Span<byte> Room(int count)
    {
        if (buffer.Length - length < count) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
        return buffer.AsSpan(length);
    }
}

/// <summary>Reads what <see cref="DocumentWriter"/> wrote; throws <see cref="InvalidDataException"/> on a damaged document.</summary>
public ref struct DocumentReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>False at the end of a record.</summary>
    public bool NextTag(out int number, out WireType wire)
    {
        var tag = Unsigned();
        (number, wire) = ((int)(tag >> 2), (WireType)(tag & 3));
        return tag != 0;
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0, i = 0; i < rest.Length && shift < 64; i++, shift += 7)
        {
            value |= (ulong)(rest[i] & 0x7f) << shift;
            if (rest[i] >= 0x80) continue;
            rest = rest[(i + 1)..];
            return value;
        }
        throw new InvalidDataException("Document ends inside a number.");
    }

    public long Signed()
    {
        var raw = Unsigned();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Unsigned();
        if (length > (ulong)rest.Length) throw new InvalidDataException("Document ends inside a value.");
        var value = rest[..(int)length];
        rest = rest[(int)length..];
        return value;
    }

    /// <summary>Whatever has not been read.</summary>
    public ReadOnlySpan<byte> Rest()
    {
        var value = rest;
        rest = [];
        return value;
    }

    public string Text() => Interned.Of(Bytes());

    public decimal Decimal()
    {
        var scale = (byte)Unsigned();
        var bytes = Bytes();
        if (bytes.Length is > 0 and <= sizeof(long)) return Small(bytes, scale);
        var unscaled = new BigInteger(bytes);
        var magnitude = BigInteger.Abs(unscaled);
        return new decimal((int)(uint)(magnitude & uint.MaxValue), (int)(uint)(magnitude >> 32 & uint.MaxValue), (int)(uint)(magnitude >> 64), unscaled.Sign < 0, scale);
    }

    private static decimal Small(ReadOnlySpan<byte> bytes, byte scale)
    {
        long value = (sbyte)bytes[^1];
        for (var i = bytes.Length - 2; i >= 0; i--) value = value << 8 | bytes[i];
        var magnitude = (ulong)(value < 0 ? -value : value);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, value < 0, scale);
    }

    public void Skip(WireType wire)
    {
        if (wire == WireType.Decimal) Unsigned();
        if (wire is WireType.Decimal or WireType.Bytes) Bytes();
        else Unsigned();
    }
}

/// <summary>Codes of one to three characters repeat millions of times in a province; they share one string each.</summary>
internal static class Interned
{
    private static readonly string[] Short = Build();

    public static string Of(ReadOnlySpan<byte> utf8) => utf8.Length switch
    {
        0 => "",
        1 when utf8[0] < 128 => Short[utf8[0]],
        2 when IsDigit(utf8[0]) && IsDigit(utf8[1]) => Short[128 + (utf8[0] - '0') * 10 + utf8[1] - '0'],
        _ => Encoding.UTF8.GetString(utf8),
    };

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static string[] Build() =>
        [.. Enumerable.Range(0, 128).Select(i => ((char)i).ToString()), .. Enumerable.Range(0, 100).Select(i => i.ToString("00", null))];
}
