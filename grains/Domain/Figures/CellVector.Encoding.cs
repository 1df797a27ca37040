using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Figures;

public sealed partial class CellVector
{
    private const byte Format = 1;

    /// <summary>Compact bytes: a format byte, the number of cells, then per cell the step to its key and its count as varints. Empty is no bytes at all.</summary>
    /// <remarks>Equal vectors have equal bytes, so a column can be compared without decoding.</remarks>
    public byte[] Encode()
    {
        if (IsEmpty) return [];
        using var stream = new MemoryStream(2 + (_keys.Length * 8));
        stream.WriteByte(Format);
        WriteVarint(stream, (ulong)_keys.Length);
        var before = 0L;
        for (var i = 0; i < _keys.Length; i++)
        {
            WriteVarint(stream, unchecked((ulong)(_keys[i] - before)));
            WriteVarint(stream, ZigZag(_counts[i]));
            before = _keys[i];
        }
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not of this format, are cut short, or have something behind them.</exception>
    public static CellVector Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return Empty;
        if (bytes[0] != Format) throw new FormatException($"cell vector of unknown format {bytes[0]}");
        bytes = bytes[1..];
        var length = ReadVarint(ref bytes);
        if (length > (ulong)bytes.Length / 2) throw new FormatException("cell vector is cut short");
        var (keys, counts) = (new long[length], new long[length]);
        var before = 0L;
        for (var i = 0; i < keys.Length; i++)
        {
            before = keys[i] = unchecked(before + (long)ReadVarint(ref bytes));
            counts[i] = UnZigZag(ReadVarint(ref bytes));
            if (counts[i] == 0 || (i > 0 && keys[i] <= keys[i - 1])) throw new FormatException("cell vector is not sorted or holds a zero");
        }
        if (!bytes.IsEmpty) throw new FormatException("cell vector has bytes behind its end");
        return Trimmed(keys, counts, keys.Length);
    }

    private static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    private static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));

    private static void WriteVarint(MemoryStream stream, ulong value)
    {
        while (value >= 0x80)
        {
            stream.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        stream.WriteByte((byte)value);
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (int shift = 0, at = 0; shift < 64; shift += 7, at++)
        {
            if (at == bytes.Length) throw new FormatException("cell vector is cut short");
            value |= (ulong)(bytes[at] & 0x7F) << shift;
            if (bytes[at] >= 0x80) continue;
            bytes = bytes[(at + 1)..];
            return value;
        }
        throw new FormatException("cell vector holds an over-long number");
    }
}

/// <summary>A vector in JSON is its encoded bytes in base64.</summary>
public sealed class CellVectorJsonConverter : JsonConverter<CellVector>
{
    /// <inheritdoc/>
    public override CellVector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return CellVector.Decode(reader.GetBytesFromBase64());
        }
        catch (FormatException e)
        {
            throw new JsonException("not a cell vector", e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CellVector value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.Encode());
}
