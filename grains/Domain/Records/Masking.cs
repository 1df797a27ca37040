using System.Text.RegularExpressions;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Records;

/// <summary>
/// 脱敏: what screens and exports show of fields that <see cref="FieldLevels"/> calls sensitive: numbers as 410***********1234 and 138****1234,
/// health and disability as stars alone. Names stay: who may read the households of an area works with these people. By the field's identifier, so
/// that it holds for records, lists, figures, histories and for whatever names a field: nobody else decides what is shown.
/// </summary>
public static partial class Masking
{
    private const char Star = '*';
    private const int CertificateDigitsMin = 15;

    /// <summary>The text of a field as it may be shown; null stays null.</summary>
    /// <param name="field">Dictionary identifier, or a run-time indicator.</param>
    /// <param name="known">False for a run-time indicator: its content decides, because its name promises nothing.</param>
    public static string? Shown(string field, string? text, bool known = true)
    {
        if (string.IsNullOrEmpty(text)) return text;
        if (!FieldLevels.IsMasked(field)) return known || PlatformCode.IsIndicator(field) ? text : Unknown(text);
        if (field.EndsWith("Number", StringComparison.Ordinal)) return Certificate(text);
        if (field.EndsWith("Phone", StringComparison.Ordinal)) return Phone(text);
        // A code or the name of an illness has no part that says nothing.
        return field.EndsWith("BankAccount", StringComparison.Ordinal) ? Kept(text, 0, 4) : new string(Star, 4);
    }

    /// <summary>A text of which nothing is known, such as a cell that was refused: long runs of digits are cut short wherever they stand.</summary>
    public static string? Loose(string? text) => text is null ? null : LongNumber().Replace(text, m => Kept(m.Value, 3, 4));

    /// <summary>A path or a code: only what looks like a certificate, by the date within it, or like a mobile number is cut short; codes of regions and households stay.</summary>
    public static string? InCodes(string? text) => text is null ? null : PersonNumber().Replace(text, m => Kept(m.Value, 3, 4));

    /// <summary>18 digits (20 on the certificate of a disability), the 15 of before, or 11 of a mobile number.</summary>
    [GeneratedRegex(@"(?<![0-9A-Za-z])(?:[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{5}[0-9Xx](?:[0-9]{2})?|[0-9]{8}(?:0[1-9]|1[0-2])[0-9]{5}|1[3-9][0-9]{9})(?![0-9A-Za-z])")]
    private static partial Regex PersonNumber();

    [GeneratedRegex(@"[0-9]{11,}[0-9Xx]?")] private static partial Regex LongNumber();

    /// <summary>First three and last four.</summary>
    public static string Certificate(string text) => Kept(text, 3, 4);

    /// <summary>First three and last four, four in the middle of a mobile number.</summary>
    public static string Phone(string text) => Kept(text, 3, 4);

    /// <summary>True for what only a mask can have produced: it must not come back as a value.</summary>
    public static bool IsMasked(string? text) => text is not null && text.Contains("****", StringComparison.Ordinal);

    private static string Unknown(string text)
    {
        var digits = text.Count(char.IsAsciiDigit);
        if (digits >= CertificateDigitsMin) return Certificate(text);
        return digits == 11 && text.TrimStart()[0] == '1' ? Phone(text) : text;
    }

    /// <summary>Too short to keep both ends apart: only stars.</summary>
    private static string Kept(string text, int first, int last) => text.Length < first + last + 3
        ? new string(Star, Math.Max(text.Length, 4))
        : string.Concat(text.AsSpan(0, first), new string(Star, text.Length - first - last), text.AsSpan(text.Length - last));
}
