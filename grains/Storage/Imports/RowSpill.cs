using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FangFanPin.Domain.Imports;
using Microsoft.Win32.SafeHandles;

namespace FangFanPin.Storage.Imports;

/// <summary>
/// Each part fills a block; full blocks stay in memory as long as there is room, then they go to a temporary file, encrypted with a key that nobody keeps.
/// A process that dies leaves nothing that could be read.
/// </summary>
internal sealed class RowSpill : IRowSpill
{
    public const int BlockBytes = 64 * 1024;
    private const int NonceLength = 12, TagLength = 16;

    /// <summary>Each has an open block in memory.</summary>
    private const int PartsMax = 4096;

    private readonly List<Part> parts = [];
    private readonly int householdsOfPart;
    private readonly long memoryMost;

    /// <summary>Where a household's rows go, by a hash of its code: two that share a hash share a part.</summary>
    private readonly Dictionary<int, int> partOf = [];
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private SafeFileHandle? file;
    private long inMemory, inFile;

    /// <param name="householdsOfPart">More than so many only when there are very many.</param>
    /// <param name="memoryMost">Bytes of full blocks that are kept in memory.</param>
    public RowSpill(int householdsOfPart, long memoryMost)
    {
        (this.householdsOfPart, this.memoryMost) = (householdsOfPart, memoryMost);
    }

    private sealed class Part
    {
        public byte[] Open { get; set; } = [];
        public int Length { get; set; }
        public List<Block> Full { get; } = [];
    }

    /// <param name="Bytes">Null when it lies in the file.</param>
    private sealed record Block(byte[]? Bytes, int Length, long Offset);

    public int Parts => parts.Count;
    public int Households => partOf.Count;

    public void Add(string householdCode, ReadOnlySpan<byte> row)
    {
        var part = PartOf(householdCode);
        var needed = sizeof(int) + row.Length;
        if (part.Length + needed > part.Open.Length)
        {
            if (part.Length > 0) Put(part);
            part.Open = new byte[Math.Max(needed, part.Full.Count == 0 ? BlockBytes / 8 : BlockBytes)];
        }
        BinaryPrimitives.WriteInt32LittleEndian(part.Open.AsSpan(part.Length), row.Length);
        row.CopyTo(part.Open.AsSpan(part.Length + sizeof(int)));
        part.Length += needed;
    }

    private Part PartOf(string householdCode)
    {
        ref var part = ref CollectionsMarshal.GetValueRefOrAddDefault(partOf, householdCode.GetHashCode(StringComparison.Ordinal), out var known);
        if (!known)
        {
            part = (partOf.Count - 1) / householdsOfPart % PartsMax;
            if (part == parts.Count) parts.Add(new Part());
        }
        return parts[part];
    }

    public IEnumerable<ReadOnlyMemory<byte>> Read(int part)
    {
        foreach (var block in parts[part].Full)
        {
            foreach (var row in Rows(block.Bytes ?? Fetch(block), block.Length)) yield return row;
        }
        foreach (var row in Rows(parts[part].Open, parts[part].Length)) yield return row;
    }

    public void Dispose() => file?.Dispose();

    private static IEnumerable<ReadOnlyMemory<byte>> Rows(byte[] block, int length)
    {
        for (var at = 0; at < length;)
        {
            var row = block.AsMemory(at + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(at)));
            at += sizeof(int) + row.Length;
            yield return row;
        }
    }

    private void Put(Part part)
    {
        if (inMemory + part.Open.Length <= memoryMost)
        {
            inMemory += part.Open.Length;
            part.Full.Add(new Block(part.Open, part.Length, 0));
        }
        else part.Full.Add(Store(part.Open.AsSpan(0, part.Length)));
        (part.Open, part.Length) = ([], 0);
    }

    /// <summary>The offset is never used twice, and so serves as the nonce.</summary>
    private Block Store(ReadOnlySpan<byte> plain)
    {
        file ??= NewFile();
        var length = plain.Length + TagLength;
        var room = ArrayPool<byte>.Shared.Rent(length);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(NonceOf(inFile), plain, room.AsSpan(0, plain.Length), room.AsSpan(plain.Length, TagLength));
        RandomAccess.Write(file, room.AsSpan(0, length), inFile);
        ArrayPool<byte>.Shared.Return(room);
        var block = new Block(null, plain.Length, inFile);
        inFile += length;
        return block;
    }

    private byte[] Fetch(Block block)
    {
        var length = block.Length + TagLength;
        var room = ArrayPool<byte>.Shared.Rent(length);
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(file!, room.AsSpan(read, length - read), block.Offset + read);
            read += count > 0 ? count : throw new EndOfStreamException("A spilled block is missing.");
        }
        var plain = new byte[block.Length];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(NonceOf(block.Offset), room.AsSpan(0, block.Length), room.AsSpan(block.Length, TagLength), plain);
        ArrayPool<byte>.Shared.Return(room);
        return plain;
    }

    private static byte[] NonceOf(long offset)
    {
        var nonce = new byte[NonceLength];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, offset);
        return nonce;
    }

    private static SafeFileHandle NewFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ffp-{Guid.NewGuid():N}");
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
    }
}

/// <summary>A part is a few megabytes, so that several can be worked on at once.</summary>
public sealed class RowSpills : IRowSpills
{
    private const int HouseholdsOfPart = 1000;
    private const long MemoryMost = 96L << 20;

    public IRowSpill Open() => new RowSpill(HouseholdsOfPart, MemoryMost);
}
