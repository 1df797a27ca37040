using System.Text;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Values;

namespace FangFanPin.Storage.Sync;

/// <summary>A recognised sheet of an extract, as the raw pass needs it.</summary>
/// <param name="Header">The header row as bytes of a csv file.</param>
/// <param name="AreaColumn">Negative where the sheet has none.</param>
internal sealed record ExtractSheet(string Name, SheetKind Kind, byte[] Header, Encoding Encoding, byte Separator, int CodeColumn, int AreaColumn)
{
    /// <summary>Sheets of one identity may stand in one file: rows of both mean the same.</summary>
    public string Identity { get; } = $"{Kind}\n{Encoding.CodePage}\n{(char)Separator}\n{Convert.ToBase64String(Header)}";

    public static ExtractSheet Of(SheetColumns columns, byte[] header, Encoding encoding, byte separator) => new(
        columns.SheetName, columns.Layout.Kind, header, encoding, separator, ColumnOf(columns, nameof(Household.HouseholdCode)),
        columns.Layout.Kind == SheetKind.HouseholdsAndMembers ? ColumnOf(columns, nameof(Household.AreaCode)) : -1);

    private static int ColumnOf(SheetColumns columns, string field)
    {
        for (var i = 0; i < columns.Targets.Length; i++)
            if (columns.Targets[i] is FieldTarget target && target.Definition.Id == field) return i;
        return -1;
    }
}

/// <summary>Takes the rows of an extract one after another.</summary>
internal interface IRowSink
{
    void Begin(ExtractSheet sheet);

    /// <param name="row">As csv, without its line end.</param>
    /// <param name="code">Of the household, as the import reads it; empty when there is none that could be.</param>
    /// <param name="area">Digits of the village; empty where the sheet or the row has none.</param>
    void Take(ReadOnlySpan<byte> row, ReadOnlySpan<byte> code, ReadOnlySpan<byte> area);

    void End();
}

/// <summary>Cells that name a household, read as the import reads them.</summary>
internal static class CodeCell
{
    private const int CodeMax = 32;
    private static readonly FieldDefinition Field = DataDictionary.Shipped.Find(nameof(Household), nameof(Household.HouseholdCode))!;

    /// <param name="scratch">At least 32 bytes.</param>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> cell, Encoding encoding, Span<byte> scratch)
    {
        if (cell.Length <= CodeMax && IsCode(cell)) return cell;
        if (cell.Length > 1024 || CellParser.Parse(Field, encoding.GetString(cell), DateOnly.MaxValue, out var value) != CellFault.None || value is not string code) return [];
        if (code.Length > CodeMax || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return [];
        return scratch[..Encoding.ASCII.GetBytes(code, scratch)];
    }

    private static bool IsCode(ReadOnlySpan<byte> cell)
    {
        foreach (var b in cell)
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '-') return false;
        return true;
    }
}
