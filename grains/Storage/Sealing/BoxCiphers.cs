using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// The ciphers of one thread. To derive and schedule a key costs several times as much as to encrypt a document with it, so what one thread seals in a
/// row shares a salt and counts its nonces, and a box is opened by the cipher of the last one that had its salt.
/// </summary>
internal sealed class BoxCiphers(KeyRing ring)
{
    public const int SaltLength = 12;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>Far below what one key may seal; so little is sealed under one that is lost with a process.</summary>
    private const int BoxesPerSalt = 1 << 20;

    /// <summary>Boxes that are read together were often sealed together; a power of two.</summary>
    private const int Opened = 64;

    private readonly Dictionary<RingKey, IncrementalHash> hashes = new(ReferenceEqualityComparer.Instance);
    private readonly (byte[] Salt, RingKey Key, AesGcm Cipher)?[] opened = new (byte[], RingKey, AesGcm)?[Opened];
    private readonly byte[] salt = new byte[SaltLength];
    private AesGcm? sealing;
    private int sealedBoxes;

    /// <summary>The cipher for one new box, whose salt and nonce are written out.</summary>
    public AesGcm ForNew(Span<byte> saltAndNonce)
    {
        if (sealing is null || sealedBoxes == BoxesPerSalt) Renew();
        salt.CopyTo(saltAndNonce);
        // The count alone never comes twice under a salt; the clock keeps it so in a machine that was copied while it ran.
        BinaryPrimitives.WriteInt64BigEndian(saltAndNonce[SaltLength..], Stopwatch.GetTimestamp());
        BinaryPrimitives.WriteInt32BigEndian(saltAndNonce[(SaltLength + sizeof(long))..], sealedBoxes++);
        return sealing!;
    }

    /// <summary>The cipher for a box that was sealed under this salt.</summary>
    public AesGcm ForOld(RingKey key, ReadOnlySpan<byte> saltOfBox)
    {
        ref var slot = ref opened[saltOfBox[0] % Opened];
        if (slot is { } known && known.Key == key && saltOfBox.SequenceEqual(known.Salt)) return known.Cipher;
        slot?.Cipher.Dispose();
        slot = null;
        var cipher = Derived(key, saltOfBox);
        slot = (saltOfBox.ToArray(), key, cipher);
        return cipher;
    }

    /// <summary>HMAC-SHA-256.</summary>
    public void Hash(RingKey key, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (!hashes.TryGetValue(key, out var hmac)) hashes.Add(key, hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes));
        hmac.AppendData(text);
        hmac.GetHashAndReset(hash);
    }

    private void Renew()
    {
        sealing?.Dispose();
        sealing = null;
        RandomNumberGenerator.Fill(salt);
        (sealing, sealedBoxes) = (Derived(ring.Seal, salt), 0);
    }

    private AesGcm Derived(RingKey key, ReadOnlySpan<byte> saltOfBox)
    {
        Span<byte> derived = stackalloc byte[RingKey.Length];
        Hash(key, saltOfBox, derived);
        return new AesGcm(derived, TagLength);
    }
}
