using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using FangFanPin.Domain;

namespace FangFanPin.Api.Cases.Content;

/// <summary>Chunk by chunk, each with its checksum, to the end chunk; the picture's data unpack to exactly as many bytes as its size says.</summary>
internal static class PngStructure
{
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private const int Around = 12, HeaderBytes = 13;

    /// <summary>Of the seven passes of an interlaced picture: first column and row, and the steps.</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static DomainError? Fault(ReadOnlyMemory<byte> content)
    {
        var (at, header, data) = (Signature.Length, default(Header?), new List<ReadOnlyMemory<byte>>());
        while (at + Around <= content.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(content.Span[at..]);
            if (length > content.Length - at - Around) break;
            var chunk = content.Slice(at + 4, 4 + (int)length);
            if (Crc32.HashToUInt32(chunk.Span) != BinaryPrimitives.ReadUInt32BigEndian(content.Span[(at + 8 + (int)length)..])) break;
            at += Around + (int)length;
            var kind = chunk.Span[..4];
            var body = chunk[4..];
            if (header is null)
            {
                if (!kind.SequenceEqual("IHDR"u8) || body.Length != HeaderBytes || (header = Header.Of(body.Span)) is not { } read) break;
                if (FileKinds.SizeFault(read.Width, read.Height) is { } size) return size;
            }
            else if (kind.SequenceEqual("IDAT"u8)) data.Add(body);
            else if (kind.SequenceEqual("IEND"u8))
                return data.Count == 0 || body.Length > 0 || !Unpacks(data, header.Bytes) ? CaseRequestErrors.DamagedPicture : at == content.Length ? null : CaseRequestErrors.TrailingData;
        }
        return CaseRequestErrors.DamagedPicture;
    }

    private static bool Unpacks(List<ReadOnlyMemory<byte>> data, long expected)
    {
        using var packed = new MemoryStream(data.Sum(d => d.Length));
        foreach (var piece in data) packed.Write(piece.Span);
        packed.Position = 0;
        using var plain = new ZLibStream(packed, CompressionMode.Decompress);
        var (buffer, total) = (new byte[81920], 0L);
        try
        {
            for (int read; (read = plain.Read(buffer)) > 0;)
                if ((total += read) > expected) return false;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        return total == expected;
    }

    private sealed record Header(uint Width, uint Height, int BitsPerPixel, bool Interlaced)
    {
        /// <summary>With a filter byte before every row.</summary>
        public long Bytes => Interlaced ? Passes.Sum(p => BytesOf((Width - p.X + p.StepX - 1) / p.StepX, (Height - p.Y + p.StepY - 1) / p.StepY)) : BytesOf(Width, Height);

        public static Header? Of(ReadOnlySpan<byte> body)
        {
            var (depth, colour) = (body[8], body[9]);
            var channels = (colour, depth) switch
            {
                (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) => 1,
                (2, 8 or 16) => 3,
                (4, 8 or 16) => 2,
                (6, 8 or 16) => 4,
                _ => 0,
            };
            if (channels == 0 || body[10] != 0 || body[11] != 0 || body[12] > 1) return null;
            return new Header(BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]), channels * depth, body[12] == 1);
        }

        private long BytesOf(long width, long height) => width <= 0 || height <= 0 ? 0 : height * (1 + (width * BitsPerPixel + 7) / 8);
    }
}
