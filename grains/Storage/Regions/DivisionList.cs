using System.Reflection;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Storage.Regions;

/// <summary>The province's divisions as they come with the product: <c>code,name,level,parent</c>, one line each after the header.</summary>
public static class DivisionList
{
    private const string Resource = "henan-divisions.csv";

    public static IEnumerable<Region> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            RegionCode? parent = cells[3].Length == 0 ? null : RegionCode.Parse(cells[3]);
            yield return new Region(RegionCode.Parse(cells[0]), cells[1], Enum.Parse<RegionLevel>(cells[2], ignoreCase: true), parent);
        }
    }
}
