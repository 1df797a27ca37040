using System.Text;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>UTF-8 or GB18030 by the bytes themselves, UTF-16 by its mark.</summary>
internal static class CsvEncoding
{
    /// <summary>Headers stand in the first lines, and they are Chinese: more is not needed to tell.</summary>
    private const int SampleBytes = 1 << 18;

    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"))!;
    private static readonly Encoding StrictGb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <remarks>Leaves the stream at its beginning. Bytes that fit the encoding nowhere later in the file become U+FFFD, which refuses their cell.</remarks>
    /// <exception cref="ImportFileException">Neither, or no text at all.</exception>
    public static Encoding Detect(Stream file)
    {
        var sample = new byte[SampleBytes];
        var length = file.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var bytes = sample.AsSpan(0, length);
        if (bytes.StartsWith<byte>([0xFF, 0xFE])) return Encoding.Unicode;
        if (bytes.StartsWith<byte>([0xFE, 0xFF])) return Encoding.BigEndianUnicode;
        if (length == 0 || bytes.Contains((byte)0)) throw new ImportFileException(ImportErrors.NotAWorkbook);
        if (Fits(StrictUtf8, bytes)) return Encoding.UTF8;
        if (!Fits(StrictGb18030, bytes)) throw new ImportFileException(ImportErrors.UnknownEncoding);
        return Gb18030;
    }

    /// <summary>Without a flush, so that a character cut at the end of the sample is no fault.</summary>
    private static bool Fits(Encoding strict, ReadOnlySpan<byte> bytes)
    {
        try
        {
            strict.GetDecoder().GetCharCount(bytes, flush: false);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
