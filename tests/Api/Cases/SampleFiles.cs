using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>Small files that are what they say, made byte by byte so that a test can spoil one place.</summary>
internal static class SampleFiles
{
    public static byte[] Jpeg(ushort width = 8, ushort height = 8)
    {
        byte[] frame = [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0];
        return [0xFF, 0xD8, .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]), .. Segment(0xDB, new byte[65]), .. Segment(0xC0, frame), .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD9];
    }

    public static byte[] Segment(byte kind, byte[] body) => [0xFF, kind, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    public static byte[] Png(uint width = 5, uint height = 3, byte interlaced = 0, byte[]? rows = null) =>
        Png(Chunk("IHDR", [.. Big(width), .. Big(height), 8, 2, 0, 0, interlaced]), Chunk("IDAT", Packed(rows ?? new byte[height * (1 + width * 3)])), Chunk("IEND", []));

    public static byte[] Png(params byte[][] chunks) => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. chunks.SelectMany(c => c)];

    public static byte[] Chunk(string kind, byte[] body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(kind), .. body];
        return [.. Big((uint)body.Length), .. named, .. Big(Crc32.HashToUInt32(named))];
    }

    public static byte[] Webp(int width = 16, int height = 9)
    {
        byte[] body = [0x2F, .. Little((uint)(width - 1) | (uint)(height - 1) << 14), 0];
        return [.. "RIFF"u8, .. Little((uint)(4 + 8 + body.Length)), .. "WEBP"u8, .. "VP8L"u8, .. Little((uint)body.Length), .. body];
    }

    /// <param name="objects">Beside the catalogue and its one page.</param>
    public static byte[] Pdf(params byte[][] objects)
    {
        var text = new MemoryStream();
        text.Write("%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\n"u8);
        foreach (var one in objects) text.Write(one);
        var table = text.Position;
        text.Write(Encoding.ASCII.GetBytes($"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n{table}\n%%EOF\n"));
        return text.ToArray();
    }

    public static byte[] Object(string body) => Encoding.ASCII.GetBytes($"9 0 obj\n{body}\nendobj\n");

    public static byte[] Stream(string dictionary, byte[] content) => [.. Encoding.ASCII.GetBytes($"8 0 obj\n<< {dictionary} /Length {content.Length} >>\nstream\n"), .. content, .. "\nendstream\nendobj\n"u8];

    public static byte[] Packed(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Big(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
