using System.Collections.Immutable;
using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Tests.Domain.Households;

/// <summary>Household files of any content the types allow; keys are there and unique, as decisions guarantee.</summary>
internal static class RandomFiles
{
    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static readonly Gen<string> Text = Gen.OneOf(
        Pick("1", "0", "01", "99", "", "农村低保", "𠮷野", "a\tb", "=1+1"), Gen.String[Gen.Char['一', '龥'], 1, 20]);

    private static readonly Gen<DateOnly> Date = Gen.Int[1, 3_000_000].Select(DateOnly.FromDayNumber);
    private static readonly Gen<YearMonth> Month = Gen.Int[1900 * 12, 2999 * 12 + 11].Select(YearMonth.FromNumber);

    /// <summary>Amounts with up to six decimals, large ones and negative ones.</summary>
    private static readonly Gen<decimal> Amount =
        Gen.Select(Gen.Long[-999_999_999_999, 999_999_999_999], Gen.Int[0, 6], (n, scale) => n / (decimal)Math.Pow(10, scale));

    private static readonly Gen<ImmutableSortedDictionary<string, string>?> Extra =
        Gen.Select(Pick("X1", "AAC001", "新指标"), Text).Array[0, 2].Select(pairs => pairs.Length == 0
            ? null
            : pairs.DistinctBy(p => p.Item1).ToImmutableSortedDictionary(p => p.Item1, p => p.Item2));

    public static readonly Gen<HouseholdFile> File = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int, (members, years, episodes, seed) => Build(members, years, episodes, seed));

    private static HouseholdFile Build(int members, int years, int episodes, int seed)
    {
        var pcg = new PCG((uint)seed);
        return new HouseholdFile
        {
            Household = Record<Household>(pcg, h => h with { HouseholdCode = "H1" }),
            Members = [.. Enumerable.Range(0, members).Select(i => Record<Member>(pcg, m => m with { PersonCode = $"P{i}" }))],
            Living = [.. Enumerable.Range(2020, years).Select(y => Record<LivingCondition>(pcg, r => r with { StatYear = y }))],
            Incomes = [.. Enumerable.Range(2020, years).Select(y => Record<AnnualIncome>(pcg, r => r with { StatYear = y }))],
            Expenditures = [.. Enumerable.Range(2020, years).Select(y => Record<AnnualExpenditure>(pcg, r => r with { StatYear = y }))],
            Securities = [.. Enumerable.Range(1, years).Select(d => Record<SecurityStatus>(pcg, r => r with { CollectedOn = new DateOnly(2024, 1, d) }))],
            Episodes = [.. Enumerable.Range(1, episodes).Select(n => Record<RiskEpisode>(pcg, r => r with { EpisodeId = $"E{n}", EpisodeNo = n }))],
            Measures = [.. Enumerable.Range(1, episodes * 2).Select(n => Record<Measure>(pcg, r => r with { MeasureId = $"M{n}" }))],
        };
    }

    private static TEntity Record<TEntity>(PCG pcg, Func<TEntity, TEntity> keyed) where TEntity : Entity
    {
        var map = EntityMap.All.Single(m => m.Type == typeof(TEntity));
        var record = (TEntity)map.Create();
        foreach (var field in map.Fields)
        {
            var value = Draw(typeof(TEntity).GetProperty(field.Id)!.PropertyType, pcg);
            if (value is not null) record = EntityMap.With(record, field, value);
        }
        return keyed((TEntity)(record with { Extra = Extra.Generate(pcg, null, out _) }));
    }

    private static object? Draw(Type type, PCG pcg)
    {
        if (pcg.Next(3) == 0) return null;
        if (type == typeof(string)) return Text.Generate(pcg, null, out _);
        if (type == typeof(int?)) return Gen.Int.Generate(pcg, null, out _);
        if (type == typeof(decimal?)) return Amount.Generate(pcg, null, out _);
        if (type == typeof(DateOnly?)) return Date.Generate(pcg, null, out _);
        if (type == typeof(YearMonth?)) return Month.Generate(pcg, null, out _);
        if (type == typeof(bool?)) return Gen.Bool.Generate(pcg, null, out _);
        if (type == typeof(DateTimeOffset?)) return new DateTimeOffset(Gen.Long[0, DateTime.MaxValue.Ticks].Generate(pcg, null, out _), TimeSpan.Zero);
        throw new NotSupportedException(type.Name);
    }
}
