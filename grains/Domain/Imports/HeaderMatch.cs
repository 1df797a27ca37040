using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>Finds out which sheet it is and where its header stands, from the first rows.</summary>
public sealed class HeaderMatch(DataDictionary dictionary)
{
    /// <summary>Fewer known headers than this and a sheet of unknown name is something else.</summary>
    private const int KnownMin = 3;

    private readonly ImmutableArray<SheetLayout> layouts = SheetLayout.All(dictionary);

    /// <param name="rows">The first rows, at most <see cref="ImportLimits.HeaderRowsMax"/>, with their numbers.</param>
    /// <returns>Null when the sheet is none of ours.</returns>
    /// <exception cref="ImportFileException">One of ours, but without a column that it cannot do without, or with one twice.</exception>
    public SheetColumns? Find(string sheetName, IReadOnlyList<(int Row, string?[] Cells)> rows)
    {
        var named = layouts.Where(l => l.GoesBy(sheetName)).ToList();
        var best = Best(named.Count > 0 ? named : [.. layouts], rows);
        if (best is not { } found || (found.Known < KnownMin && named.Count == 0))
        {
            return named.Count > 0 ? throw new ImportFileException(ImportErrors.NoCodeColumn(sheetName)) : null;
        }
        var columns = Columns(found.Layout, sheetName, rows[found.Index]);
        Require(columns);
        return columns;
    }

    private static (SheetLayout Layout, int Index, int Known)? Best(IReadOnlyList<SheetLayout> candidates, IReadOnlyList<(int Row, string?[] Cells)> rows)
    {
        (SheetLayout Layout, int Index, int Known)? best = null;
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var layout in candidates)
            {
                var known = rows[i].Cells.Count(c => !string.IsNullOrWhiteSpace(c) && layout.Find(c) is not null);
                if (known > 0 && known > (best?.Known ?? 0)) best = (layout, i, known);
            }
        }
        return best;
    }

    private static SheetColumns Columns(SheetLayout layout, string sheetName, (int Row, string?[] Cells) header)
    {
        var targets = header.Cells.Select(c => string.IsNullOrWhiteSpace(c) ? null : layout.Find(c)).ToArray();
        var headers = header.Cells.Select(c => c?.Trim() ?? "").ToImmutableArray();
        var twice = Enumerable.Range(0, targets.Length).Where(i => targets[i] is not null).GroupBy(i => targets[i]).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new ImportFileException(ImportErrors.DuplicateColumn(sheetName, headers[twice.Last()]));
        return new SheetColumns
        {
            Layout = layout,
            SheetName = sheetName,
            HeaderRow = header.Row,
            Headers = headers,
            Targets = [.. targets.Select(t => t is DerivedTarget ? null : t)],
            Unknown = [.. headers.Where((h, i) => h.Length > 0 && targets[i] is null)],
            Ignored = [.. headers.Where((_, i) => targets[i] is DerivedTarget)],
        };
    }

    private static void Require(SheetColumns columns)
    {
        if (!Has(columns, nameof(Household.HouseholdCode))) throw new ImportFileException(ImportErrors.NoCodeColumn(columns.SheetName));
        var missing = columns.Layout.Kind switch
        {
            SheetKind.HouseholdsAndMembers when !Has(columns, nameof(Household.AreaCode)) => ImportErrors.NoAreaColumn(columns.SheetName),
            SheetKind.Incomes or SheetKind.Expenditures or SheetKind.Living when !Has(columns, nameof(AnnualIncome.StatYear)) =>
                ImportErrors.NoKeyColumn(columns.SheetName, "年度", nameof(AnnualIncome.StatYear)),
            SheetKind.Securities when !Has(columns, nameof(SecurityStatus.CollectedOn)) =>
                ImportErrors.NoKeyColumn(columns.SheetName, "采集日期", nameof(SecurityStatus.CollectedOn)),
            SheetKind.Measures when !columns.IsWide && !Has(columns, nameof(Measure.Item)) =>
                ImportErrors.NoKeyColumn(columns.SheetName, "措施子项", nameof(Measure.Item)),
            _ => null,
        };
        if (missing is not null) throw new ImportFileException(missing);
    }

    private static bool Has(SheetColumns columns, string field) => columns.Targets.Any(t => t is FieldTarget f && f.Definition.Id == field);
}
