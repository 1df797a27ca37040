using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// How rows become digests. Rows are hashed fast under a secret seed and added up, so that neither the order of rows nor the split into files matters; what
/// is stored is a keyed hash of the sum, which tells somebody who has only the database nothing about a row, however well they guess it.
/// </summary>
internal sealed class ExtractKey
{
    public const int DigestBytes = 16;
    private readonly byte[] key;
    private readonly long seed;

    public ExtractKey(ISealer sealer)
    {
        key = sealer.BlindIndex(BlindKind.Extract, "digest")!;
        seed = BitConverter.ToInt64(sealer.BlindIndex(BlindKind.Extract, "rows")!, 1);
    }

    /// <summary>What a row says depends on its sheet and header.</summary>
    public long SeedOf(ExtractSheet sheet) => unchecked(seed + (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(sheet.Identity), seed));

    public static UInt128 OfRow(ReadOnlySpan<byte> row, long seed) => XxHash128.HashToUInt128(row, seed);

    /// <summary>A household's part of its village's sum.</summary>
    public UInt128 OfHousehold(ReadOnlySpan<byte> code, UInt128 sum)
    {
        Span<byte> bytes = stackalloc byte[16 + 32];
        BitConverter.TryWriteBytes(bytes, sum);
        code.CopyTo(bytes[16..]);
        return XxHash128.HashToUInt128(bytes[..(16 + code.Length)], seed);
    }

    public byte[] Digest(ReadOnlySpan<byte> name, UInt128 sum)
    {
        Span<byte> bytes = stackalloc byte[16 + 32];
        BitConverter.TryWriteBytes(bytes, sum);
        name.CopyTo(bytes[16..]);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes[..(16 + name.Length)], hash);
        return hash[..DigestBytes].ToArray();
    }
}
