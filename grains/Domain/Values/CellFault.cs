namespace FangFanPin.Domain.Values;

/// <summary>Why a text cannot be a field's value.</summary>
public enum CellFault
{
    None,
    NotANumber,
    NotWhole,
    NotADate,
    NotAMonth,
    NotAMoment,
    NotYesNo,
    UnknownCode,
    TooLong,
    TooManyDecimals,
    FutureDate,
    ControlCharacter,

    /// <summary>A long number of which a spreadsheet has kept 15 digits only (<c>4.10123E+17</c>).</summary>
    RoundedNumber,
}
