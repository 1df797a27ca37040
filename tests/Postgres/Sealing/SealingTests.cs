using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Sealing;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sealing;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SealingTests
{
    private static readonly SealPlace Here = new("household", "411600000001", 7);
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("王秀英 411622196203051234 ", 20)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(199)]
    [InlineData(500)]
    public void What_was_sealed_opens_in_its_place(int length)
    {
        var sealer = new RingSealer(KeyRing.Random());
        var box = sealer.Seal(Here, Text.AsSpan(0, length));
        Assert.Equal(Text[..length], sealer.Open(Here, box));
    }

    /// <summary>Boxes written by every release: plain, deflated, packed with the first dictionary. A line is added here, never changed.</summary>
    [Theory]
    [InlineData(30, "AQEjM3yM8q4Cd86vi0fU5Xbys5NQtqMq5JK9q0Z0Nooz813uJixCH40nmNGZQ2JWEcsyda+QYogngFLXNkiH+kGV/05uPqWp")]
    [InlineData(500, "AgHpMZVCdtDHi8syPy4hxnWmFuZbVkLOEyGxpyH+U+i6f+So9bF2EpRb7pEW55lWT47l5RUhaYU3vu+BbqLgbOekrwjxfoR6U6NsUY4C+Sg=")]
    [InlineData(500, "AwF46XA92Fv0ZExB3tlDLz47P7kjegvSCnyqTF84upbjRzk78Cf4D1dLp2e3aa2Rm61Wy1ryp3QbH1K3QvotD8qJaBVeCoXNEImaDNwOph9gqBwehJN67w==")]
    [InlineData(500, "BAGyfYJ3AakwslvY7wEAAEC2D5k4sgAAAADNxGgyYtHU4M16DiUf1w0/rF3JKoxDW9ojWs1x4psReLdKt66HmL/y3UzNCdXqzbmKxh09BGoCJriY8vkjOSikTE7CR/e2EeZ3HVrTBc9GHC75oryzmazqDb98lLg4pktdYxdgvp2vQvNHLm27QQ==")]
    [InlineData(500, "BQGyfYJ3AakwslvY7wEAAEC2D5rXfwAAAAFyIf3oj8HXFeMlxzaaUP9IMd0GCMe1EtAjeEgu7ZkICEAit70VpKHFTX9IN+7umzO7YO2etXvY3h4qTTnQURQEjPGadp1SgD3Zp/JqSwGxliz65LHCsYbob7WmFv1xlo8axPlG/CXxw3scMbB7HGSuBPcTIo/zue9wK2OnrRNYK3RdqFZR5TPNQo2Xum4WUTGm9YMr3BC2N+uCEufHuM9mOpxyA9riWO5nJwPXvtQEZmKtBvOtQnV6nFdxDCqfLu4iL8t5BmcytJSfeF5cqu2uCqD/QrCPEYu0LWTduKitEcW4TboeIcPXTkjNuWeGI06daZKrpbJ9lP9/Wp5EuD5ypCFCr5MWABJVVQ==")]
    public void Every_format_ever_written_still_opens(int length, string box)
    {
        var key = new RingKey(1, [.. Enumerable.Range(0, RingKey.Length).Select(i => (byte)i)]);
        var sealer = new RingSealer(new KeyRing(1, [key], 1, [key]));
        Assert.Equal(Text[..length], sealer.Open(Here, Convert.FromBase64String(box)));
    }

    [Theory]
    [InlineData(0, 500)]
    [InlineData(1, 30)]
    [InlineData(300, 700)]
    [InlineData(3000, 9000)]
    public void A_document_of_two_parts_opens_as_one_and_in_parts_and_its_end_is_packed_once(int start, int end)
    {
        var sealer = new RingSealer(KeyRing.Random());
        byte[] text = [.. Enumerable.Range(0, start + end).Select(i => Text[i % Text.Length])];
        var kept = new KeptPart(text[start..]);
        var box = sealer.Seal(Here, text.AsSpan(0, start), kept);
        Assert.Equal(text, sealer.Open(Here, box));

        var packed = kept.Packed;
        var (opened, rest) = sealer.OpenParts(Here, box);
        Assert.Equal([text[..start], text[start..], packed], new[] { opened, rest!.Plain, rest.Packed });
        var again = sealer.Seal(Here, opened, rest); // whose start is not packed
        Assert.Equal(text, sealer.Open(Here, again));
        var (openedAgain, restAgain) = sealer.OpenParts(Here, again);
        Assert.Equal([text[..start], text[start..], packed], new[] { openedAgain, restAgain!.Plain, restAgain.Packed });
        Assert.Equal(text, sealer.Open(Here, sealer.Renew(Here, again)));
        Assert.Equal(text, sealer.Open(Here, sealer.Renew(Here, box)));
        Assert.Same(packed, kept.Packed);
        Assert.True(sealer.HasFingerprint(Here, text, sealer.Fingerprint(Here, text.AsSpan(0, start), kept)));
    }

    [Theory]
    [InlineData("household_history", "411600000001", 7)]
    [InlineData("household", "411600000002", 7)]
    [InlineData("household", "411600000001", 6)]
    [InlineData("househol", "d411600000001", 7)]
    public void It_does_not_open_elsewhere(string table, string key, long version)
    {
        var sealer = new RingSealer(KeyRing.Random());
        var box = sealer.Seal(Here, Text);
        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(new SealPlace(table, key, version), box));
    }

    [Fact]
    public void No_byte_can_be_changed_unnoticed()
    {
        var sealer = new RingSealer(KeyRing.Random());
        var box = sealer.Seal(Here, Text.AsSpan(0, 40));
        for (var i = 0; i < box.Length; i++)
        {
            byte[] damaged = [.. box];
            damaged[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => sealer.Open(Here, damaged));
        }
    }

    [Fact]
    public void The_same_bytes_sealed_twice_differ()
    {
        var sealer = new RingSealer(KeyRing.Random());
        Assert.NotEqual(sealer.Seal(Here, Text), sealer.Seal(Here, Text));
    }

    /// <summary>A nonce that came twice under a salt would give both documents away.</summary>
    [Fact]
    public void No_salt_sees_a_nonce_twice_whichever_threads_seal()
    {
        var sealer = new RingSealer(KeyRing.Random());
        var boxes = new string[40_000];
        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (var i = t; i < boxes.Length; i += 8) boxes[i] = Convert.ToHexString(sealer.Seal(Here, Text.AsSpan(0, 8)).AsSpan(2, 24));
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(boxes.Length, boxes.Distinct().Count());
        Assert.Equal(8, boxes.Select(b => b[..24]).Distinct().Count());
    }

    /// <summary>Many more than a thread keeps ciphers for, opened in turns, of two keys and from two sealers.</summary>
    [Fact]
    public void Boxes_of_many_salts_and_keys_open_in_any_order()
    {
        var ring = KeyRing.Random();
        var rotated = ring.WithNewKeys(KeySuite.National);
        var boxes = Enumerable.Range(0, 300).Select(i => (Place: Here with { Version = i }, Box: new RingSealer(i % 2 == 0 ? ring : rotated).Seal(Here with { Version = i }, Text.AsSpan(0, i)))).ToArray();
        var opener = new RingSealer(rotated);
        var random = new Random(3);
        for (var n = 0; n < 3_000; n++)
        {
            var i = random.Next(boxes.Length);
            Assert.Equal(Text[..i], opener.Open(boxes[i].Place, boxes[i].Box));
        }
    }

    [Theory]
    [InlineData(KeySuite.International)]
    [InlineData(KeySuite.National)]
    public void After_a_rotation_old_boxes_open_new_ones_use_the_new_key_and_both_hashes_are_looked_for(KeySuite suite)
    {
        var ring = KeyRing.Random();
        var before = new RingSealer(ring);
        var rotated = ring.WithNewKeys(suite);
        var after = new RingSealer(rotated);
        Assert.Equal(Text, after.Open(Here, before.Seal(Here, Text)));
        Assert.ThrowsAny<CryptographicException>(() => before.Open(Here, after.Seal(Here, Text)));
        var hash = before.BlindIndex(BlindKind.Phone, "13800001234")!;
        Assert.NotEqual(hash, after.BlindIndex(BlindKind.Phone, "13800001234"));
        Assert.Contains(after.BlindIndexes(BlindKind.Phone, "13800001234"), h => h.AsSpan().SequenceEqual(hash));
    }

    [Fact]
    public void Hashes_differ_by_kind_and_by_ring()
    {
        var sealer = new RingSealer(KeyRing.Random());
        Assert.NotEqual(sealer.BlindIndex(BlindKind.Phone, "051234"), sealer.BlindIndex(BlindKind.CertificateLastSix, "051234"));
        Assert.NotEqual(sealer.BlindIndex(BlindKind.Phone, "1"), new RingSealer(KeyRing.Random()).BlindIndex(BlindKind.Phone, "1"));
        Assert.Null(sealer.BlindIndex(BlindKind.Phone, null));
    }

    [Fact]
    public void Processes_that_start_at_once_make_one_ring_that_only_its_owner_can_read()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("ffp-keys").FullName, "inside", "keys.json");
        var rings = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => new KeyRingFile(path).OpenOrCreate()).ToArray();
        Assert.Single(rings.Select(r => Convert.ToHexString(r.Seal.Bytes) + Convert.ToHexString(r.Index.Bytes)).Distinct());
        Assert.Equal([Path.GetFileName(path)], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        new KeyRingFile(path).Write(rings[0].WithNewKeys(KeySuite.National));
        Assert.Equal(2, new KeyRingFile(path).Read().Seal.Id);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Throws<InvalidDataException>(() => new KeyRingFile(path).OpenOrCreate());
    }

    /// <summary>Whoever read a ring that another then wrote over has sealed rows that nobody opens again: it is tried often.</summary>
    [Fact]
    public void Of_many_that_start_at_once_none_ever_reads_a_key_that_is_not_kept()
    {
        var folder = Directory.CreateTempSubdirectory("ffp-keys").FullName;
        for (var round = 0; round < 200; round++)
        {
            var path = Path.Combine(folder, $"{round}.json");
            using var start = new Barrier(6);
            var rings = new string[6];
            var threads = Enumerable.Range(0, 6).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                rings[i] = Convert.ToHexString(new KeyRingFile(path).OpenOrCreate().Seal.Bytes);
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            Assert.Equal(Convert.ToHexString(new KeyRingFile(path).Read().Seal.Bytes), Assert.Single(rings.Distinct()));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"currentSeal":1,"seals":[],"currentIndex":1,"indexes":[]}""")]
    public void A_file_that_is_no_ring_is_refused_and_left_alone(string content)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("ffp-keys").FullName, "keys.json");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Throws<InvalidDataException>(() => new KeyRingFile(path).OpenOrCreate());
        Assert.Equal(content, File.ReadAllText(path));
    }
}
