using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>All that one import says about one household.</summary>
/// <param name="Change">Null when the household is refused, or when nothing of it is left.</param>
/// <param name="Errors">Found by comparing rows; what a row shows by itself has been reported before.</param>
/// <param name="Refused">The household as a whole: the error workbook shows all its rows.</param>
/// <param name="Rows">Every row of it, by sheet.</param>
/// <param name="Place">Where a fault of the whole household is shown: its first row of 户和成员, else its first row.</param>
public sealed record AssembledHousehold(
    string Code, ImportFile? Change, ImmutableArray<RowError> Errors, bool Refused, ImmutableArray<(int Source, int Row)> Rows, HouseholdPlace Place);

public sealed record HouseholdPlace(int Source, int Row, SheetColumns Sheet)
{
    /// <param name="value">What stands in the field at fault, if it is one field's.</param>
    public RowError Error(string code, DomainError error, string? value = null) => new(Source, Row, Sheet.HeaderOf(error.Field), error, value, code);
}

/// <summary>Puts the fragments of one household together. The order of rows and sheets does not matter.</summary>
/// <remarks>Not for several threads.</remarks>
/// <param name="sheets">The import's sheets, by source number.</param>
public sealed class HouseholdAssembly(DataDictionary dictionary, IReadOnlyList<SheetColumns> sheets, string importId)
{
    private readonly ImmutableArray<ImmutableSortedDictionary<string, ImmutableArray<string>>> fields = [.. sheets.Select(s => s.Fields())];

    /// <summary>By the sheets that speak of a household, one bit each: most households stand in the same ones.</summary>
    private readonly Dictionary<ulong, ImmutableSortedDictionary<string, ImmutableArray<string>>> columnsOf = [];

    /// <param name="fragments">All of one household.</param>
    /// <param name="repeated">Whether a person code stands in more than one household of the file.</param>
    public AssembledHousehold Assemble(string code, IReadOnlyList<Fragment> fragments, Func<string, bool> repeated)
    {
        var ordered = fragments.ToList();
        ordered.Sort(static (a, b) => (a.Source, a.Rows[0]).CompareTo((b.Source, b.Rows[0])));
        var rows = RowsOf(ordered);
        var place = PlaceOf(ordered);
        var errors = new List<RowError>();
        if (rows.Length > ImportLimits.HouseholdRowsMax) errors.Add(place.Error(code, ImportErrors.TooManyRowsOfHousehold));
        if (errors.Count > 0) return new AssembledHousehold(code, null, [.. errors], true, rows, place);
        var household = CombineHouseholds(ordered, code, errors);
        var members = CombineMembers(ordered, code, repeated, errors);
        if (errors.Count > 0 || ordered.Any(f => f.Refused)) return new AssembledHousehold(code, null, [.. errors], true, rows, place);
        var others = CombineOthers(ordered, code, errors);
        var change = household is null && others.Count == 0 ? null : Change(code, household, members, others, ordered);
        return new AssembledHousehold(code, change, [.. errors], false, rows, place);
    }

    private static ImmutableArray<(int, int)> RowsOf(List<Fragment> fragments)
    {
        var count = 0;
        foreach (var fragment in fragments) count += fragment.Rows.Length;
        var rows = ImmutableArray.CreateBuilder<(int, int)>(count);
        foreach (var fragment in fragments)
        {
            foreach (var row in fragment.Rows) rows.Add((fragment.Source, row));
        }
        return rows.MoveToImmutable();
    }

    private ImportFile Change(string code, Household? household, List<Member> members, List<(string Key, Entity Record)> others, List<Fragment> fragments)
    {
        // The order in the file means nothing, so records come in the order of their keys.
        members.Sort(static (a, b) => string.CompareOrdinal(a.PersonCode, b.PersonCode));
        var records = others.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Record);
        return new ImportFile
        {
            Incoming = HouseholdFile.From([household ?? new Household { HouseholdCode = code }, .. members, .. records]),
            Columns = ColumnsOf(fragments),
            ImportId = importId,
        };
    }

    private ImmutableSortedDictionary<string, ImmutableArray<string>> ColumnsOf(List<Fragment> fragments)
    {
        if (fields.Length > 64) return ColumnsOf(fragments.Select(f => f.Source).Distinct());
        var spoken = fragments.Aggregate(0UL, (bits, f) => bits | 1UL << f.Source);
        return columnsOf.TryGetValue(spoken, out var known) ? known : columnsOf[spoken] = ColumnsOf(fragments.Select(f => f.Source).Distinct());
    }

    private ImmutableSortedDictionary<string, ImmutableArray<string>> ColumnsOf(IEnumerable<int> sources) =>
        sources.SelectMany(s => fields[s]).GroupBy(f => f.Key, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => g.Count() == 1 ? g.First().Value : g.SelectMany(f => f.Value).Distinct().Order(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);

    private Household? CombineHouseholds(List<Fragment> fragments, string code, List<RowError> errors)
    {
        Household? combined = null;
        foreach (var fragment in fragments)
        {
            if (fragment.Household is not { } next) continue;
            if (combined is null) { combined = next; continue; }
            (combined, var differing) = RecordMerge.Combine(EntityMap.Household, combined, next);
            errors.AddRange(differing.Select(id => FragmentBuilder.Differ(dictionary, sheets[fragment.Source], fragment.Source, fragment.Rows[0], EntityMap.Household, id, code)));
        }
        return combined;
    }

    private List<Member> CombineMembers(List<Fragment> fragments, string code, Func<string, bool> repeated, List<RowError> errors)
    {
        var members = new Dictionary<string, Member>(StringComparer.Ordinal);
        foreach (var fragment in fragments)
        {
            foreach (var (row, record) in fragment.Records)
            {
                if (record is not Member { PersonCode: { } person } member) continue;
                if (members.TryAdd(person, member) && !repeated(person)) continue;
                errors.Add(new RowError(fragment.Source, row, sheets[fragment.Source].HeaderOf(nameof(Member.PersonCode)), ImportErrors.PersonTwice, person, code));
            }
        }
        if (members.Count > HouseholdLimits.MembersMax) errors.Add(PlaceOf(fragments).Error(code, HouseholdErrors.TooManyMembers));
        return [.. members.Values];
    }

    /// <summary>A record that two rows contradict each other about is refused alone.</summary>
    private List<(string Key, Entity Record)> CombineOthers(List<Fragment> fragments, string code, List<RowError> errors)
    {
        var (kept, places, refused) = (new List<(string Key, Entity Record)>(), new Dictionary<(Type, string), int>(), (HashSet<int>?)null);
        foreach (var fragment in fragments)
        {
            foreach (var (row, record) in fragment.Records)
            {
                if (record is Member) continue;
                var key = RecordMerge.KeyOf(record);
                if (places.TryAdd((record.GetType(), key), kept.Count)) { kept.Add((key, record)); continue; }
                var (at, map) = (places[(record.GetType(), key)], EntityMap.Of(record));
                var (combined, differing) = RecordMerge.Combine(map, kept[at].Record, record);
                kept[at] = (key, combined);
                if (!differing.IsEmpty) (refused ??= []).Add(at);
                errors.AddRange(differing.Select(id => FragmentBuilder.Differ(dictionary, sheets[fragment.Source], fragment.Source, row, map, id, code)));
            }
        }
        if (refused is not null) kept = [.. kept.Where((_, at) => !refused.Contains(at))];
        if (kept.Count <= HouseholdLimits.RecordsMax) return kept;
        foreach (var tooMany in kept.GroupBy(r => r.Record.GetType()).Where(g => g.Count() > HouseholdLimits.RecordsMax).ToList())
        {
            errors.Add(PlaceOf(fragments).Error(code, HouseholdErrors.TooManyRecords));
            kept.RemoveAll(r => r.Record.GetType() == tooMany.Key);
        }
        return kept;
    }

    private HouseholdPlace PlaceOf(List<Fragment> fragments)
    {
        var main = fragments.Find(f => sheets[f.Source].Layout.Kind == SheetKind.HouseholdsAndMembers) ?? fragments[0];
        return new HouseholdPlace(main.Source, main.Rows[0], sheets[main.Source]);
    }
}
