using System.Buffers;
using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Imports;

/// <summary>One row as records; what it cannot store truthfully as errors.</summary>
/// <param name="HouseholdCode">Null when the row has no usable one: then it belongs to nobody and is refused alone.</param>
/// <param name="Household">The household's columns, in the first sheet only.</param>
/// <param name="Records">A member, a yearly record, an episode, or the measures of a row.</param>
public sealed record SheetRow(string? HouseholdCode, Household? Household, ImmutableArray<Entity> Records, ImmutableArray<RowError> Errors);

/// <summary>Turns the rows of one sheet into typed records. Not for several threads: it has buffers.</summary>
public sealed class RowReader
{
    private static readonly ImmutableArray<RowError> NoErrors = [];
    private readonly SheetColumns columns;
    private readonly int source;
    private readonly DateOnly today;
    private readonly CodeList items;
    private readonly CodeList categories;
    private readonly Func<string, string?> countyCode;
    private readonly int codeColumn;
    private readonly int personColumn;
    private readonly bool hasMembers;
    private readonly bool isWide;
    private readonly (int At, int Part)[] workPlaceColumns;
    private readonly Dictionary<EntityMap, Column[]> columnsOf;
    private readonly List<RowError> errors = [];
    private readonly string?[] workPlace = new string?[4];

    /// <summary>The household of the row before and its cells: its columns are repeated in the row of every member.</summary>
    private readonly SheetCell[] cellsBefore;
    private Household? householdBefore;

    /// <summary>A column that holds one of few values: what the same text was read as before, it is now.</summary>
    private sealed class Column(int at, FieldTarget target)
    {
        /// <summary>A power of two.</summary>
        private const int Known = 8;

        private readonly (string Text, object? Value)[]? known = target.Definition.Kind is FieldKind.Text or FieldKind.File or FieldKind.Other ? null : new (string, object?)[Known];

        public int At => at;
        public FieldTarget Target => target;
        public bool IsItem { get; } = target.Map == EntityMap.Measure && target.Definition.Id == nameof(Measure.Item);

        /// <param name="text">Not blank.</param>
        public bool Knows(string text, out object? value)
        {
            var (same, before) = known is null ? default : known[Slot(text)];
            value = before;
            return same == text;
        }

        public void Learn(string text, object? value)
        {
            if (known is not null) known[Slot(text)] = (text, value);
        }

        private static int Slot(string text) => text[0] + text[^1] + text.Length & Known - 1;
    }

    public RowReader(ImportReading reading, SheetColumns columns, int source)
    {
        (this.columns, this.source, today, countyCode) = (columns, source, reading.Today, reading.CountyCode);
        (items, categories) = (reading.Dictionary.List("MeasureItem"), reading.Dictionary.List("MeasureCategory"));
        codeColumn = columns.Targets.IndexOf(columns.Targets.First(t => t is FieldTarget { Definition.Id: nameof(Household.HouseholdCode) }));
        hasMembers = columns.Layout.Kind == SheetKind.HouseholdsAndMembers
            && columns.Targets.Any(t => t is WorkPlaceTarget || t is FieldTarget f && f.Map == EntityMap.Member);
        personColumn = hasMembers ? ColumnOf(nameof(Member.PersonCode)) : -1;
        columnsOf = columns.Layout.Maps.ToDictionary(m => m, ColumnsInto);
        isWide = columns.IsWide;
        workPlaceColumns = [.. columns.Targets.Select((t, i) => (At: i, (t as WorkPlaceTarget)?.Part)).Where(c => c.Part is not null).Select(c => (c.At, c.Part!.Value))];
        cellsBefore = new SheetCell[columns.Targets.Length];
    }

    private Column[] ColumnsInto(EntityMap map) =>
    [
        .. from i in Enumerable.Range(0, columns.Targets.Length)
           where i != codeColumn && columns.Targets[i] is FieldTarget target && target.Map == map
           select new Column(i, (FieldTarget)columns.Targets[i]!),
    ];

    /// <returns>Null for a blank row.</returns>
    public SheetRow? Read(int row, ReadOnlySpan<SheetCell> cells)
    {
        if (IsBlank(cells)) return null;
        errors.Clear();
        var code = CodeOf(row, cells);
        var read = columns.Layout.Kind switch
        {
            SheetKind.HouseholdsAndMembers => HouseholdRow(row, code, cells),
            SheetKind.Measures when isWide => new SheetRow(code, null, WideMeasures(row, code, cells), NoErrors),
            _ => new SheetRow(code, null, [Single(row, code, cells)], NoErrors),
        };
        return errors.Count == 0 ? read : read with { Records = [], Household = null, Errors = [.. errors] };
    }

    internal static bool IsBlank(ReadOnlySpan<SheetCell> cells)
    {
        foreach (var cell in cells)
        {
            if (!cell.IsBlank) return false;
        }
        return true;
    }

    /// <returns>Null when the row has no usable one; <see cref="Read"/> then says why.</returns>
    internal string? HouseholdCodeOf(ReadOnlySpan<SheetCell> cells) => TextAt(codeColumn, cells) is { } code && IsCode(code) ? code : null;

    /// <returns>Null when there is none, or none that can be read.</returns>
    internal string? PersonCodeOf(ReadOnlySpan<SheetCell> cells) => personColumn < 0 ? null : TextAt(personColumn, cells);

    private string? TextAt(int column, ReadOnlySpan<SheetCell> cells)
    {
        if (column >= cells.Length) return null;
        var (cell, field) = (cells[column], ((FieldTarget)columns.Targets[column]!).Definition);
        return TroubleOf(cell, field) is null && CellParser.Parse(field, cell.Text ?? "", today, out var value) == CellFault.None ? value as string : null;
    }

    private static readonly SearchValues<char> OfCodes = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static bool IsCode(string text) => text.Length <= 32 && text.AsSpan().IndexOfAnyExcept(OfCodes) < 0;

    private string? CodeOf(int row, ReadOnlySpan<SheetCell> cells)
    {
        var target = (FieldTarget)columns.Targets[codeColumn]!;
        if (!TryValue(row, codeColumn, target.Definition, cells, null, out var value)) return null;
        if (value is not string code)
        {
            errors.Add(Error(row, codeColumn, ImportErrors.NoCode, null, null));
            return null;
        }
        if (IsCode(code)) return code;
        errors.Add(Error(row, codeColumn, HouseholdErrors.BadCode, code, null));
        return null;
    }

    private SheetRow HouseholdRow(int row, string? code, ReadOnlySpan<SheetCell> cells)
    {
        var household = HouseholdOf(row, code, cells);
        if (errors.Count == 0 && household.AreaCode is null) errors.Add(Error(row, ColumnOf(nameof(Household.AreaCode)), ImportErrors.NoArea, null, code));
        if (!hasMembers) return new SheetRow(code, household, [], NoErrors);
        var member = (Member)Fill(row, code, cells, EntityMap.Member, out var any);
        var placed = WithWorkPlace(row, code, member, cells, ref any);
        // A row may name a household that has no members; a person must have a key.
        if (!any) return new SheetRow(code, household, [], NoErrors);
        if (placed.PersonCode is null && errors.Count == 0) errors.Add(Error(row, ColumnOf(nameof(Member.PersonCode)), ImportErrors.NoPerson, null, code));
        return new SheetRow(code, household, [MemberDecision.WithCertificateDate(placed)], NoErrors);
    }

    private Household HouseholdOf(int row, string? code, ReadOnlySpan<SheetCell> cells)
    {
        if (householdBefore is { } before && before.HouseholdCode == code && SameAsBefore(cells)) return before;
        var household = (Household)Fill(row, code, cells, EntityMap.Household, out _);
        EntityMap.Household.Key.Set(household, code);
        householdBefore = errors.Count == 0 ? household : null;
        foreach (var column in columnsOf[EntityMap.Household]) cellsBefore[column.At] = column.At < cells.Length ? cells[column.At] : default;
        return household;
    }

    private bool SameAsBefore(ReadOnlySpan<SheetCell> cells)
    {
        foreach (var column in columnsOf[EntityMap.Household])
        {
            if ((column.At < cells.Length ? cells[column.At] : default) != cellsBefore[column.At]) return false;
        }
        return true;
    }

    private Entity Single(int row, string? code, ReadOnlySpan<SheetCell> cells)
    {
        var map = columns.Layout.Maps[0];
        var record = Fill(row, code, cells, map, out _);
        map.Find(nameof(Household.HouseholdCode))!.Set(record, code);
        if (errors.Count > 0) return record;
        if (MissingKey(record) is { } missing) errors.Add(Error(row, ColumnOf(missing.Field!), missing, null, code));
        return record;
    }

    private static DomainError? MissingKey(Entity record) => record switch
    {
        AnnualIncome { StatYear: null } or AnnualExpenditure { StatYear: null } or LivingCondition { StatYear: null } => ImportErrors.NoKey("年度", nameof(AnnualIncome.StatYear)),
        SecurityStatus { CollectedOn: null } => ImportErrors.NoKey("采集日期", nameof(SecurityStatus.CollectedOn)),
        RiskEpisode { EpisodeId: null, RecognizedMonth: null, EpisodeNo: null } => ImportErrors.NoKey("识别监测时间", nameof(RiskEpisode.RecognizedMonth)),
        Measure { MeasureId: null, Item: null } => ImportErrors.NoKey("措施子项", nameof(Measure.Item)),
        _ => null,
    };

    /// <summary>A record with the row's values of one entity; nobody else has seen it, so it may be written in place.</summary>
    private Entity Fill(int row, string? code, ReadOnlySpan<SheetCell> cells, EntityMap map, out bool any)
    {
        any = false;
        var record = map.Create();
        ImmutableSortedDictionary<string, string>.Builder? extra = null;
        foreach (var column in columnsOf[map])
        {
            if (column.At >= cells.Length || cells[column.At].IsBlank) continue;
            any = true;
            if (column.IsItem) { SetItem(row, column.At, code, record, cells); continue; }
            if (!TryValue(row, column, cells, code, out var value) || value is null) continue;
            if (column.Target.Field is { } field) field.Set(record, value);
            else (extra ??= ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal))[column.Target.Definition.Id] = FieldCheck.TextOf(value)!;
        }
        return extra is null ? record : record with { Extra = extra.ToImmutable() };
    }

    private bool TryValue(int row, Column column, ReadOnlySpan<SheetCell> cells, string? code, out object? value)
    {
        var cell = cells[column.At];
        if (cell.Trouble != CellTrouble.None || cell.Text is not { } text) return TryValue(row, column.At, column.Target.Definition, cells, code, out value);
        if (column.Knows(text, out value)) return true;
        if (!TryValue(row, column.At, column.Target.Definition, cells, code, out value)) return false;
        column.Learn(text, value);
        return true;
    }

    private bool TryValue(int row, int column, FieldDefinition field, ReadOnlySpan<SheetCell> cells, string? code, out object? value)
    {
        value = null;
        if (column >= cells.Length) return true;
        var cell = cells[column];
        if (TroubleOf(cell, field) is { } trouble)
        {
            errors.Add(Error(row, column, trouble with { Field = field.Id }, cell.Text, code));
            return false;
        }
        var fault = CellParser.Parse(field, cell.Text ?? "", today, out value);
        if (fault == CellFault.None) return true;
        errors.Add(Error(row, column, FieldErrors.Of(fault, field, ""), cell.Text, code));
        return false;
    }

    private static DomainError? TroubleOf(SheetCell cell, FieldDefinition field) => cell.Trouble switch
    {
        CellTrouble.ErrorValue => ImportErrors.ErrorValue,
        CellTrouble.FormulaWithoutValue => ImportErrors.FormulaWithoutValue,
        CellTrouble.RoundedNumber when field.Kind is FieldKind.Text => FieldErrors.Of(CellFault.RoundedNumber, field, ""),
        _ => null,
    };

    /// <summary>Labels of items repeat between categories (其他), so a label is looked for in the row's category first.</summary>
    private void SetItem(int row, int column, string? code, Entity record, ReadOnlySpan<SheetCell> cells)
    {
        var text = cells[column].Text ?? "";
        var at = ColumnOf(nameof(Measure.Category));
        var category = at < 0 || at >= cells.Length ? null : categories.CodeOf((cells[at].Text ?? "").Trim());
        var item = (category is null ? null : ItemOf(category, text.Trim())) ?? items.CodeOf(text.Trim());
        if (item is null || category is not null && !item.StartsWith(category, StringComparison.Ordinal))
        {
            var field = ((FieldTarget)columns.Targets[column]!).Definition;
            errors.Add(Error(row, column, FieldErrors.Of(CellFault.UnknownCode, field, ""), text, code));
            return;
        }
        EntityMap.Measure.Find(nameof(Measure.Item))!.Set(record, item);
    }

    /// <summary>其他 is the last item of the category.</summary>
    private string? ItemOf(string category, ReadOnlySpan<char> text)
    {
        var folded = Fold.Label(text);
        foreach (var entry in items.Codes)
        {
            if (!entry.Code.StartsWith(category, StringComparison.Ordinal)) continue;
            if (entry.Code == folded || Fold.Label(entry.Label) == folded || Fold.Label(Fold.WithoutBrackets(entry.Label)) == folded) return entry.Code;
        }
        return null;
    }

    private ImmutableArray<Entity> WideMeasures(int row, string? code, ReadOnlySpan<SheetCell> cells)
    {
        var measures = ImmutableArray.CreateBuilder<Entity>();
        var shared = (Measure)Fill(row, code, cells, EntityMap.Measure, out _) with { HouseholdCode = code };
        for (var i = 0; i < columns.Targets.Length && i < cells.Length; i++)
        {
            if (columns.Targets[i] is not CategoryTarget category || cells[i].IsBlank) continue;
            AddItems(row, i, category.Category, cells[i], shared, measures);
        }
        return measures.ToImmutable();
    }

    private void AddItems(int row, int column, string category, SheetCell cell, Measure shared, ImmutableArray<Entity>.Builder measures)
    {
        if (cell.Trouble is CellTrouble.ErrorValue) errors.Add(Error(row, column, ImportErrors.ErrorValue, cell.Text, shared.HouseholdCode));
        if (cell.Trouble is CellTrouble.FormulaWithoutValue) errors.Add(Error(row, column, ImportErrors.FormulaWithoutValue, null, shared.HouseholdCode));
        var text = cell.Text.AsSpan();
        if (ItemOf(category, text.Trim()) is { } whole) { Add(whole); return; }
        foreach (var range in text.SplitAny(CellParser.Separators))
        {
            var part = text[range].Trim();
            if (part.IsEmpty) continue;
            if (ItemOf(category, part) is { } item) Add(item);
            else errors.Add(Error(row, column, FieldErrors.Of(CellFault.UnknownCode, ItemField, ""), part.ToString(), shared.HouseholdCode));
        }

        void Add(string item)
        {
            if (!measures.Any(m => ((Measure)m).Item == item)) measures.Add(shared with { Category = category, Item = item });
        }
    }

    private FieldDefinition ItemField => new() { Id = nameof(Measure.Item), Label = "措施子项", Kind = FieldKind.Code, CodeList = items };

    private Member WithWorkPlace(int row, string? code, Member member, ReadOnlySpan<SheetCell> cells, ref bool any)
    {
        Array.Clear(workPlace);
        var named = false;
        foreach (var (at, part) in workPlaceColumns)
        {
            if (at >= cells.Length || cells[at].IsBlank) continue;
            (workPlace[part], named) = (cells[at].Text!.Trim(), true);
        }
        if (!named || member.WorkPlace is not null) return member;
        any = true;
        var joined = string.Concat(workPlace);
        var fault = CellParser.Parse(WorkPlaceField, joined, today, out var value);
        if (fault != CellFault.None) errors.Add(Error(row, -1, FieldErrors.Of(fault, WorkPlaceField, ""), joined, code));
        var county = workPlace[SheetLayout.CountyPart] is { } name ? countyCode(name) : null;
        return member with { WorkPlace = (string?)value, WorkCountyCode = member.WorkCountyCode ?? county };
    }

    private static readonly FieldDefinition WorkPlaceField = DataDictionary.Shipped.Find(nameof(Member), nameof(Member.WorkPlace))!;

    private int ColumnOf(string field)
    {
        for (var i = 0; i < columns.Targets.Length; i++)
        {
            if (columns.Targets[i] is FieldTarget target && target.Definition.Id == field) return i;
        }
        return -1;
    }

    private RowError Error(int row, int column, DomainError error, string? value, string? code) => new(
        source, row, column < 0 || column >= columns.Headers.Length ? null : columns.Headers[column], error,
        value is { Length: > ImportLimits.ValueShown } ? value[..ImportLimits.ValueShown] : value, code);
}
