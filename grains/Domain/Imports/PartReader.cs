namespace FangFanPin.Domain.Imports;

/// <summary>Makes households of the rows of one part of a spill. Not for several threads.</summary>
/// <param name="repeated">Person codes that stand in more than one household of the import.</param>
public sealed class PartReader(ImportReading reading, IReadOnlyList<SheetColumns> sheets, string importId, IReadOnlySet<string> repeated)
{
    private readonly RawRowReader rowReader = new();
    private readonly HouseholdRowReader reader = new(reading, sheets);
    private readonly HouseholdAssembly assembly = new(reading.Dictionary, sheets, importId);

    /// <summary>In the order of codes.</summary>
    public IEnumerable<AssembledHousehold> Read(IEnumerable<ReadOnlyMemory<byte>> rows)
    {
        foreach (var (code, ofHousehold) in Gathered(rows)) yield return Read(code, ofHousehold);
    }

    private AssembledHousehold Read(string code, List<RawRow> rows)
    {
        var errors = new List<RowError>();
        var fragments = reader.Read(code, rows, errors);
        var household = assembly.Assemble(code, fragments, repeated.Contains);
        return errors.Count == 0 ? household : household with { Errors = [.. errors, .. household.Errors] };
    }

    /// <summary>Of a household that is too long only the places of its rows are kept: memory stays flat even for one endless household.</summary>
    private IEnumerable<KeyValuePair<string, List<RawRow>>> Gathered(IEnumerable<ReadOnlyMemory<byte>> rows)
    {
        var households = new Dictionary<string, List<RawRow>>(StringComparer.Ordinal);
        foreach (var bytes in rows)
        {
            var row = rowReader.Read(bytes);
            if (!households.TryGetValue(row.HouseholdCode, out var of)) households.Add(row.HouseholdCode, of = []);
            of.Add(of.Count > ImportLimits.HouseholdRowsMax ? row with { Cells = default } : row);
        }
        return households.OrderBy(h => h.Key, StringComparer.Ordinal);
    }
}
