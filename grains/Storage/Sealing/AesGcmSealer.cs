using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// AES-256-GCM. A box is: format, key id, 12 bytes of salt, 12 bytes of nonce, ciphertext, 16 bytes of tag. Salt and nonce are random; the
/// key of a box is derived from the ring's key and the salt, so that billions of rows may be sealed without counting nonces.
/// </summary>
/// <remarks>Packing halves the box, and with it heap, WAL and the way to the server. Boxes of the first releases were deflated, and are still opened.</remarks>
public sealed class AesGcmSealer(KeyRing ring) : ISealer
{
    private const byte Plain = 1;
    private const byte Deflated = 2;
    private const byte Packed = 3;
    private const int PackFrom = 64;
    private const int SaltLength = 12;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 2 + SaltLength + NonceLength;

    /// <summary>Of a blind index: the key's id and so much of the hash; 15 bytes make a collision among billions unlikely.</summary>
    private const int IndexLength = 16;

    public byte[] Seal(SealPlace place, ReadOnlySpan<byte> plain)
    {
        var packed = plain.Length < PackFrom ? [] : DocumentPacking.Pack(plain);
        return packed.IsEmpty || packed.Length >= plain.Length ? Seal(place, Plain, plain) : Seal(place, Packed, packed);
    }

    public byte[] Open(SealPlace place, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeadLength + TagLength || box[0] is not (Plain or Deflated or Packed)) throw new CryptographicException("Not a sealed document.");
        var key = ring.FindSeal(box[1]) ?? throw new CryptographicException($"Sealed with key {box[1]}, which is not in the key ring.");
        var inside = new byte[box.Length - HeadLength - TagLength];
        using var cipher = CipherOf(key, box);
        cipher.Decrypt(NonceOf(box), box.Slice(HeadLength, inside.Length), box[^TagLength..], inside, Associated(place, box));
        return box[0] switch { Plain => inside, Deflated => Inflate(inside), _ => DocumentPacking.Open(inside) };
    }

    private byte[] Seal(SealPlace place, byte format, ReadOnlySpan<byte> inside)
    {
        var box = new byte[HeadLength + inside.Length + TagLength];
        (box[0], box[1]) = (format, (byte)ring.Seal.Id);
        RandomNumberGenerator.Fill(box.AsSpan(2, SaltLength + NonceLength));
        using var cipher = CipherOf(ring.Seal, box);
        cipher.Encrypt(NonceOf(box), inside, box.AsSpan(HeadLength, inside.Length), box.AsSpan(box.Length - TagLength), Associated(place, box));
        return box;
    }

    public byte[]? BlindIndex(BlindKind kind, string? normalised) => normalised is null ? null : Hash(ring.Index, kind, normalised);

    public byte[][] BlindIndexes(BlindKind kind, string? normalised) =>
        normalised is null ? [] : [.. ring.Indexes.Select(key => Hash(key, kind, normalised))];

    private static byte[] Inflate(byte[] deflated)
    {
        using var output = new MemoryStream(deflated.Length * 3);
        using (var inflate = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress)) inflate.CopyTo(output);
        return output.ToArray();
    }

    private static ReadOnlySpan<byte> NonceOf(ReadOnlySpan<byte> box) => box.Slice(2 + SaltLength, NonceLength);

    private static AesGcm CipherOf(RingKey key, ReadOnlySpan<byte> box)
    {
        Span<byte> derived = stackalloc byte[RingKey.Length];
        HMACSHA256.HashData(key.Bytes, box.Slice(2, SaltLength), derived);
        return new AesGcm(derived, TagLength);
    }

    /// <summary>Lengths stand in front, so that no two places give the same bytes.</summary>
    private static byte[] Associated(SealPlace place, ReadOnlySpan<byte> box)
    {
        var (table, key) = (Encoding.UTF8.GetByteCount(place.Table), Encoding.UTF8.GetByteCount(place.Key));
        var bytes = new byte[2 + 4 + table + 4 + key + 8];
        box[..2].CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2), table);
        Encoding.UTF8.GetBytes(place.Table, bytes.AsSpan(6));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(6 + table), key);
        Encoding.UTF8.GetBytes(place.Key, bytes.AsSpan(10 + table));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(10 + table + key), place.Version);
        return bytes;
    }

    private static byte[] Hash(RingKey key, BlindKind kind, string normalised)
    {
        var text = new byte[1 + Encoding.UTF8.GetByteCount(normalised)];
        text[0] = (byte)kind;
        Encoding.UTF8.GetBytes(normalised, text.AsSpan(1));
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Bytes, text, hash);
        return [(byte)key.Id, .. hash[..(IndexLength - 1)]];
    }
}
