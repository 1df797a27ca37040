using FangFanPin.Domain.Regions;

namespace FangFanPin.Storage.Regions;

/// <summary>The shipped division list: <c>code,name,level,parent</c>, edition 2023.</summary>
internal static class DivisionList
{
    private const string Resource = "data/henan-divisions.csv";

    /// <summary>From when the shipped list holds: the year of its edition.</summary>
    public static readonly DateOnly ValidFrom = new(2023, 1, 1);

    public static IEnumerable<Region> Read()
    {
        using var stream = typeof(DivisionList).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            if (fields.Length != 4) throw new InvalidDataException($"division list: '{line}'");
            yield return new Region(
                RegionCode.Parse(fields[0]), fields[1], Enum.Parse<RegionLevel>(fields[2], ignoreCase: true), fields[3] is "" ? null : RegionCode.Parse(fields[3]));
        }
    }
}
