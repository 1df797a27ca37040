using System.Security.Cryptography;

namespace FangFanPin.Domain;

/// <summary>
/// SHA-256 of short texts. A thread keeps what it hashes with: the system's call for one text looks the algorithm up by its name every time, which takes a
/// third of the time of hashing a command.
/// </summary>
public static class Sha256
{
    [ThreadStatic]
    private static IncrementalHash? threads;

    /// <param name="hash">32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, SHA256.HashSizeInBytes);
        var own = threads ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        own.AppendData(text);
        own.GetHashAndReset(hash);
    }
}
