using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>Two rows that speak of the same record: a blank says nothing, two different values cannot both be true.</summary>
internal static class RecordMerge
{
    /// <returns>The record with what either says, and the identifiers on which they differ; the order of the two does not matter when there are none.</returns>
    public static (TEntity Record, ImmutableArray<string> Differing) Combine<TEntity>(EntityMap map, TEntity a, TEntity b) where TEntity : Entity
    {
        List<EntityField>? fromB = null;
        ImmutableArray<string>.Builder? differing = null;
        foreach (var field in map.Fields)
        {
            if (field.IsEmpty(b) || field.Same(a, b)) continue;
            if (field.IsEmpty(a)) (fromB ??= []).Add(field);
            else (differing ??= ImmutableArray.CreateBuilder<string>()).Add(field.Id);
        }
        List<string>? extras = null;
        foreach (var (id, text) in b.Extra ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            var mine = a.Extra?.GetValueOrDefault(id);
            if (mine is null) (extras ??= []).Add(id);
            else if (mine != text) (differing ??= ImmutableArray.CreateBuilder<string>()).Add(id);
        }
        var record = fromB is null && extras is null ? a : map.Merge(a, b, fromB ?? [], extras ?? []);
        return (record, differing?.ToImmutable() ?? []);
    }

    /// <summary>What tells the records of one household apart in a file; records of equal text are the same record.</summary>
    public static string KeyOf(Entity record) => record switch
    {
        Member m => m.PersonCode ?? "",
        AnnualIncome r => Text(r.StatYear),
        AnnualExpenditure r => Text(r.StatYear),
        LivingCondition r => Text(r.StatYear),
        SecurityStatus r => r.CollectedOn is { } day ? FieldText.Of(day) : "",
        RiskEpisode r => r.EpisodeId ?? (r.RecognizedMonth is { } month ? $"m{month}" : $"n{r.EpisodeNo}"),
        Measure m => m.MeasureId ?? NaturalKey(m),
        _ => "",
    };

    /// <summary>Of a measure that came without an id.</summary>
    public static string NaturalKey(Measure measure) =>
        $"{measure.Item}|{(measure.StartedOn is { } day ? FieldText.Of(day) : "")}|{measure.PersonCode}|{measure.EpisodeId}";

    private static string Text(int? year) => year is { } y ? FieldText.Of(y) : "";
}
