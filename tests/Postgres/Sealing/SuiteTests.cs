using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Sealing;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sealing;

/// <summary>The national algorithms against the examples of their standards.</summary>
public sealed class SuiteTests
{
    private const string Key = "0123456789abcdeffedcba9876543210";

    /// <summary>GB/T 32905-2016, appendix A.</summary>
    [Theory]
    [InlineData("abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    public void Sm3_gives_the_standards_hashes(string text, string hash) => Assert.Equal(hash, Convert.ToHexStringLower(Suites.Sm3(Encoding.ASCII.GetBytes(text))));

    /// <summary>GB/T 32907-2016, appendix A: once, and a million times over.</summary>
    [Theory]
    [InlineData(1, "681edf34d206965e86b3e94f536e4246")]
    [InlineData(1_000_000, "595298c7c6fd271f0402f804c33d3f66")]
    public void Sm4_gives_the_standards_blocks(int times, string expected)
    {
        var engine = new SM4Engine();
        engine.Init(true, new KeyParameter(Convert.FromHexString(Key)));
        var block = Convert.FromHexString(Key);
        for (var i = 0; i < times; i++) engine.ProcessBlock(block, 0, block, 0);
        Assert.Equal(expected, Convert.ToHexStringLower(block));
    }

    /// <summary>RFC 8998, appendix A.1.</summary>
    [Fact]
    public void Sm4_gcm_gives_the_rfcs_ciphertext_and_tag()
    {
        var key = new byte[RingKey.Length];
        Convert.FromHexString(Key).CopyTo(key, 0);
        var nonce = Convert.FromHexString("00001234567800000000abcd");
        var associated = Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        var plain = Convert.FromHexString(string.Concat("aabbccddeeffeeaa".Chunk(2).Select(pair => string.Concat(Enumerable.Repeat(pair[0], 16)))));
        var box = new byte[plain.Length + Suites.TagLength];
        Suites.Encrypt(KeySuite.National, key, nonce, plain, box, associated);
        Assert.Equal("17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec",
            Convert.ToHexStringLower(box));
        var opened = new byte[plain.Length];
        Suites.Decrypt(KeySuite.National, key, nonce, box, opened, associated);
        Assert.Equal(plain, opened);
    }

    /// <summary>A keyed hash has no vector in the standard; it is held against its definition, RFC 2104.</summary>
    [Fact]
    public void Hmac_sm3_is_the_nested_hash()
    {
        var (key, text) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(77));
        byte[] Padded(byte with) => [.. key.Concat(new byte[32]).Select(b => (byte)(b ^ with))];
        var expected = Suites.Sm3([.. Padded(0x5c), .. Suites.Sm3([.. Padded(0x36), .. text])]);
        var hash = new byte[Suites.HashLength];
        Suites.Hmac(KeySuite.National, key, text, hash);
        Assert.Equal(expected, hash);
    }

    [Theory]
    [InlineData(KeySuite.International)]
    [InlineData(KeySuite.National)]
    public void In_either_suite_boxes_open_nowhere_else_and_no_byte_can_be_changed_unnoticed(KeySuite suite)
    {
        var sealer = new RingSealer(KeyRing.Random(suite));
        var (here, text) = (new SealPlace("household", "1", 3), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("王秀英 411622196203051234 ", 9))));
        var box = sealer.Seal(here, text);
        Assert.Equal(text, sealer.Open(here, box));
        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(here with { Version = 4 }, box));
        for (var i = 0; i < box.Length; i++)
        {
            byte[] damaged = [.. box];
            damaged[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => sealer.Open(here, damaged));
        }
    }

    [Fact]
    public void Boxes_and_hashes_of_both_suites_are_read_side_by_side_and_a_renewed_box_is_as_long_as_before()
    {
        var ring = KeyRing.Random();
        var (here, text) = (new SealPlace("household", "1", 3), Encoding.UTF8.GetBytes(new string('甲', 200)));
        var before = new RingSealer(ring);
        var (box, index, print) = (before.Seal(here, text), before.BlindIndex(BlindKind.Phone, "13800001234")!, before.Fingerprint(here, text));
        var after = new RingSealer(ring.WithNewKeys(KeySuite.National));
        var renewed = after.Renew(here, box);
        Assert.Equal((box.Length, box[0], (byte)2), (renewed.Length, renewed[0], renewed[1]));
        Assert.Equal(text, after.Open(here, box));
        Assert.Equal(text, after.Open(here, renewed));
        Assert.Contains(after.BlindIndexes(BlindKind.Phone, "13800001234"), h => h.AsSpan().SequenceEqual(index));
        Assert.True(after.HasFingerprint(here, text, print));
        Assert.True(after.HasFingerprint(here, text, after.Fingerprint(here, text)));
        Assert.False(after.HasFingerprint(here, text[1..], print));
        Assert.False(after.HasFingerprint(here with { Key = "2" }, text, print));
    }
}
