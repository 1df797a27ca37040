using System.Text;
using FangFanPin.Api.Cases.Content;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>What files are, from their first byte to the last.</summary>
public sealed class AttachmentContentTests
{
    private static string? CodeOf(byte[] content) => FileKinds.TypeOf(content).Error?.Code;

    [Fact]
    public void Files_that_are_what_they_say_are_taken()
    {
        Assert.Equal("image/jpeg", FileKinds.TypeOf(SampleFiles.Jpeg()).Value);
        Assert.Equal("image/png", FileKinds.TypeOf(SampleFiles.Png()).Value);
        Assert.Equal("image/webp", FileKinds.TypeOf(SampleFiles.Webp()).Value);
        Assert.Equal("application/pdf", FileKinds.TypeOf(SampleFiles.Pdf(SampleFiles.Stream("/Filter /FlateDecode", SampleFiles.Packed("BT (hello) Tj ET"u8.ToArray())))).Value);
        // Passes of an interlaced picture: 1, 1 and 4 and 3 and 6 and 5 pixels wide, as the standard lays them out for 5 by 3.
        Assert.Equal("image/png", FileKinds.TypeOf(SampleFiles.Png(5, 3, 1, new byte[Interlaced(5, 3)])).Value);
        var pictures = Directory.GetFiles(Path.Combine(Repository.Root, "deploy/runbooks/pictures"), "*.png");
        Assert.NotEmpty(pictures);
        Assert.All(pictures, p => Assert.Null(CodeOf(File.ReadAllBytes(p))));
    }

    /// <summary>Pixel by pixel: to which pass each belongs.</summary>
    private static int Interlaced(int width, int height)
    {
        string[] order = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        var rows = new HashSet<(char, int)>();
        var pixels = 0;
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++, pixels++) rows.Add((order[y % 8][x % 8], y));
        return pixels * 3 + rows.Count;
    }

    public static TheoryData<string> Kinds => ["jpeg", "png", "webp", "pdf"];

    private static byte[] Sample(string kind) => kind switch { "jpeg" => SampleFiles.Jpeg(), "png" => SampleFiles.Png(), "webp" => SampleFiles.Webp(), _ => SampleFiles.Pdf() };

    [Theory, MemberData(nameof(Kinds))]
    public void Cut_off_anywhere_a_file_is_damaged_and_with_anything_behind_it_is_two(string kind)
    {
        var whole = Sample(kind);
        var visible = whole.AsSpan().TrimEnd("\r\n"u8).Length;
        for (var length = 0; length < visible; length++) Assert.NotNull(CodeOf(whole[..length]));
        Assert.Equal("case.attachment-trailing", CodeOf([.. whole, .. "<script>"u8]));
        Assert.Equal("case.attachment-trailing", CodeOf([.. whole, .. "PK\u0003\u0004"u8, .. new byte[100]]));
    }

    [Theory]
    [InlineData("<html><script>alert(1)</script>")]
    [InlineData("MZ\u0090")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>")]
    [InlineData("GIF89a/*")]
    [InlineData("")]
    public void What_is_none_of_the_types_is_refused(string text) => Assert.Equal("case.attachment-type", CodeOf(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Pictures_that_would_fill_a_memory_when_unpacked_are_refused()
    {
        Assert.Equal("case.attachment-pixels", CodeOf(SampleFiles.Jpeg(20_000, 20_000)));
        Assert.Equal("case.attachment-pixels", CodeOf(SampleFiles.Jpeg(20_001, 8)));
        Assert.Equal("case.attachment-damaged", CodeOf(SampleFiles.Jpeg(0, 8)));
        Assert.Equal("case.attachment-pixels", CodeOf(SampleFiles.Png(40_000, 40_000, rows: [])));
        Assert.Equal("case.attachment-pixels", CodeOf(SampleFiles.Webp(16_000, 16_000)));
        // A bomb under a small size: more comes out than its size says, or less.
        Assert.Equal("case.attachment-damaged", CodeOf(SampleFiles.Png(5, 3, rows: new byte[50_000_000])));
        Assert.Equal("case.attachment-damaged", CodeOf(SampleFiles.Png(5, 3, rows: new byte[10])));
    }

    [Fact]
    public void A_picture_whose_parts_do_not_fit_is_damaged()
    {
        var header = SampleFiles.Chunk("IHDR", [0, 0, 0, 5, 0, 0, 0, 3, 8, 2, 0, 0, 0]);
        var data = SampleFiles.Chunk("IDAT", SampleFiles.Packed(new byte[48]));
        var end = SampleFiles.Chunk("IEND", []);
        Assert.Null(CodeOf(SampleFiles.Png(header, data, end)));
        foreach (var chunks in new byte[][][] { [data, header, end], [header, end], [header, data], [header, SampleFiles.Chunk("IDAT", [1, 2, 3]), end], [SampleFiles.Chunk("IHDR", [0, 0, 0, 5, 0, 0, 0, 3, 7, 2, 0, 0, 0]), data, end] })
            Assert.Equal("case.attachment-damaged", CodeOf(SampleFiles.Png(chunks)));
        var spoiled = SampleFiles.Png();
        spoiled[^20] ^= 1; // the checksum says so
        Assert.Equal("case.attachment-damaged", CodeOf(spoiled));
        byte[] start = [0xFF, 0xD8], frame = SampleFiles.Segment(0xC0, [8, 0, 8, 0, 8, 1, 1, 0x11, 0]), scan = [.. SampleFiles.Segment(0xDA, [1, 1, 0, 0, 63, 0]), 1, 2], last = [0xFF, 0xD9];
        foreach (var parts in new byte[][][] { [frame, last], [scan, frame, last], [frame, frame, scan, last], [SampleFiles.Segment(0xE0, []), last], [start, frame, scan, last], ["<html>"u8.ToArray(), frame, scan, last] })
            Assert.Equal(parts[0][0] == '<' ? "case.attachment-type" : "case.attachment-damaged", CodeOf([.. start, .. parts.SelectMany(p => p)]));
    }

    [Theory]
    [InlineData("<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>")]
    [InlineData("<< /S/#4aava#53cript/JS(x) >>")]
    [InlineData("<< /AA << /O << /S /Launch /Win << /F (cmd.exe) >> >> >> >>")]
    [InlineData("<< /Type /EmbeddedFile >>")]
    [InlineData("<< /Names << /EmbeddedFiles 7 0 R >> >>")]
    [InlineData("<< /Subtype /RichMedia >>")]
    [InlineData("<< /S /SubmitForm /F (http://example.org) >>")]
    [InlineData("<< /S /GoToE >>")]
    public void A_document_that_does_something_is_refused_wherever_that_is_hidden(string part)
    {
        var text = Encoding.ASCII.GetBytes(part);
        Assert.Equal("case.attachment-pdf-active", CodeOf(SampleFiles.Pdf(SampleFiles.Object(part))));
        Assert.Equal("case.attachment-pdf-active", CodeOf(SampleFiles.Pdf(SampleFiles.Stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", SampleFiles.Packed(text)))));
        Assert.Equal("case.attachment-pdf-active", CodeOf(SampleFiles.Pdf(SampleFiles.Stream("/Filter /FlateDecode", SampleFiles.Packed([.. new byte[81_915], .. text]))))); // across the edge of a piece
        Assert.Equal("case.attachment-pdf-active", CodeOf(SampleFiles.Pdf(SampleFiles.Stream("/Length 99", text))));
    }

    [Fact]
    public void What_cannot_be_looked_into_is_refused()
    {
        foreach (var filter in new[] { "/Filter /LZWDecode", "/Filter [/ASCIIHexDecode /FlateDecode]", "/Filter/#41SCII85Decode", "/Encrypt 5 0 R" })
            Assert.Equal("case.attachment-pdf-closed", CodeOf(SampleFiles.Pdf(SampleFiles.Object($"<< {filter} >>"))));
        var bomb = SampleFiles.Stream("/Filter /FlateDecode", SampleFiles.Packed(new byte[70_000_000]));
        Assert.Null(CodeOf(SampleFiles.Pdf(bomb)));
        Assert.Equal("case.attachment-pdf-closed", CodeOf(SampleFiles.Pdf(bomb, bomb)));
        Assert.Equal("case.attachment-pdf-damaged", CodeOf("%PDF-1.4 nothing"u8.ToArray()));
        Assert.Equal("case.attachment-pdf-damaged", CodeOf([.. "%PDF-x"u8, .. SampleFiles.Pdf().AsSpan(6)]));
    }
}
