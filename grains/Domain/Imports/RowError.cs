namespace FangFanPin.Domain.Imports;

/// <summary>Why something of a file was not taken.</summary>
/// <param name="Source">Which sheet, as the import numbers its sheets from 0.</param>
/// <param name="Row">As the spreadsheet counts; 0 when the household as a whole is meant.</param>
/// <param name="Column">The header as in the file; null when the whole row is meant.</param>
/// <param name="Value">What stood there, cut to <see cref="ImportLimits.ValueShown"/>: may be personal data, seal it.</param>
/// <param name="HouseholdCode">Null when the row has none that can be read.</param>
public sealed record RowError(int Source, int Row, string? Column, DomainError Error, string? Value, string? HouseholdCode);
