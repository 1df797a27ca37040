using System.Buffers;
using System.Numerics;
using System.Text;

namespace FangFanPin.Domain.Records;

/// <summary>The three shapes of a value in a document; enough for a reader to step over a field that it does not know.</summary>
public enum WireType { Number = 0, Bytes = 1, Decimal = 2 }

/// <summary>Appends tagged values to a growing buffer.</summary>
public sealed class DocumentWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(2048);

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public void Tag(int number, WireType wire) => Unsigned((ulong)number << 2 | (uint)wire);
    public void EndOfRecord() => Unsigned(0);

    public void Unsigned(ulong value)
    {
        var span = buffer.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[length++] = (byte)value;
        buffer.Advance(length);
    }

    public void Signed(long value) => Unsigned((ulong)(value << 1 ^ value >> 63));

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Unsigned((ulong)length);
        Encoding.UTF8.GetBytes(value, buffer.GetSpan(length));
        buffer.Advance(length);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Unsigned((ulong)value.Length);
        buffer.Write(value);
    }

    /// <summary>Scale, then the unscaled integer; trailing zeros are dropped so that equal amounts have equal bytes.</summary>
    public void Decimal(decimal value)
    {
        value /= 1.000000000000000000000000000000000m;
        Unsigned(value.Scale);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var unscaled = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        Bytes((value < 0 ? -unscaled : unscaled).ToByteArray());
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

    public string Text() => Interned.Of(Bytes());

    public decimal Decimal()
    {
        var scale = (byte)Unsigned();
        var unscaled = new BigInteger(Bytes());
        var magnitude = BigInteger.Abs(unscaled);
        return new decimal((int)(uint)(magnitude & uint.MaxValue), (int)(uint)(magnitude >> 32 & uint.MaxValue), (int)(uint)(magnitude >> 64), unscaled.Sign < 0, scale);
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
