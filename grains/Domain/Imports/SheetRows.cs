namespace FangFanPin.Domain.Imports;

/// <summary>What is wrong with a cell before anybody asks what it means.</summary>
public enum CellTrouble : byte
{
    None,

    /// <summary>#N/A and its like.</summary>
    ErrorValue,

    /// <summary>A formula that was never calculated. A calculated one counts as its value: that is what the user saw.</summary>
    FormulaWithoutValue,

    /// <summary>A number of more digits than a spreadsheet keeps: good for an amount, not for a code.</summary>
    RoundedNumber,
}

/// <param name="Text">Null or empty when blank; numbers without exponent, dates as yyyy-MM-dd[ HH:mm:ss].</param>
public readonly record struct SheetCell(string? Text, CellTrouble Trouble = CellTrouble.None)
{
    public bool IsBlank => Trouble == CellTrouble.None && string.IsNullOrWhiteSpace(Text);
}

/// <summary>One sheet or csv file, read forward only.</summary>
public interface ISheetRows
{
    /// <summary>Sheet name, or the csv file's name without its ending.</summary>
    string Name { get; }

    /// <exception cref="ImportFileException">The file is damaged or hostile.</exception>
    bool Next();

    /// <summary>As the spreadsheet counts, from 1.</summary>
    int Row { get; }

    /// <summary>Valid until the next call; short rows are short.</summary>
    ReadOnlySpan<SheetCell> Cells { get; }
}

/// <summary>Opens an uploaded file: xlsx, csv, or a zip of them.</summary>
public interface IWorkbookReader
{
    /// <param name="file">Seekable.</param>
    /// <returns>Sheets in order; each must be read before the next is asked for.</returns>
    /// <exception cref="ImportFileException">No such file, damaged or hostile; also while enumerating.</exception>
    IEnumerable<ISheetRows> Open(Stream file, string fileName);
}

/// <summary>A file that is refused as a whole.</summary>
public sealed class ImportFileException(DomainError error) : Exception(error.Code)
{
    public DomainError Error { get; } = error;
}
