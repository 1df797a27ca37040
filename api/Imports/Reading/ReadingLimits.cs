namespace FangFanPin.Api.Imports.Reading;

/// <summary>Bounds of what a workbook may unpack to. An xlsx is a zip: a small file can be a large one.</summary>
public sealed record ReadingLimits
{
    public static readonly ReadingLimits Default = new();

    public int EntriesMax { get; init; } = 4_096;

    /// <summary>Of all parts together. A sheet of a million rows and 110 columns is about 4 GB of XML.</summary>
    public long UnpackedBytesMax { get; init; } = 6L << 30;

    /// <summary>Texts that cells share are kept in memory, unlike the cells.</summary>
    public long SharedTextBytesMax { get; init; } = 256L << 20;

    /// <summary>Unpacked to packed. Sheets reach 40, a bomb 1,000; asked only of parts over <see cref="RatioFromBytes"/>.</summary>
    public int RatioMax { get; init; } = 200;
    public long RatioFromBytes { get; init; } = 32L << 20;
}
