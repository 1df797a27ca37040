using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>Gathers the rows of one household in one sheet; used for one household after another.</summary>
public sealed class FragmentBuilder(DataDictionary dictionary, SheetColumns columns, int source)
{
    private readonly List<int> rows = [];
    private readonly List<RowRecord> records = [];
    private Household? household;
    private bool refused;

    /// <param name="errors">Takes what is found only by comparing rows.</param>
    public void Add(int row, SheetRow read, List<RowError> errors)
    {
        rows.Add(row);
        if (read.Errors.Length > 0) refused |= columns.Layout.Kind == SheetKind.HouseholdsAndMembers;
        if (read.Household is { } next) Combine(row, next, errors);
        foreach (var record in read.Records) records.Add(new RowRecord(row, record));
    }

    /// <summary>A row of a household that is too long to be read: only where it stands counts.</summary>
    public void Add(int row) => rows.Add(row);

    /// <returns>Null when the sheet has no row of the household.</returns>
    public Fragment? Close(string code)
    {
        if (rows.Count == 0) return null;
        var fragment = new Fragment
        {
            HouseholdCode = code, Source = source, Rows = [.. rows], Refused = refused, Household = household, Records = [.. records],
        };
        (household, refused) = (null, false);
        rows.Clear();
        records.Clear();
        return fragment;
    }

    private void Combine(int row, Household next, List<RowError> errors)
    {
        if (household is null || ReferenceEquals(household, next)) { household = next; return; }
        var code = next.HouseholdCode;
        (household, var differing) = RecordMerge.Combine(EntityMap.Household, household, next);
        refused |= differing.Length > 0;
        errors.AddRange(differing.Select(id => Differ(dictionary, columns, source, row, EntityMap.Household, id, code)));
    }

    internal static RowError Differ(DataDictionary dictionary, SheetColumns columns, int source, int row, EntityMap map, string field, string? code)
    {
        var label = dictionary.Find(map.Name, field)?.Label ?? field;
        return new RowError(source, row, columns.HeaderOf(field), ImportErrors.RowsDiffer(label, field), null, code);
    }
}
