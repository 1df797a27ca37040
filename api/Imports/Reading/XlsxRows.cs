using System.Globalization;
using System.Xml;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>The rows of one sheet of an xlsx, read forwards from its XML.</summary>
internal sealed class XlsxRows : ISheetRows, IDisposable
{
    /// <summary>Digits that a spreadsheet keeps of a number.</summary>
    private const int DigitsKept = 15;
    private const int SheetColumnsMax = 16_384;

    private static readonly DateTime Serial1900 = new(1899, 12, 30, 0, 0, 0, DateTimeKind.Unspecified);
    private readonly XmlReader xml;
    private readonly List<string> texts;
    private readonly bool[] dateStyles;
    private readonly int serialShift;
    private readonly CellText cellText = new();
    private readonly SheetCell[] cells = new SheetCell[ImportLimits.ColumnsMax];
    private readonly string rowName, cellName, valueName, formulaName, inlineName;
    private int count;

    public XlsxRows(string name, Stream part, List<string> texts, bool[] dateStyles, bool dates1904)
    {
        (Name, this.texts, this.dateStyles, serialShift) = (name, texts, dateStyles, dates1904 ? 1462 : 0);
        xml = XlsxWorkbook.Xml(part);
        // The reader hands out the same string for the same name: comparing references is enough.
        var names = xml.NameTable;
        (rowName, cellName, valueName, formulaName, inlineName) = (names.Add("row"), names.Add("c"), names.Add("v"), names.Add("f"), names.Add("is"));
    }

    public string Name { get; }
    public int Row { get; private set; }
    public ReadOnlySpan<SheetCell> Cells => cells.AsSpan(0, count);

    public bool Next()
    {
        Array.Clear(cells, 0, count);
        count = 0;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || !ReferenceEquals(xml.LocalName, rowName)) continue;
            Row = xml.GetAttribute("r") is { } number ? int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) : Row + 1;
            if (!xml.IsEmptyElement) ReadRow();
            return true;
        }
        return false;
    }

    private void ReadRow()
    {
        var next = 0;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && ReferenceEquals(xml.LocalName, rowName)) return;
            if (xml.NodeType != XmlNodeType.Element || !ReferenceEquals(xml.LocalName, cellName)) continue;
            var column = xml.GetAttribute("r") is { } place ? ColumnOf(place) : next;
            next = column + 1;
            var cell = ReadCell();
            if (cell.IsBlank) continue;
            if (column >= ImportLimits.ColumnsMax) throw new ImportFileException(ImportErrors.TooManyColumns);
            cells[column] = cell;
            count = Math.Max(count, next);
        }
    }

    private SheetCell ReadCell()
    {
        if (xml.IsEmptyElement) return default;
        var type = xml.GetAttribute("t");
        var style = xml.GetAttribute("s");
        string? value = null;
        var formula = false;
        while (xml.Read() && !(xml.NodeType == XmlNodeType.EndElement && ReferenceEquals(xml.LocalName, cellName)))
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (ReferenceEquals(xml.LocalName, valueName)) value = cellText.Plain(xml);
            else if (ReferenceEquals(xml.LocalName, inlineName)) value = cellText.RichText(xml, "is");
            else if (ReferenceEquals(xml.LocalName, formulaName)) formula = true;
        }
        if (value is null or "") return formula && type != "str" ? new SheetCell(null, CellTrouble.FormulaWithoutValue) : default;
        return Meaning(type, style, value);
    }

    private SheetCell Meaning(string? type, string? style, string value) => type switch
    {
        "s" => new SheetCell(Shared(value)),
        "str" or "inlineStr" or "d" or "b" => new SheetCell(value),
        "e" => new SheetCell(value, CellTrouble.ErrorValue),
        _ => IsDate(style) ? Date(value) : Number(value),
    };

    private string Shared(string value)
    {
        var index = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
        return index < texts.Count ? texts[index] : throw new InvalidDataException("A cell refers to a shared text that is not there.");
    }

    private bool IsDate(string? style) =>
        style is not null && int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < dateStyles.Length && dateStyles[index];

    private SheetCell Date(string value)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial) || serial is < 0 or > 2_958_465) return Number(value);
        var moment = Serial1900.AddDays(Math.Floor(serial) + serialShift).AddSeconds(Math.Round((serial - Math.Floor(serial)) * 86_400));
        return new SheetCell(moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
    }

    /// <summary>Whole digits are exact as they stand, unless those that a spreadsheet loses are all zero; anything longer has been rounded by it already.</summary>
    private static SheetCell Number(string value)
    {
        var plain = value.AsSpan().IndexOfAnyExcept("0123456789.-") < 0;
        if (plain && value.Length <= DigitsKept) return new SheetCell(value);
        if (plain && value.IndexOf('.', StringComparison.Ordinal) < 0)
            return new SheetCell(value, value.AsSpan(DigitsKept).IndexOfAnyExcept('0') < 0 ? CellTrouble.RoundedNumber : CellTrouble.None);
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > 1e28) return new SheetCell(value);
        // The conversion keeps 15 digits: 0.30000000000000004 is 0.3 again.
        var text = ((decimal)number).ToString("0.############################", CultureInfo.InvariantCulture);
        return new SheetCell(text, Math.Abs(number) >= 1e15 ? CellTrouble.RoundedNumber : CellTrouble.None);
    }

    /// <summary>AB12 → 27.</summary>
    private static int ColumnOf(string place)
    {
        var column = 0;
        foreach (var c in place)
        {
            if (c is < 'A' or > 'Z') break;
            column = column * 26 + (c - 'A' + 1);
            if (column > SheetColumnsMax) throw new InvalidDataException("No such column.");
        }
        return column > 0 ? column - 1 : throw new InvalidDataException("No such column.");
    }

    public void Dispose() => xml.Dispose();
}
