using System.Buffers;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>The root over hashes of leaves; an odd one goes up unpaired (RFC 6962's shape). Nodes are marked apart from leaves.</summary>
internal static class MerkleTree
{
    private const byte NodeMark = 1;
    private const int Length = Suites.HashLength;

    /// <param name="leaves">32 bytes each, one after the other; not empty.</param>
    public static byte[] Root(ReadOnlySpan<byte> leaves, KeySuite suite)
    {
        var room = ArrayPool<byte>.Shared.Rent(leaves.Length);
        var level = room.AsSpan(0, leaves.Length);
        leaves.CopyTo(level);
        var count = leaves.Length / Length;
        Span<byte> pair = stackalloc byte[1 + 2 * Length];
        pair[0] = NodeMark;
        for (; count > 1; count = (count + 1) / 2)
        {
            for (var i = 0; i < count / 2; i++)
            {
                level.Slice(2 * i * Length, 2 * Length).CopyTo(pair[1..]);
                Suites.Hash(suite, pair, level.Slice(i * Length, Length));
            }
            if (count % 2 == 1) level.Slice((count - 1) * Length, Length).CopyTo(level.Slice(count / 2 * Length, Length));
        }
        var root = level[..Length].ToArray();
        ArrayPool<byte>.Shared.Return(room);
        return root;
    }
}
