using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// The ciphers of one thread. To derive and schedule a key costs several times as much as to encrypt a document with it, so what one thread seals in a
/// row shares a salt and counts its nonces, and a box is opened by the cipher of the last one that had its salt.
/// </summary>
internal sealed class BoxCiphers
{
    public const int SaltLength = 12;

    /// <summary>Far below what one key may seal; so little is sealed under one that is lost with a process.</summary>
    private const int BoxesPerSalt = 1 << 20;

    /// <summary>Almost every document fits with its place in front; others get room of their own.</summary>
    private const int RoomKept = 8 * 1024;

    /// <summary>Boxes that are read together were often sealed together; a power of two.</summary>
    private const int Opened = 64;

    private readonly Dictionary<RingKey, IncrementalHash> hashes = new(ReferenceEqualityComparer.Instance);
    private readonly (byte[] Salt, BoxCipher Cipher)?[] opened = new (byte[], BoxCipher)?[Opened];
    private readonly byte[] salt = new byte[SaltLength];
    private readonly byte[] room = new byte[RoomKept];
    private BoxCipher? sealing;
    private int sealedBoxes;

    /// <summary>The cipher for one new box, whose salt and nonce are written out.</summary>
    public BoxCipher ForNew(RingKey key, Span<byte> saltAndNonce)
    {
        if (sealing?.Key != key || sealedBoxes == BoxesPerSalt) Renew(key);
        salt.CopyTo(saltAndNonce);
        // The count alone never comes twice under a salt; the clock keeps it so in a machine that was copied while it ran.
        BinaryPrimitives.WriteInt64BigEndian(saltAndNonce[SaltLength..], Stopwatch.GetTimestamp());
        BinaryPrimitives.WriteInt32BigEndian(saltAndNonce[(SaltLength + sizeof(long))..], sealedBoxes++);
        return sealing!;
    }

    /// <summary>The cipher for a box that was sealed under this salt.</summary>
    public BoxCipher ForOld(RingKey key, ReadOnlySpan<byte> saltOfBox)
    {
        ref var slot = ref opened[saltOfBox[0] % Opened];
        if (slot is { } known && known.Cipher.Key == key && saltOfBox.SequenceEqual(known.Salt)) return known.Cipher;
        slot?.Cipher.Dispose();
        slot = null;
        var cipher = Derived(key, saltOfBox);
        slot = (saltOfBox.ToArray(), cipher);
        return cipher;
    }

    /// <summary>To put together what is hashed; its content is nobody's.</summary>
    public Span<byte> Room(int length) => length <= RoomKept ? room.AsSpan(0, length) : new byte[length];

    /// <summary>Keyed hash of the key's suite, 32 bytes.</summary>
    public void Hash(RingKey key, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        if (key.Suite != KeySuite.International)
        {
            Suites.Hmac(key.Suite, key.Bytes, text, hash);
            return;
        }
        if (!hashes.TryGetValue(key, out var hmac)) hashes.Add(key, hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes));
        hmac.AppendData(text);
        hmac.GetHashAndReset(hash);
    }

    private void Renew(RingKey key)
    {
        sealing?.Dispose();
        sealing = null;
        RandomNumberGenerator.Fill(salt);
        (sealing, sealedBoxes) = (Derived(key, salt), 0);
    }

    private BoxCipher Derived(RingKey key, ReadOnlySpan<byte> saltOfBox)
    {
        var derived = new byte[RingKey.Length];
        Hash(key, saltOfBox, derived);
        return new BoxCipher(key, derived);
    }
}

/// <summary>One derived key, ready for use by one thread.</summary>
internal sealed class BoxCipher(RingKey key, byte[] derived) : IDisposable
{
    private readonly AesGcm? aes = key.Suite == KeySuite.International ? new AesGcm(derived, Suites.TagLength) : null;

    /// <summary>The key of the ring that it was derived from.</summary>
    public RingKey Key => key;

    /// <param name="sealing">Ciphertext and, behind it, the tag.</param>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> sealing, ReadOnlySpan<byte> associated)
    {
        if (aes is null) Suites.Encrypt(key.Suite, derived, nonce, plain, sealing, associated.ToArray());
        else aes.Encrypt(nonce, plain, sealing[..plain.Length], sealing[plain.Length..], associated);
    }

    /// <exception cref="CryptographicException">Altered, or of another key or place.</exception>
    public void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealing, Span<byte> plain, ReadOnlySpan<byte> associated)
    {
        if (aes is null) Suites.Decrypt(key.Suite, derived, nonce, sealing, plain, associated.ToArray());
        else aes.Decrypt(nonce, sealing[..plain.Length], sealing[plain.Length..], plain, associated);
    }

    public void Dispose() => aes?.Dispose();
}
