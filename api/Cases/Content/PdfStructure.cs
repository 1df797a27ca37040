using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;
using FangFanPin.Domain;

namespace FangFanPin.Api.Cases.Content;

/// <summary>
/// A document that is shown and does nothing: no script, no program, no file inside, and nothing that cannot be looked into. Names are read everywhere, in
/// packed streams too and with their escapes resolved, because what a reader takes for an object may lie where no table points.
/// </summary>
internal static class PdfStructure
{
    private const int TailBytes = 2048, NameMax = 24;

    /// <summary>Of all streams of a document together.</summary>
    private const long UnpackedMax = 128L << 20;
    private const int StreamsMax = 20_000;

    /// <summary>Short ones (JS, AA, XFA) are left out: they happen in packed data by chance, and do nothing without one of these.</summary>
    private static readonly FrozenSet<string> Active = new[]
    {
        "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "GoToE", "SubmitForm", "ImportData", "Rendition",
    }.ToFrozenSet();

    /// <summary>Ways to pack that hide an object from whoever only inflates.</summary>
    private static readonly FrozenSet<string> Closed = new[] { "Encrypt", "LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode", "Crypt" }.ToFrozenSet();

    private static ReadOnlySpan<byte> StreamWord => "stream"u8;

    public static DomainError? Fault(byte[] content)
    {
        ReadOnlySpan<byte> bytes = content;
        if (bytes.Length < 8 || bytes[5] is not ((byte)'1' or (byte)'2') || bytes[6] != '.') return CaseRequestErrors.DamagedPdf;
        var tail = bytes[^Math.Min(TailBytes, bytes.Length)..];
        if (tail.LastIndexOf("startxref"u8) < 0 || tail.LastIndexOf("%%EOF"u8) is not (>= 0 and var end)) return CaseRequestErrors.DamagedPdf;
        if (tail[(end + 5)..].ContainsAnyExcept("\r\n \t\0"u8)) return CaseRequestErrors.TrailingData;
        return Names(bytes) ?? Streams(content);
    }

    private static DomainError? Streams(byte[] content)
    {
        var (left, streams, buffer) = (UnpackedMax, 0, new byte[81920]);
        for (var at = 0; content.AsSpan(at).IndexOf(StreamWord) is >= 0 and var found;)
        {
            at += found + StreamWord.Length;
            ReadOnlySpan<byte> body = content.AsSpan(at);
            var skip = body.StartsWith("\r\n"u8) ? 2 : body.StartsWith("\n"u8) || body.StartsWith("\r"u8) ? 1 : 0;
            // The low half of a zlib stream's first byte is the same at all levels.
            if (skip == 0 || body.Length <= skip + 2 || (body[skip] & 0x0F) != 8) continue;
            if (++streams > StreamsMax) return CaseRequestErrors.ClosedPdf;
            if (Inflated(new MemoryStream(content, at + skip, content.Length - at - skip, writable: false), buffer, ref left) is { } fault) return fault;
        }
        return null;
    }

    /// <summary>Piece by piece, each with the end of the one before, so that no name is cut.</summary>
    private static DomainError? Inflated(MemoryStream packed, byte[] buffer, ref long left)
    {
        using var plain = new ZLibStream(packed, CompressionMode.Decompress);
        var kept = 0;
        try
        {
            for (int read; (read = plain.Read(buffer, kept, buffer.Length - kept)) > 0;)
            {
                if ((left -= read) < 0) return CaseRequestErrors.ClosedPdf;
                var all = buffer.AsSpan(0, kept + read);
                if (Names(all) is { } fault) return fault;
                kept = Math.Min(3 * NameMax, all.Length);
                all[^kept..].CopyTo(buffer);
            }
        }
        catch (InvalidDataException)
        {
            // Not packed this way, or broken: readers do not get further either.
        }
        return null;
    }

    private static DomainError? Names(ReadOnlySpan<byte> bytes)
    {
        Span<char> name = stackalloc char[NameMax];
        for (var at = 0; bytes[at..].IndexOf((byte)'/') is >= 0 and var found;)
        {
            at += found + 1;
            var length = NameAt(bytes[at..], name);
            if (length == 0) continue;
            var text = name[..length];
            if (Active.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text)) return CaseRequestErrors.ActivePdf;
            if (Closed.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text)) return CaseRequestErrors.ClosedPdf;
        }
        return null;
    }

    /// <returns>The name's length; 0 when it is too long to be one of ours.</returns>
    private static int NameAt(ReadOnlySpan<byte> bytes, Span<char> name)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length && !IsDelimiter(bytes[i]); i++)
        {
            if (length == name.Length) return 0;
            var escaped = bytes[i] == '#' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            name[length++] = escaped ? (char)Convert.FromHexString(Encoding.ASCII.GetString(bytes.Slice(i + 1, 2)))[0] : (char)bytes[i];
            if (escaped) i += 2;
        }
        return length;
    }

    private static bool IsDelimiter(byte b) => b is 0 or 9 or 10 or 12 or 13 or 32 or (byte)'/' or (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)'%';
}
