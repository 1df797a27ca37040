using System.Buffers.Binary;
using FangFanPin.Domain;

namespace FangFanPin.Api.Cases.Content;

/// <summary>Segment by segment to the end marker: one frame with a size, at least one scan, and nothing behind.</summary>
internal static class JpegStructure
{
    private const byte Marker = 0xFF, Start = 0xD8, End = 0xD9, Scan = 0xDA;

    public static DomainError? Fault(ReadOnlySpan<byte> bytes)
    {
        var (at, framed, scanned) = (2, false, false);
        while (at + 2 <= bytes.Length)
        {
            if (bytes[at] != Marker) return CaseRequestErrors.DamagedPicture;
            var kind = bytes[at + 1];
            if (kind == Marker) { at++; continue; } // a filling byte
            at += 2;
            if (kind == End) return !framed || !scanned ? CaseRequestErrors.DamagedPicture : at == bytes.Length ? null : CaseRequestErrors.TrailingData;
            if (kind is 0 or Start) return CaseRequestErrors.DamagedPicture;
            if (IsAlone(kind)) continue;
            if (at + 2 > bytes.Length) break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (length < 2 || at + length > bytes.Length) break;
            if (IsFrame(kind))
            {
                if (framed || length < 8) return CaseRequestErrors.DamagedPicture;
                if (FrameFault(bytes.Slice(at + 2, length - 2)) is { } fault) return fault;
                framed = true;
            }
            at += length;
            if (kind != Scan) continue;
            if (!framed) return CaseRequestErrors.DamagedPicture;
            scanned = true;
            at = AfterScan(bytes, at);
        }
        return CaseRequestErrors.DamagedPicture;
    }

    /// <summary>Up to the next marker that is neither a stuffed byte nor a restart.</summary>
    private static int AfterScan(ReadOnlySpan<byte> bytes, int at)
    {
        while (at + 1 < bytes.Length)
        {
            var next = bytes[at..].IndexOf(Marker);
            if (next < 0 || at + next + 1 >= bytes.Length) return bytes.Length;
            at += next;
            if (bytes[at + 1] is not (0 or (>= 0xD0 and <= 0xD7))) return at;
            at += 2;
        }
        return bytes.Length;
    }

    /// <summary>Precision, height, width, components.</summary>
    private static DomainError? FrameFault(ReadOnlySpan<byte> frame)
    {
        if (frame[5] is 0 or > 4 || frame.Length != 6 + 3 * frame[5]) return CaseRequestErrors.DamagedPicture;
        return FileKinds.SizeFault(BinaryPrimitives.ReadUInt16BigEndian(frame[3..]), BinaryPrimitives.ReadUInt16BigEndian(frame[1..]));
    }

    private static bool IsAlone(byte kind) => kind is 1 or (>= 0xD0 and <= 0xD7);

    private static bool IsFrame(byte kind) => kind is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
