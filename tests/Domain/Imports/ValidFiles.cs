using System.Collections.Immutable;
using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Tests.Domain.Imports;

/// <summary>Household files that an import would store as they are.</summary>
internal static class ValidFiles
{
    public static readonly Gen<ImmutableArray<HouseholdFile>> Several =
        Gen.Select(Gen.Int[1, 5], Gen.Int).Select((count, seed) => Enumerable.Range(1, count).Select(n => Build($"H{n}", new Random(seed + n))).ToImmutableArray());

    private static HouseholdFile Build(string code, Random random)
    {
        var years = random.Next(3);
        return HouseholdFile.From([
            Record(EntityMap.Household, random, ("HouseholdCode", code), ("AreaCode", TestImport.Village), ("Locked", null),
                ("CityName", "商丘市"), ("CountyName", "柘城县"), ("TownName", "城关镇"), ("VillageName", "某村")),
            .. Many(EntityMap.Member, random, random.Next(5), n => [("PersonCode", $"{code}-{n}"), ("CertNumber", null)]),
            .. Many(EntityMap.AnnualIncome, random, years, n => [("StatYear", $"{2020 + n}"), ("HouseholdCode", code)]),
            .. Many(EntityMap.AnnualExpenditure, random, years, n => [("StatYear", $"{2020 + n}"), ("HouseholdCode", code)]),
            .. Many(EntityMap.LivingCondition, random, years, n => [("StatYear", $"{2020 + n}"), ("HouseholdCode", code)]),
            .. Many(EntityMap.SecurityStatus, random, years, n => [("CollectedOn", $"2024-01-0{n}"), ("HouseholdCode", code)]),
            .. Many(EntityMap.RiskEpisode, random, years, n => [("EpisodeId", $"E{n}"), ("EpisodeNo", $"{n}"), ("HouseholdCode", code)]),
            .. Many(EntityMap.Measure, random, years, n => [("MeasureId", $"M{n}"), ("HouseholdCode", code), ("Category", null), ("Item", n == 1 ? "0101" : null)]),
        ]);
    }

    private static IEnumerable<Entity> Many(EntityMap map, Random random, int count, Func<int, (string, string?)[]> fix) =>
        Enumerable.Range(1, count).Select(n => Record(map, random, fix(n)));

    private static Entity Record(EntityMap map, Random random, params (string Id, string? Text)[] fixedFields)
    {
        var fields = DataDictionary.Shipped.Entity(map.Name).Fields.Where(f => !f.Derived)
            .Select(f => KeyValuePair.Create(f.Id, random.Next(3) == 0 ? null : Draw(f, random)))
            .Where(p => fixedFields.All(f => f.Id != p.Key)).Concat(fixedFields.Select(f => KeyValuePair.Create(f.Id, f.Text)));
        return map.WithTexts(map.Create(), fields);
    }

    private static string? Draw(FieldDefinition field, Random random) => field.Kind switch
    {
        FieldKind.Code => field.CodeList!.Codes[random.Next(field.CodeList.Codes.Length)].Code,
        FieldKind.Multi => string.Join(',', field.CodeList!.Codes.Where(_ => random.Next(4) == 0).Select(c => c.Code).Order(StringComparer.Ordinal)) is { Length: > 0 } codes ? codes : null,
        FieldKind.Whole => FieldText.Of(random.Next(-10, 3000)),
        FieldKind.Decimal => FieldText.Of(Math.Round((decimal)(random.NextDouble() * 4000 - 1000), field.Scale ?? 2) % 1000),
        FieldKind.Date => FieldText.Of(new DateOnly(1930, 1, 1).AddDays(random.Next(35000))),
        FieldKind.Month => YearMonth.FromNumber(2014 * 12 + random.Next(150)).ToString(),
        FieldKind.Moment => FieldText.Of(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(random.Next(10_000_000))),
        FieldKind.Flag => random.Next(2) == 0 ? "true" : "false",
        _ => Draw(field.Length ?? 20, random),
    };

    private static string Draw(int length, Random random)
    {
        const string Signs = "张三李四王五赵六-·甲乙丙丁0123456789,;(=";
        return new string([.. Enumerable.Range(0, random.Next(1, Math.Min(length, 30) + 1)).Select(_ => Signs[random.Next(Signs.Length)])]);
    }
}
