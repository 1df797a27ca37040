using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Seals with the keys of a ring. A box is: format, key id, 12 bytes of salt, 12 bytes of nonce, ciphertext, 16 bytes of tag. The key says with which
/// algorithm. The key of a box is derived from the ring's key and the salt. Salts are random, and a thread counts the nonces under its own
/// (<see cref="BoxCiphers"/>), so that billions of rows may be sealed by processes that do not know of each other.
/// </summary>
/// <remarks>Packing halves the box, and with it heap, WAL and the way to the server. Boxes of the first releases were deflated, and are still opened.</remarks>
public sealed class RingSealer(KeyRingSource source) : ISealer
{
    private const byte Plain = 1;
    private const byte Deflated = 2;
    private const byte Packed = 3;

    /// <summary>Four bytes say how long the packed start is; the packed end stands behind it.</summary>
    private const byte PackedInParts = 4;

    /// <summary>Likewise, with a start that is not packed.</summary>
    private const byte PackedEnd = 5;

    /// <summary>Less is one change of one field: packing would save a few bytes and cost the server a twelfth of a write.</summary>
    private const int PackFrom = 192;
    private const int SaltLength = BoxCiphers.SaltLength;
    private const int PlaceMost = 256;
    private const int LengthRoom = sizeof(int);
    private const int InsideMost = 2048;
    private const int HeadLength = 2 + SaltLength + Suites.NonceLength;

    /// <summary>Of a blind index: the key's id and so much of the hash; 15 bytes make a collision among billions unlikely.</summary>
    private const int IndexLength = 16;

    /// <summary>Stands where the kind of a blind index would, so that a fingerprint is never one.</summary>
    private const byte FingerprintMark = 0;

    /// <summary>No cipher may be used by two threads at once.</summary>
    private readonly ThreadLocal<BoxCiphers> ciphers = new(() => new BoxCiphers());

    /// <param name="ring">For good; a running server asks a source, which sees new keys.</param>
    public RingSealer(KeyRing ring) : this(new KeyRingSource(ring)) { }

    public byte[] Seal(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end = null)
    {
        if (end is not null) return SealParts(place, plain, end);
        var packed = plain.Length < PackFrom ? [] : DocumentPacking.Pack(plain);
        return packed.IsEmpty || packed.Length >= plain.Length ? Seal(place, Plain, plain) : Seal(place, Packed, packed);
    }

    public byte[] Open(SealPlace place, ReadOnlySpan<byte> box)
    {
        var inside = Inside(place, box);
        return box[0] switch
        {
            Plain => inside,
            Deflated => Inflate(inside),
            PackedInParts => [.. DocumentPacking.Open(StartOf(inside)), .. DocumentPacking.Open(EndOf(inside))],
            PackedEnd => [.. StartOf(inside), .. DocumentPacking.Open(EndOf(inside))],
            _ => DocumentPacking.Open(inside),
        };
    }

    public int Open(SealPlace place, ReadOnlySpan<byte> box, ref byte[] room)
    {
        if (!box.IsEmpty && box[0] == Packed) return DocumentPacking.Open(Inside(place, box), ref room);
        room = Open(place, box);
        return room.Length;
    }

    public (byte[] Start, KeptPart? End) OpenParts(SealPlace place, ReadOnlySpan<byte> box)
    {
        if (box.IsEmpty || box[0] is not (PackedInParts or PackedEnd)) return (Open(place, box), null);
        var inside = Inside(place, box);
        var start = box[0] == PackedEnd ? StartOf(inside).ToArray() : DocumentPacking.Open(StartOf(inside));
        return (start, new KeptPart(DocumentPacking.Open(EndOf(inside)), EndOf(inside).ToArray()));
    }

    /// <summary>An end that stands packed already says that only the start has changed, and will again: a fifth more of row is less than what packing it costs each time.</summary>
    private byte[] SealParts(SealPlace place, ReadOnlySpan<byte> plain, KeptPart end)
    {
        if (end.Packed is { } kept) return SealParts(place, PackedEnd, plain, kept);
        end.Packed = DocumentPacking.Pack(end.Plain).ToArray();
        return SealParts(place, PackedInParts, DocumentPacking.Pack(plain), end.Packed);
    }

    private byte[] SealParts(SealPlace place, byte format, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end)
    {
        var length = LengthRoom + start.Length + end.Length;
        Span<byte> inside = length <= InsideMost ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(inside, start.Length);
        start.CopyTo(inside[LengthRoom..]);
        end.CopyTo(inside[(LengthRoom + start.Length)..]);
        return Seal(place, format, inside);
    }

    private static ReadOnlySpan<byte> StartOf(ReadOnlySpan<byte> inside) => inside.Slice(LengthRoom, StartLength(inside));
    private static ReadOnlySpan<byte> EndOf(ReadOnlySpan<byte> inside) => inside[(LengthRoom + StartLength(inside))..];

    private static int StartLength(ReadOnlySpan<byte> inside) =>
        inside.Length >= LengthRoom && BinaryPrimitives.ReadInt32LittleEndian(inside) is var length && length >= 0 && length <= inside.Length - LengthRoom
            ? length
            : throw new InvalidDataException("A document of two parts is damaged.");

    /// <summary>The same content under the newest key, as long as before; how it is packed stays.</summary>
    /// <exception cref="CryptographicException">As <see cref="Open(SealPlace, ReadOnlySpan{byte})"/>.</exception>
    public byte[] Renew(SealPlace place, ReadOnlySpan<byte> box) => Seal(place, box[0], Inside(place, box));

    public byte[]? BlindIndex(BlindKind kind, string? normalised) => normalised is null ? null : Hash(source.ToWriteWith().Index, kind, normalised);

    public byte[][] BlindIndexes(BlindKind kind, string? normalised) =>
        normalised is null ? [] : [.. source.Newest().Indexes.Select(key => Hash(key, kind, normalised))];

    public byte[] Fingerprint(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end = null) =>
        Fingerprint(source.ToWriteWith().Index, place, plain, end is null ? [] : end.Plain);

    public bool HasFingerprint(SealPlace place, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> fingerprint)
    {
        if (fingerprint.Length != Suites.HashLength) return false;
        var id = fingerprint[^1];
        return source.Newest().Indexes.FirstOrDefault(k => k.Id == id) is { } key && Fingerprint(key, place, plain, []).AsSpan().SequenceEqual(fingerprint);
    }

    private byte[] Inside(SealPlace place, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeadLength + Suites.TagLength || box[0] is not (Plain or Deflated or Packed or PackedInParts or PackedEnd)) throw new CryptographicException("Not a sealed document.");
        var key = source.FindSeal(box[1]) ?? throw new CryptographicException($"Sealed with key {box[1]}, which is not in the key ring.");
        var inside = new byte[box.Length - HeadLength - Suites.TagLength];
        var cipher = ciphers.Value!.ForOld(key, box.Slice(2, SaltLength));
        cipher.Decrypt(NonceOf(box), box[HeadLength..], inside, Associated(place, box, stackalloc byte[PlaceMost]));
        return inside;
    }

    private byte[] Seal(SealPlace place, byte format, ReadOnlySpan<byte> inside)
    {
        var key = source.ToWriteWith().Seal;
        var box = new byte[HeadLength + inside.Length + Suites.TagLength];
        (box[0], box[1]) = (format, (byte)key.Id);
        var cipher = ciphers.Value!.ForNew(key, box.AsSpan(2, SaltLength + Suites.NonceLength));
        cipher.Encrypt(NonceOf(box), inside, box.AsSpan(HeadLength), Associated(place, box, stackalloc byte[PlaceMost]));
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
    private static ReadOnlySpan<byte> Associated(SealPlace place, ReadOnlySpan<byte> head, Span<byte> room)
    {
        var (table, key) = (Encoding.UTF8.GetByteCount(place.Table), Encoding.UTF8.GetByteCount(place.Key));
        var count = 2 + 4 + table + 4 + key + 8;
        var bytes = count <= room.Length ? room[..count] : new byte[count];
        head[..2].CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[2..], table);
        Encoding.UTF8.GetBytes(place.Table, bytes[6..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(6 + table)..], key);
        Encoding.UTF8.GetBytes(place.Key, bytes[(10 + table)..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes[(10 + table + key)..], place.Version);
        return bytes;
    }

    private byte[] Hash(RingKey key, BlindKind kind, string normalised)
    {
        var length = 1 + Encoding.UTF8.GetByteCount(normalised);
        var text = length <= PlaceMost ? stackalloc byte[length] : new byte[length];
        text[0] = (byte)kind;
        Encoding.UTF8.GetBytes(normalised, text[1..]);
        Span<byte> hash = stackalloc byte[Suites.HashLength];
        ciphers.Value!.Hash(key, text, hash);
        return [(byte)key.Id, .. hash[..(IndexLength - 1)]];
    }

    /// <summary>The key's id stands in place of the last byte: fingerprints differ from their first byte on.</summary>
    private byte[] Fingerprint(RingKey key, SealPlace place, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> end)
    {
        var own = ciphers.Value!;
        var where = Associated(place, [FingerprintMark, (byte)key.Id], stackalloc byte[PlaceMost]);
        var text = own.Room(where.Length + plain.Length + end.Length);
        where.CopyTo(text);
        plain.CopyTo(text[where.Length..]);
        end.CopyTo(text[(where.Length + plain.Length)..]);
        var hash = new byte[Suites.HashLength];
        own.Hash(key, text, hash);
        hash[^1] = (byte)key.Id;
        return hash;
    }
}
