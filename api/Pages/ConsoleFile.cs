using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace FangFanPin.Api.Pages;

/// <summary>One file, as it is and compressed.</summary>
internal sealed class ConsoleFile
{
    private readonly byte[] plain;
    private readonly Lazy<byte[]> gzip, brotli;
    private readonly string hash;

    private ConsoleFile(string name, byte[] bytes)
    {
        (Name, plain, hash) = (name, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
        gzip = new(() => Packed(s => new GZipStream(s, CompressionLevel.SmallestSize)));
        brotli = new(() => Packed(s => new BrotliStream(s, CompressionLevel.SmallestSize)));
    }

    public string Name { get; }

    /// <summary>Null where the folder, and nothing outside it, has no such file.</summary>
    public static ConsoleFile? Read(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path) ? new ConsoleFile(name, File.ReadAllBytes(path)) : null;
    }

    public (byte[] Bytes, string? Encoding) For(string accepted) =>
        accepted.Contains("br", StringComparison.OrdinalIgnoreCase) ? (brotli.Value, "br")
        : accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase) ? (gzip.Value, "gzip")
        : (plain, null);

    public EntityTagHeaderValue Tag(string? encoding) => new($"\"{hash}-{encoding}\"");

    private byte[] Packed(Func<Stream, Stream> pack)
    {
        using var target = new MemoryStream();
        using (var stream = pack(target)) stream.Write(plain);
        return target.ToArray();
    }
}
