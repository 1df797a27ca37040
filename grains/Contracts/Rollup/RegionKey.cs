using FangFanPin.Domain.Regions;

namespace FangFanPin.Contracts.Rollup;

/// <summary>Grain key of a region: its level as a word, then its code, e.g. <c>county/411424000000</c>.</summary>
public readonly record struct RegionKey(RegionLevel Level, RegionCode Code)
{
    public static RegionKey Of(Region region) => new(region.Level, region.Code);
    public static RegionKey Village(RegionCode code) => new(RegionLevel.Village, code);

    /// <exception cref="FormatException">Not a region's key.</exception>
    public static RegionKey Parse(string key)
    {
        var cut = key.IndexOf('/', StringComparison.Ordinal);
        if (cut < 0 || !Enum.TryParse<RegionLevel>(key.AsSpan(0, cut), ignoreCase: true, out var level)) throw new FormatException($"'{key}' is no region key.");
        return new RegionKey(level, RegionCode.Parse(key[(cut + 1)..]));
    }

    public override string ToString() => $"{Word(Level)}/{Code}";

    private static string Word(RegionLevel level) => level switch
    {
        RegionLevel.Province => "province",
        RegionLevel.City => "city",
        RegionLevel.County => "county",
        RegionLevel.Town => "town",
        RegionLevel.Village => "village",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };
}
