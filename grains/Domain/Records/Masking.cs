using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Records;

/// <summary>
/// 脱敏: numbers of people as screens and exports show them, 410***********1234 and 138****1234. By the field's identifier, so that it holds for
/// records, lists, figures, histories and for whatever names a field: nobody else decides what is shown.
/// </summary>
/// <remarks>
/// Names are open: who may read the households of an area works with these people, and the dictionary and the statistics' drill-down name numbers alone as
/// sensitive. Where no permission to read households is asked for, no household may be shown at all.
/// </remarks>
public static class Masking
{
    private const char Star = '*';
    private const int CertificateDigitsMin = 15;

    /// <summary>The text of a field as it may be shown; null stays null.</summary>
    /// <param name="field">Dictionary identifier, or a run-time indicator.</param>
    /// <param name="known">False for a run-time indicator: its content decides, because its name promises nothing.</param>
    public static string? Shown(string field, string? text, bool known = true)
    {
        if (string.IsNullOrEmpty(text)) return text;
        return LevelOf(field) switch
        {
            Sensitivity.Certificate => Certificate(text),
            Sensitivity.Phone => Phone(text),
            Sensitivity.Account => Kept(text, 0, 4),
            _ => known || PlatformCode.IsIndicator(field) ? text : Unknown(text),
        };
    }

    /// <summary>By the identifier's ending, as the dictionary names such fields in every entity.</summary>
    public static Sensitivity LevelOf(string field)
    {
        if (field.EndsWith("CertNumber", StringComparison.Ordinal) || field.EndsWith("IdNumber", StringComparison.Ordinal)) return Sensitivity.Certificate;
        if (field.EndsWith("Phone", StringComparison.Ordinal)) return Sensitivity.Phone;
        return field.EndsWith("BankAccount", StringComparison.Ordinal) ? Sensitivity.Account : Sensitivity.Open;
    }

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

/// <summary>What of a field is hidden on screens and in exports.</summary>
public enum Sensitivity
{
    /// <summary>Nothing.</summary>
    Open,

    /// <summary>证件号码: all but the first three and the last four.</summary>
    Certificate,

    /// <summary>电话: likewise.</summary>
    Phone,

    /// <summary>银行卡号: all but the last four.</summary>
    Account,
}
