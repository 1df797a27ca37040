using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Exports;

/// <summary>Labels of one code list as they are written, made once.</summary>
internal sealed class CodeCells(DataDictionary dictionary, string list)
{
    private readonly CodeList? codes = dictionary.FindList(list);
    private readonly Dictionary<string, byte[]?> known = new(StringComparer.Ordinal);
    private const int KnownMax = 1000;

    /// <summary>A code without a label is written as it is.</summary>
    public byte[]? Of(string? code)
    {
        if (string.IsNullOrEmpty(code)) return null;
        if (known.TryGetValue(code, out var cell)) return cell;
        cell = StreamedWorkbook.Prepared(codes?.LabelOf(code) ?? code);
        if (known.Count < KnownMax) known[code] = cell;
        return cell;
    }
}

/// <summary>Code and names of a village and of what it lies in. Lists stand in the order of villages, so only the newest is kept.</summary>
internal sealed class VillageCells(RegionTree tree)
{
    public static readonly ImmutableArray<string> Headers = ["行政区划代码", "市", "县(市、区)", "乡(镇)", "行政村"];
    private static readonly RegionLevel[] Levels = [RegionLevel.City, RegionLevel.County, RegionLevel.Town, RegionLevel.Village];
    private string? newest;
    private byte[]?[] cells = [];

    public void Write(StreamedWorkbook workbook, string village)
    {
        if (newest != village)
        {
            var path = RegionCode.TryParse(village, out var code) ? tree.PathTo(code) : [];
            cells = [StreamedWorkbook.Prepared(village), .. Levels.Select(level => StreamedWorkbook.Prepared(path.LastOrDefault(r => r.Level == level)?.Name))];
            newest = village;
        }
        foreach (var cell in cells) workbook.Text(cell);
    }
}

/// <summary>Fields of the dictionary beyond a list's own columns, from opened documents: labels for codes, numbers of people masked.</summary>
internal sealed class FieldColumns
{
    private readonly ImmutableArray<Column> columns;

    /// <param name="fields">Identifiers that <see cref="Knows"/>.</param>
    public FieldColumns(DataDictionary dictionary, string entity, IEnumerable<string> fields) =>
        columns = [.. fields.Select(id => new Column(dictionary.Find(entity, id)!, EntityMap.Named(entity)!.Find(id)))];

    public bool Any => columns.Length > 0;
    public IEnumerable<string> Headers => columns.Select(c => c.Definition.Label);

    public static bool Knows(DataDictionary dictionary, string entity, string field) =>
        dictionary.Find(entity, field) is { } definition && (definition.RunTime || EntityMap.Named(entity)!.Find(field) is not null);

    public void Write(StreamedWorkbook workbook, Entity? record)
    {
        foreach (var column in columns) column.Write(workbook, record);
    }

    private sealed record Column(FieldDefinition Definition, EntityField? Field)
    {
        public void Write(StreamedWorkbook workbook, Entity? record)
        {
            if (record is null) workbook.Blank();
            else if (Field?.Get(record) is { } value && value is int or decimal) WriteNumber(workbook, value);
            else workbook.Text(Shown(record));
        }

        private static void WriteNumber(StreamedWorkbook workbook, object value)
        {
            if (value is int whole) workbook.Number(whole);
            else workbook.Number((decimal)value);
        }

        private string? Shown(Entity record)
        {
            var text = Field is null ? record.Extra?.GetValueOrDefault(Definition.Id) : Field.Text(record);
            if (string.IsNullOrEmpty(text)) return null;
            if (Definition.CodeList is not { } list) return Masking.Shown(Definition.Id, text, known: Field is not null);
            return Definition.Kind == FieldKind.Multi ? string.Join('、', text.Split(',').Select(code => list.LabelOf(code) ?? code)) : list.LabelOf(text) ?? text;
        }
    }
}
