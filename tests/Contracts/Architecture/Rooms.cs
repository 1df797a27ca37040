using System.Xml.Linq;

namespace FangFanPin.Tests.Contracts.Architecture;

/// <summary>Which room may reference which: the arrows of the house.</summary>
internal static class Rooms
{
    private sealed record Room(string Folder, string[] Projects, string[] Packages);

    /// <summary>Packages are allowed by prefix; rooms of the inside name few, the composition root any.</summary>
    private static readonly Dictionary<string, Room> All = new()
    {
        ["Domain"] = new("grains/Domain", [], []),
        ["Contracts"] = new("grains/Contracts", ["Domain"], ["Microsoft.Orleans.Sdk"]),
        ["Grains"] = new("grains/Grains", ["Domain", "Contracts"], ["Microsoft.Orleans."]),
        ["Storage"] = new("grains/Storage", ["Domain", "Contracts"], ["Npgsql", "dbup-", "ZstdSharp.Port", "BouncyCastle.", "System.IO.Hashing", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Sdk"]),
        ["Api"] = new("api", ["Domain", "Contracts", "Storage"],
            ["Microsoft.Orleans.Client", "Microsoft.AspNetCore.", "Scalar.", "ClosedXML", "ExcelDataReader", "DocumentFormat.OpenXml", "MiniExcel", "CsvHelper", "QRCoder", "System."]),
        ["Silo"] = new("silo", ["Domain", "Contracts", "Grains", "Storage", "Api"], [""]),
    };

    public static IEnumerable<(string Room, string Folder)> Folders => All.Select(r => (r.Key, r.Value.Folder));

    /// <returns>One line per reference that points the wrong way.</returns>
    public static IReadOnlyList<string> Violations(string room, string project)
    {
        var allowed = All[room];
        var xml = XDocument.Parse(project);
        var projects = References(xml, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')).Replace("FangFanPin.", ""));
        return
        [
            .. projects.Where(p => !allowed.Projects.Contains(p)).Select(p => $"{room} -> {p}"),
            .. References(xml, "PackageReference").Where(p => !allowed.Packages.Any(a => p.StartsWith(a, StringComparison.Ordinal))).Select(p => $"{room} -> {p}"),
            .. References(xml, "FrameworkReference").Where(_ => room is not ("Silo" or "Api")).Select(p => $"{room} -> {p}"),
            .. room is not ("Silo" or "Api") && xml.Root?.Attribute("Sdk")?.Value != "Microsoft.NET.Sdk" ? [$"{room} -> {xml.Root?.Attribute("Sdk")?.Value}"] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> References(XDocument xml, string element) =>
        xml.Descendants(element).Select(e => e.Attribute("Include")?.Value).OfType<string>();
}
