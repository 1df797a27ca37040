using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Values;

/// <summary>
/// Reads a value as people and files write it. Lenient in form, strict in sense: what cannot be stored truthfully is a fault. An import of
/// the province passes through here 700 million times, so nothing is allocated for a code, and one box or string for anything else.
/// </summary>
public static class CellParser
{
    /// <summary>Characters of the longest number, date or moment that is looked at.</summary>
    private const int ScalarMax = 48;

    /// <summary>Bound of texts for which the dictionary names none.</summary>
    public const int TextMax = 2000;

    /// <param name="today">In Asia/Shanghai; dates of what has happened must not be after it.</param>
    /// <param name="value">Null when the text is blank, else of the C# type that <see cref="FieldKind"/> names.</param>
    public static CellFault Parse(FieldDefinition field, string text, DateOnly today, out object? value)
    {
        value = null;
        var trimmed = Trim(text);
        if (trimmed.IsEmpty) return CellFault.None;
        return field.Kind switch
        {
            FieldKind.Code => Code(field, trimmed, out value),
            FieldKind.Multi => Multi(field, trimmed, out value),
            FieldKind.Text or FieldKind.File or FieldKind.Other => Text(field, text, trimmed, today, out value),
            _ => Scalar(field, trimmed, today, out value),
        };
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim().Trim('\uFEFF');

    private static CellFault Scalar(FieldDefinition field, ReadOnlySpan<char> trimmed, DateOnly today, out object? value)
    {
        value = null;
        if (trimmed.Length > ScalarMax) return CellFault.TooLong;
        Span<char> buffer = stackalloc char[ScalarMax];
        Fold.Width(trimmed, buffer);
        ReadOnlySpan<char> folded = buffer[..trimmed.Length];
        return field.Kind switch
        {
            FieldKind.Whole => Whole(folded, out value),
            FieldKind.Decimal => Decimal(field, folded, out value),
            FieldKind.Date => Date(field, folded, today, out value),
            FieldKind.Month => Month(field, folded, today, out value),
            FieldKind.Moment => Moment(field, folded, today, out value),
            _ => Flag(folded, out value),
        };
    }

    private static CellFault Code(FieldDefinition field, ReadOnlySpan<char> text, out object? value)
    {
        value = field.CodeList?.CodeOf(text);
        return value is null ? CellFault.UnknownCode : CellFault.None;
    }

    private static CellFault Multi(FieldDefinition field, ReadOnlySpan<char> text, out object? value)
    {
        value = null;
        if (field.CodeList is not { } list) return CellFault.UnknownCode;
        // A label may itself contain a separator, so the whole is tried first.
        if ((value = list.CodeOf(text)) is not null) return CellFault.None;
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var range in text.SplitAny(Separators))
        {
            var part = text[range].Trim();
            if (part.IsEmpty) continue;
            if (list.CodeOf(part) is not { } code) return CellFault.UnknownCode;
            codes.Add(code);
        }
        value = codes.Count == 0 ? null : string.Join(',', codes);
        return CellFault.None;
    }

    /// <summary>What stands between several values in one cell.</summary>
    public static ReadOnlySpan<char> Separators => ",，、;； \u3000\n\r\t";

    private static CellFault Text(FieldDefinition field, string whole, ReadOnlySpan<char> trimmed, DateOnly today, out object? value)
    {
        value = null;
        if (trimmed.Length > (field.Length ?? TextMax) && Runes(trimmed) > (field.Length ?? TextMax)) return CellFault.TooLong;
        if (HasForbidden(trimmed)) return CellFault.ControlCharacter;
        var text = trimmed.Length == whole.Length ? whole : trimmed.ToString();
        if (!field.Identifying) { value = text; return CellFault.None; }
        text = Fold.Width(text);
        if (IsRounded(text)) return CellFault.RoundedNumber;
        if (field.Id.EndsWith("CertNumber", StringComparison.Ordinal)) text = text.ToUpperInvariant();
        if (field.Id == nameof(Member.CertNumber) && Certificates.BirthDateOf(text) > today) return CellFault.FutureDate;
        value = text;
        return CellFault.None;
    }

    private static int Runes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }

    /// <summary>Control characters, signs that turn the direction of writing, halves of a character, and U+FFFD: the trace of a wrong encoding.</summary>
    private static bool HasForbidden(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < ' ' || c is >= '\u007F' and <= '\u009F' or '\uFFFD' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069') return true;
            if (!char.IsSurrogate(c)) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(c, text[i + 1])) return true;
            i++;
        }
        return false;
    }

    private static bool IsRounded(string text)
    {
        var e = text.IndexOf('+', StringComparison.Ordinal) - 1;
        return e > 0 && text[e] is 'E' or 'e' && char.IsAsciiDigit(text[0]) && text.AsSpan(0, e).IndexOfAnyExcept("0123456789.") < 0
            && text.Length > e + 2 && text.AsSpan(e + 2).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static CellFault Whole(ReadOnlySpan<char> text, out object? value)
    {
        value = null;
        var fault = NumberText.Parse(text, out var number);
        if (fault != CellFault.None) return fault;
        if (number != decimal.Truncate(number)) return CellFault.NotWhole;
        if (number is < int.MinValue or > int.MaxValue) return CellFault.TooLong;
        value = (int)number;
        return CellFault.None;
    }

    private static CellFault Decimal(FieldDefinition field, ReadOnlySpan<char> text, out object? value)
    {
        value = null;
        var fault = NumberText.Parse(text, out var number);
        if (fault != CellFault.None) return fault;
        if (field is { Precision: { } precision, Scale: { } scale })
        {
            if (Math.Abs(number) >= NumberText.PowerOfTen(precision - scale)) return CellFault.TooLong;
            if (number != Math.Round(number, scale)) return CellFault.TooManyDecimals;
        }
        value = number;
        return CellFault.None;
    }

    private static CellFault Date(FieldDefinition field, ReadOnlySpan<char> text, DateOnly today, out object? value)
    {
        value = null;
        if (!DateText.TryMoment(text, out var date, out _)) return CellFault.NotADate;
        if (field.Happened && date > today) return CellFault.FutureDate;
        value = date;
        return CellFault.None;
    }

    private static CellFault Month(FieldDefinition field, ReadOnlySpan<char> text, DateOnly today, out object? value)
    {
        value = null;
        if (!DateText.TryMonth(text, out var month)) return CellFault.NotAMonth;
        if (field.Happened && month > YearMonth.Of(today)) return CellFault.FutureDate;
        value = month;
        return CellFault.None;
    }

    private static CellFault Moment(FieldDefinition field, ReadOnlySpan<char> text, DateOnly today, out object? value)
    {
        value = null;
        if (!DateText.TryMoment(text, out var date, out var moment)) return CellFault.NotAMoment;
        if (field.Happened && date > today) return CellFault.FutureDate;
        value = moment;
        return CellFault.None;
    }

    private static CellFault Flag(ReadOnlySpan<char> text, out object? value)
    {
        value = text switch
        {
            "是" or "1" or "true" or "TRUE" or "True" => true,
            "否" or "0" or "false" or "FALSE" or "False" => false,
            _ => null,
        };
        return value is null ? CellFault.NotYesNo : CellFault.None;
    }
}
