using System.Buffers.Binary;
using FangFanPin.Domain;

namespace FangFanPin.Api.Cases.Content;

/// <summary>The container's length is the file's; its chunks fill it, and one of them is a picture with a size.</summary>
internal static class WebpStructure
{
    private const int Head = 12, ChunkHead = 8;

    public static DomainError? Fault(ReadOnlySpan<byte> bytes)
    {
        var whole = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L;
        if (whole > bytes.Length || whole < Head) return CaseRequestErrors.DamagedPicture;
        if (whole < bytes.Length) return CaseRequestErrors.TrailingData;
        var (at, pictures) = (Head, 0);
        while (at + ChunkHead <= bytes.Length)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            if (length > bytes.Length - at - ChunkHead) return CaseRequestErrors.DamagedPicture;
            var kind = bytes.Slice(at, 4);
            var body = bytes.Slice(at + ChunkHead, (int)length);
            if (SizeOf(kind, body) is { } size)
            {
                if (FileKinds.SizeFault(size.Width, size.Height) is { } fault) return fault;
                if (!kind.SequenceEqual("VP8X"u8)) pictures++;
            }
            else if (IsPicture(kind)) return CaseRequestErrors.DamagedPicture;
            at += ChunkHead + (int)length + (int)(length & 1);
        }
        return pictures > 0 && at == bytes.Length ? null : CaseRequestErrors.DamagedPicture;
    }

    private static bool IsPicture(ReadOnlySpan<byte> kind) => kind.SequenceEqual("VP8 "u8) || kind.SequenceEqual("VP8L"u8) || kind.SequenceEqual("VP8X"u8) || kind.SequenceEqual("ANMF"u8);

    /// <returns>Null for other chunks, and for pictures that are none.</returns>
    private static (int Width, int Height)? SizeOf(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> body)
    {
        if (kind.SequenceEqual("VP8X"u8) && body.Length >= 10) return (1 + Three(body[4..]), 1 + Three(body[7..]));
        if (kind.SequenceEqual("ANMF"u8) && body.Length > 16) return (1 + Three(body[6..]), 1 + Three(body[9..]));
        if (kind.SequenceEqual("VP8 "u8) && body.Length > 10 && body[3..].StartsWith<byte>([0x9D, 0x01, 0x2A]))
            return (BinaryPrimitives.ReadUInt16LittleEndian(body[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) & 0x3FFF);
        if (!kind.SequenceEqual("VP8L"u8) || body.Length < 5 || body[0] != 0x2F) return null;
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
        return (1 + (int)(bits & 0x3FFF), 1 + (int)(bits >> 14 & 0x3FFF));
    }

    private static int Three(ReadOnlySpan<byte> b) => b[0] | b[1] << 8 | b[2] << 16;
}
