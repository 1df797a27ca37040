using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>What is signed about a stretch of entries. Each contains the one before, so that none can be left out or exchanged.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Count">Entries in it.</param>
/// <param name="Total">Entries up to and with it.</param>
/// <param name="Ids">Hash of the ids.</param>
/// <param name="Root">Of the Merkle tree over the entries.</param>
/// <param name="Chain">Of all above and of the chain before.</param>
/// <param name="Suite">Whose hash it is; null: SHA-256.</param>
public sealed record Checkpoint(long Number, DateTimeOffset At, int Count, long Total, byte[] Ids, byte[] Root, byte[] Chain, byte[] Signature, KeySuite? Suite = null)
{
    public static readonly byte[] Beginning = new byte[Suites.HashLength];

    private KeySuite Hashing => Suite ?? KeySuite.International;

    /// <param name="before">Null: the first.</param>
    internal static Checkpoint Next(Checkpoint? before, DateTimeOffset at, ReadOnlySpan<long> ids, ReadOnlySpan<byte> leaves, CheckpointKey key, KeySuite suite)
    {
        // The database keeps microseconds.
        at = new DateTimeOffset(at.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        var next = new Checkpoint((before?.Number ?? 0) + 1, at, ids.Length, (before?.Total ?? 0) + ids.Length, HashOf(ids, suite), MerkleTree.Root(leaves, suite), [], [], suite == KeySuite.International ? null : suite);
        var chain = next.ChainAfter(before?.Chain ?? Beginning);
        return next with { Chain = chain, Signature = key.Sign(chain) };
    }

    public static byte[] HashOf(ReadOnlySpan<long> ids, KeySuite? suite) => Suites.Hash(suite ?? KeySuite.International, MemoryMarshal.AsBytes(ids));

    /// <returns>False when the ids or the leaves are not those that were signed.</returns>
    public bool Holds(long[] ids, byte[] leaves) => ids.Length > 0 && ids.Length == Count && leaves.Length == ids.Length * Suites.HashLength
        && HashOf(ids, Suite).AsSpan().SequenceEqual(Ids) && MerkleTree.Root(leaves, Hashing).AsSpan().SequenceEqual(Root);

    /// <summary>What <see cref="Chain"/> must be.</summary>
    public byte[] ChainAfter(byte[] before)
    {
        var bytes = new byte[before.Length + 4 * 8 + Ids.Length + Root.Length];
        before.CopyTo(bytes, 0);
        var numbers = bytes.AsSpan(before.Length);
        BinaryPrimitives.WriteInt64BigEndian(numbers, Number);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], At.UtcTicks / TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteInt64BigEndian(numbers[16..], Count);
        BinaryPrimitives.WriteInt64BigEndian(numbers[24..], Total);
        Ids.CopyTo(numbers[32..]);
        Root.CopyTo(numbers[(32 + Ids.Length)..]);
        return Suites.Hash(Hashing, bytes);
    }

    public bool Equals(Checkpoint? other) => other is not null && Number == other.Number && Suite == other.Suite && At == other.At && Count == other.Count && Total == other.Total
        && Ids.AsSpan().SequenceEqual(other.Ids) && Root.AsSpan().SequenceEqual(other.Root) && Chain.AsSpan().SequenceEqual(other.Chain);

    public override int GetHashCode() => HashCode.Combine(Number, Total);
}
