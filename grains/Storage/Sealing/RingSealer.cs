using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Seals with the keys of a ring. A box is: format, key id, 12 bytes of salt, 12 bytes of nonce, ciphertext, 16 bytes of tag. The key says with which
/// algorithm. Salt and nonce are random; the key of a box is derived from the ring's key and the salt, so that billions of rows may be sealed without
/// counting nonces.
/// </summary>
/// <remarks>Packing halves the box, and with it heap, WAL and the way to the server. Boxes of the first releases were deflated, and are still opened.</remarks>
public sealed class RingSealer(KeyRingSource source) : ISealer
{
    private const byte Plain = 1;
    private const byte Deflated = 2;
    private const byte Packed = 3;
    private const int PackFrom = 64;
    private const int SaltLength = 12;
    private const int HeadLength = 2 + SaltLength + Suites.NonceLength;

    /// <summary>Of a blind index: the key's id and so much of the hash; 15 bytes make a collision among billions unlikely.</summary>
    private const int IndexLength = 16;

    /// <summary>Stands where the kind of a blind index would, so that a fingerprint is never one.</summary>
    private const byte FingerprintMark = 0;

    /// <param name="ring">For good; a running server asks a source, which sees new keys.</param>
    public RingSealer(KeyRing ring) : this(new KeyRingSource(ring)) { }

    public byte[] Seal(SealPlace place, ReadOnlySpan<byte> plain)
    {
        var packed = plain.Length < PackFrom ? [] : DocumentPacking.Pack(plain);
        return packed.IsEmpty || packed.Length >= plain.Length ? Seal(place, Plain, plain) : Seal(place, Packed, packed);
    }

    public byte[] Open(SealPlace place, ReadOnlySpan<byte> box)
    {
        var inside = Inside(place, box);
        return box[0] switch { Plain => inside, Deflated => Inflate(inside), _ => DocumentPacking.Open(inside) };
    }

    /// <summary>The same content under the newest key, as long as before; how it is packed stays.</summary>
    /// <exception cref="CryptographicException">As <see cref="Open"/>.</exception>
    public byte[] Renew(SealPlace place, ReadOnlySpan<byte> box) => Seal(place, box[0], Inside(place, box));

    public byte[]? BlindIndex(BlindKind kind, string? normalised) => normalised is null ? null : Hash(source.ToWriteWith().Index, kind, normalised);

    public byte[][] BlindIndexes(BlindKind kind, string? normalised) =>
        normalised is null ? [] : [.. source.Newest().Indexes.Select(key => Hash(key, kind, normalised))];

    public byte[] Fingerprint(SealPlace place, ReadOnlySpan<byte> plain) => Fingerprint(source.ToWriteWith().Index, place, plain);

    public bool HasFingerprint(SealPlace place, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> fingerprint)
    {
        if (fingerprint.Length != Suites.HashLength) return false;
        var id = fingerprint[^1];
        return source.Newest().Indexes.FirstOrDefault(k => k.Id == id) is { } key && Fingerprint(key, place, plain).AsSpan().SequenceEqual(fingerprint);
    }

    private byte[] Inside(SealPlace place, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeadLength + Suites.TagLength || box[0] is not (Plain or Deflated or Packed)) throw new CryptographicException("Not a sealed document.");
        var key = source.FindSeal(box[1]) ?? throw new CryptographicException($"Sealed with key {box[1]}, which is not in the key ring.");
        var inside = new byte[box.Length - HeadLength - Suites.TagLength];
        Span<byte> derived = stackalloc byte[RingKey.Length];
        Suites.Hmac(key.Suite, key.Bytes, box.Slice(2, SaltLength), derived);
        Suites.Decrypt(key.Suite, derived, NonceOf(box), box[HeadLength..], inside, Associated(place, box));
        return inside;
    }

    private byte[] Seal(SealPlace place, byte format, ReadOnlySpan<byte> inside)
    {
        var key = source.ToWriteWith().Seal;
        var box = new byte[HeadLength + inside.Length + Suites.TagLength];
        (box[0], box[1]) = (format, (byte)key.Id);
        RandomNumberGenerator.Fill(box.AsSpan(2, SaltLength + Suites.NonceLength));
        Span<byte> derived = stackalloc byte[RingKey.Length];
        Suites.Hmac(key.Suite, key.Bytes, box.AsSpan(2, SaltLength), derived);
        Suites.Encrypt(key.Suite, derived, NonceOf(box), inside, box.AsSpan(HeadLength), Associated(place, box));
        return box;
    }

    private static byte[] Inflate(byte[] deflated)
    {
        using var output = new MemoryStream(deflated.Length * 3);
        using (var inflate = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress)) inflate.CopyTo(output);
        return output.ToArray();
    }

    private static ReadOnlySpan<byte> NonceOf(ReadOnlySpan<byte> box) => box.Slice(2 + SaltLength, Suites.NonceLength);

    /// <summary>Lengths stand in front, so that no two places give the same bytes.</summary>
    private static byte[] Associated(SealPlace place, ReadOnlySpan<byte> head)
    {
        var (table, key) = (Encoding.UTF8.GetByteCount(place.Table), Encoding.UTF8.GetByteCount(place.Key));
        var bytes = new byte[2 + 4 + table + 4 + key + 8];
        head[..2].CopyTo(bytes);
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
        Span<byte> hash = stackalloc byte[Suites.HashLength];
        Suites.Hmac(key.Suite, key.Bytes, text, hash);
        return [(byte)key.Id, .. hash[..(IndexLength - 1)]];
    }

    /// <summary>The key's id stands in place of the last byte: fingerprints differ from their first byte on.</summary>
    private static byte[] Fingerprint(RingKey key, SealPlace place, ReadOnlySpan<byte> plain)
    {
        var where = Associated(place, [FingerprintMark, (byte)key.Id]);
        var text = new byte[where.Length + plain.Length];
        where.CopyTo(text, 0);
        plain.CopyTo(text.AsSpan(where.Length));
        var hash = new byte[Suites.HashLength];
        Suites.Hmac(key.Suite, key.Bytes, text, hash);
        hash[^1] = (byte)key.Id;
        return hash;
    }
}
