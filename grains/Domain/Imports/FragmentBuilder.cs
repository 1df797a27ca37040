using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>Gathers neighbouring rows of one household, for one sheet.</summary>
public sealed class FragmentBuilder(DataDictionary dictionary, SheetColumns columns, int source)
{
    /// <summary>A longer run of rows is cut: nothing in memory grows with the file.</summary>
    private const int RowsMax = 256;

    private readonly List<int> rows = [];
    private readonly List<RowRecord> records = [];
    private string? code;
    private Household? household;
    private bool refused;

    /// <param name="errors">Takes what is found only by comparing rows.</param>
    /// <returns>The fragment that this row closes, or null.</returns>
    public Fragment? Add(int row, SheetRow read, List<RowError> errors)
    {
        if (read.HouseholdCode is null) return null;
        var closed = code is not null && (code != read.HouseholdCode || rows.Count >= RowsMax) ? Close() : null;
        code = read.HouseholdCode;
        rows.Add(row);
        if (read.Errors.Length > 0) refused |= columns.Layout.Kind == SheetKind.HouseholdsAndMembers;
        if (read.Household is { } next) Combine(row, next, errors);
        foreach (var record in read.Records) records.Add(new RowRecord(row, record));
        return closed;
    }

    /// <returns>The last fragment, or null.</returns>
    public Fragment? Close()
    {
        if (code is null) return null;
        var fragment = new Fragment
        {
            HouseholdCode = code, Source = source, Rows = [.. rows], Refused = refused, Household = household, Records = [.. records],
        };
        (code, household, refused) = (null, null, false);
        rows.Clear();
        records.Clear();
        return fragment;
    }

    private void Combine(int row, Household next, List<RowError> errors)
    {
        if (household is null) { household = next; return; }
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
