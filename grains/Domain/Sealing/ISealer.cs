using System.Security.Cryptography;

namespace FangFanPin.Domain.Sealing;

/// <summary>Where sealed bytes stand. They open only there, so rows, versions and tables cannot be swapped behind the program's back.</summary>
/// <param name="Table">Table and column in one word, e.g. <c>household</c>.</param>
/// <param name="Key">Primary key of the row, without the version.</param>
public readonly record struct SealPlace(string Table, string Key, long Version);

/// <summary>What a keyed hash was made of; equal texts of different kinds have unrelated hashes.</summary>
public enum BlindKind : byte { Certificate = 1, CertificateLastSix = 2, Phone = 3, QueryCode = 4, Ticket = 5, Extract = 6 }

/// <summary>Keeps personal data unreadable to whoever has the database alone.</summary>
public interface ISealer
{
    /// <summary>Encrypts; the same bytes sealed twice differ.</summary>
    /// <param name="end">What stands behind <paramref name="plain"/>.</param>
    byte[] Seal(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end = null);

    /// <exception cref="CryptographicException">Damaged, moved from another place, or sealed with a key that is not in the ring.</exception>
    byte[] Open(SealPlace place, ReadOnlySpan<byte> box);

    /// <summary>As <see cref="Open(SealPlace, ReadOnlySpan{byte})"/>, into a room that serves one box after another: pieces of files are a megabyte each.</summary>
    /// <param name="room">Replaced when it is too small.</param>
    /// <returns>How many bytes of the room are the content.</returns>
    /// <exception cref="CryptographicException">As <see cref="Open(SealPlace, ReadOnlySpan{byte})"/>.</exception>
    int Open(SealPlace place, ReadOnlySpan<byte> box, ref byte[] room)
    {
        room = Open(place, box);
        return room.Length;
    }

    /// <summary>As <see cref="Open(SealPlace, ReadOnlySpan{byte})"/>, with the end by itself where it was sealed so.</summary>
    /// <exception cref="CryptographicException">As <see cref="Open(SealPlace, ReadOnlySpan{byte})"/>.</exception>
    (byte[] Start, KeptPart? End) OpenParts(SealPlace place, ReadOnlySpan<byte> box);

    /// <summary>The keyed hash to store for a text normalised by <see cref="BlindText"/>; null for null.</summary>
    byte[]? BlindIndex(BlindKind kind, string? normalised);

    /// <summary>The hashes to look for, one per key of the ring: rows hashed before a rotation are found too. Empty for null.</summary>
    byte[][] BlindIndexes(BlindKind kind, string? normalised);

    /// <summary>A keyed hash of a document's content, 32 bytes: it says what was there, and stays true when the document is sealed anew.</summary>
    byte[] Fingerprint(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end = null);

    /// <returns>True when the fingerprint was made of just that, with a key of the ring.</returns>
    bool HasFingerprint(SealPlace place, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> fingerprint);
}
