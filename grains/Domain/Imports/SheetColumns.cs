using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>A recognised sheet: which row is the header and where each column goes.</summary>
public sealed record SheetColumns
{
    public required SheetLayout Layout { get; init; }

    /// <summary>As in the file.</summary>
    public required string SheetName { get; init; }
    public required int HeaderRow { get; init; }

    /// <summary>By position; null for columns that are not taken.</summary>
    public required ImmutableArray<ColumnTarget?> Targets { get; init; }

    /// <summary>The headers as they stand in the file.</summary>
    public required ImmutableArray<string> Headers { get; init; }

    /// <summary>Headers that nothing is known about.</summary>
    public required ImmutableArray<string> Unknown { get; init; }

    /// <summary>Headers of fields that the platform computes itself.</summary>
    public required ImmutableArray<string> Ignored { get; init; }

    public bool IsWide => Targets.Any(t => t is CategoryTarget);

    /// <summary>The header of a field as it stands in the file; null when it has no column.</summary>
    public string? HeaderOf(string? field)
    {
        for (var i = 0; i < Targets.Length; i++)
        {
            if (Targets[i] is FieldTarget target && target.Definition.Id == field) return Headers[i];
        }
        return null;
    }

    /// <summary>Per entity name the identifiers that the sheet has columns for, run-time indicators included.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Fields()
    {
        var fields = Targets.OfType<FieldTarget>().Select(t => (t.Map.Name, t.Definition.Id)).ToList();
        if (Targets.Any(t => t is WorkPlaceTarget)) fields.Add((EntityMap.Member.Name, nameof(Member.WorkPlace)));
        if (Targets.Any(t => t is WorkPlaceTarget { Part: SheetLayout.CountyPart })) fields.Add((EntityMap.Member.Name, nameof(Member.WorkCountyCode)));
        if (IsWide) fields.AddRange([(EntityMap.Measure.Name, nameof(Measure.Category)), (EntityMap.Measure.Name, nameof(Measure.Item))]);
        return fields.Distinct().GroupBy(f => f.Item1).ToImmutableSortedDictionary(g => g.Key, g => g.Select(f => f.Item2).Order(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
    }
}
