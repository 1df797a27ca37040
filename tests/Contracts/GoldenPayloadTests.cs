using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Contracts;

/// <summary>
/// Payloads written by every released version; all must load for ever. A payload is added, never edited.
/// To add one, set FFP_WRITE_GOLDEN to a version name and run this class once.
/// </summary>
public sealed class GoldenPayloadTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Folder, "*.document").Select(Path.GetFileName).Cast<string>()];

    [Theory, MemberData(nameof(Documents))]
    public void A_document_of_a_released_version_still_reads_as_what_was_written(string name)
    {
        var file = DocumentCodec.Decode(Convert.FromBase64String(File.ReadAllText(Path.Combine(Folder, name))));
        var expected = JsonSerializer.Deserialize<HouseholdFile>(File.ReadAllText(Path.Combine(Folder, Path.ChangeExtension(name, ".json"))), WireJson.Options);
        Assert.Empty(FileDiff.Between(expected, file));
    }

    [Fact]
    public void There_is_a_golden_document_with_every_field_set()
    {
        if (Environment.GetEnvironmentVariable("FFP_WRITE_GOLDEN") is { Length: > 0 } version) Write(version);
        Assert.Contains(Documents, row => Everything(row.Data));
    }

    private static bool Everything(string name)
    {
        var file = DocumentCodec.Decode(Convert.FromBase64String(File.ReadAllText(Path.Combine(Folder, name))));
        return EntityMap.All.All(map => file.Records().Any(r => r.Map == map && map.Fields.All(f => !f.IsEmpty(r.Record))));
    }

    private static void Write(string version)
    {
        var file = HouseholdFile.From(EntityMap.All.Select(Full));
        foreach (var folder in new[] { Folder, Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../Golden")) })
        {
            File.WriteAllText(Path.Combine(folder, version + ".document"), Convert.ToBase64String(DocumentCodec.Encode(file)));
            File.WriteAllText(Path.Combine(folder, version + ".json"), JsonSerializer.Serialize(file, new JsonSerializerOptions(WireJson.Options) { WriteIndented = true }));
        }
    }

    /// <summary>A record in which every field holds a value of its own.</summary>
    private static Entity Full(EntityMap map)
    {
        var record = map.Create();
        foreach (var field in map.Fields) record = EntityMap.With(record, field, Value(map.Type.GetProperty(field.Id)!.PropertyType, field));
        return record with { Extra = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("X1", "附加") };
    }

    private static object Value(Type type, EntityField field)
    {
        if (type == typeof(string)) return field.Id + "值";
        if (type == typeof(int?)) return 1000 + field.Number;
        if (type == typeof(decimal?)) return -12345.67m * field.Number;
        if (type == typeof(DateOnly?)) return new DateOnly(2021, 1, 1).AddDays(field.Number);
        if (type == typeof(YearMonth?)) return YearMonth.FromNumber(2021 * 12 + field.Number);
        if (type == typeof(bool?)) return true;
        return new DateTimeOffset(2021, 3, 5, 6, 7, 8, TimeSpan.Zero).AddDays(field.Number);
    }
}
