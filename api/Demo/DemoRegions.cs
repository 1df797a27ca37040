using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Demo;

/// <summary>The villages below a region, from the division list (<c>code,name,level,parent</c>).</summary>
public sealed class DemoRegions
{
    private sealed record Division(string Code, string Name, string Level, string Parent);

    private readonly Dictionary<string, Division> byCode;
    private readonly List<DemoVillage> villages = [];

    public DemoRegions(IEnumerable<string> lines)
    {
        byCode = lines.Skip(1).Select(l => l.Split(',')).Where(c => c.Length == 4).Select(c => new Division(c[0].TrimStart('\uFEFF'), c[1], c[2], c[3])).ToDictionary(d => d.Code);
        var ordinals = new Dictionary<string, int>();
        foreach (var division in byCode.Values.Where(d => d.Level == "village").OrderBy(d => d.Code, StringComparer.Ordinal))
        {
            var county = division.Code[..6];
            var ordinal = ordinals.GetValueOrDefault(county);
            ordinals[county] = ordinal + 1;
            villages.Add(Village(division, ordinal));
        }
    }

    private DemoVillage Village(Division division, int ordinal)
    {
        var path = Path(division);
        return new DemoVillage
        {
            Code = RegionCode.Parse(division.Code), VillageName = division.Name, Ordinal = ordinal,
            TownName = NameAt(path, "town"), CountyName = NameAt(path, "county"), CityName = NameAt(path, "city"),
        };
    }

    private static string NameAt(List<Division> path, string level) => path.Find(d => d.Level == level)?.Name ?? "";

    /// <summary>From the division up to the province.</summary>
    private List<Division> Path(Division division)
    {
        var path = new List<Division> { division };
        while (byCode.TryGetValue(path[^1].Parent, out var parent)) path.Add(parent);
        return path;
    }

    public string? NameOf(string code) => byCode.GetValueOrDefault(code)?.Name;

    /// <summary>The ancestor (or the region itself) at that level, e.g. <c>county</c>; null when there is none.</summary>
    public string? AncestorAt(string code, string level) => Path(byCode[code]).Find(d => d.Level == level)?.Code;

    /// <summary>Villages of the region in the order of codes; a village is its own.</summary>
    public IEnumerable<DemoVillage> VillagesOf(string region) =>
        byCode.TryGetValue(region, out _) ? villages.Where(v => Path(byCode[v.Code.ToString()]).Exists(d => d.Code == region)) : [];
}
