using System.Security.Cryptography;
using System.Text.Json.Serialization;
using FangFanPin.Domain;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace FangFanPin.Storage.Sealing;

/// <summary>Algorithms that belong together. A key is made for one of them and says which; boxes and hashes name their key.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeySuite>))]
public enum KeySuite
{
    /// <summary>AES-256-GCM, HMAC-SHA-256.</summary>
    International = 1,

    /// <summary>国密: SM4-GCM (GB/T 32907, RFC 8998), HMAC-SM3 (GB/T 32905).</summary>
    National = 2,
}

/// <summary>The two suites behind one face. .NET has the international one; the national one is BouncyCastle's.</summary>
internal static class Suites
{
    public const int HashLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;
    private const int Sm4KeyLength = 16;

    /// <summary>Keyed hash, 32 bytes in either suite.</summary>
    public static void Hmac(KeySuite suite, byte[] key, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (suite == KeySuite.International)
        {
            HMACSHA256.HashData(key, data, hash);
            return;
        }
        var mac = new HMac(new SM3Digest());
        mac.Init(new KeyParameter(key));
        mac.BlockUpdate(data);
        mac.DoFinal(hash);
    }

    public static byte[] Hash(KeySuite suite, ReadOnlySpan<byte> data)
    {
        var hash = new byte[HashLength];
        Hash(suite, data, hash);
        return hash;
    }

    public static void Hash(KeySuite suite, ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (suite == KeySuite.International) Sha256.Hash(data, hash);
        else Sm3(data).CopyTo(hash);
    }

    public static byte[] Sm3(ReadOnlySpan<byte> data)
    {
        var (digest, hash) = (new SM3Digest(), new byte[HashLength]);
        digest.BlockUpdate(data);
        digest.DoFinal(hash);
        return hash;
    }

    /// <param name="key">32 bytes; SM4 takes the first 16.</param>
    /// <param name="sealing">Ciphertext and, behind it, the tag.</param>
    public static void Encrypt(KeySuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> sealing, byte[] associated)
    {
        if (suite == KeySuite.International)
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Encrypt(nonce, plain, sealing[..plain.Length], sealing[plain.Length..], associated);
            return;
        }
        var cipher = Sm4(forEncryption: true, key, nonce, associated);
        var done = cipher.ProcessBytes(plain, sealing);
        cipher.DoFinal(sealing[done..]);
    }

    /// <exception cref="CryptographicException">Altered, or of another key or place.</exception>
    public static void Decrypt(KeySuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealing, Span<byte> plain, byte[] associated)
    {
        if (suite == KeySuite.International)
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(nonce, sealing[..plain.Length], sealing[plain.Length..], plain, associated);
            return;
        }
        var cipher = Sm4(forEncryption: false, key, nonce, associated);
        try
        {
            var done = cipher.ProcessBytes(sealing, plain);
            cipher.DoFinal(plain[done..]);
        }
        catch (InvalidCipherTextException e)
        {
            plain.Clear();
            throw new AuthenticationTagMismatchException("The tag of a box does not fit.", e);
        }
    }

    private static GcmBlockCipher Sm4(bool forEncryption, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, byte[] associated)
    {
        var cipher = new GcmBlockCipher(new SM4Engine());
        cipher.Init(forEncryption, new AeadParameters(new KeyParameter(key[..Sm4KeyLength]), TagLength * 8, nonce.ToArray(), associated));
        return cipher;
    }
}
