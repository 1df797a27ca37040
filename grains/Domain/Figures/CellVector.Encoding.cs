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
        var reader = new CellReader(bytes);
        var (keys, counts) = (new long[reader.Length], new long[reader.Length]);
        for (var i = 0; reader.Next(); i++) (keys[i], counts[i]) = (reader.Key, reader.Count);
        return Trimmed(keys, counts, keys.Length);
    }

    /// <summary>Walks over encoded cells without keeping them.</summary>
    private ref struct CellReader
    {
        private ReadOnlySpan<byte> _rest;
        private int _read;

        public CellReader(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty) return;
            if (bytes[0] != Format) throw new FormatException($"cell vector of unknown format {bytes[0]}");
            _rest = bytes[1..];
            var length = ReadVarint(ref _rest);
            if (length > (ulong)_rest.Length / 2) throw new FormatException("cell vector is cut short");
            Length = (int)length;
        }

        public int Length { get; }

        public long Key { get; private set; }

        public long Count { get; private set; }

        public bool Next()
        {
            if (_read == Length)
            {
                if (!_rest.IsEmpty) throw new FormatException("cell vector has bytes behind its end");
                return false;
            }
            var key = unchecked(Key + (long)ReadVarint(ref _rest));
            var count = UnZigZag(ReadVarint(ref _rest));
            if (count == 0 || (_read > 0 && key <= Key)) throw new FormatException("cell vector is not sorted or holds a zero");
            (Key, Count, _read) = (key, count, _read + 1);
            return true;
        }
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
