namespace FangFanPin.Domain.Values;

/// <summary>Numbers as written: a sign, digits with an optional point, commas as thousands sign in groups of three only.</summary>
internal static class NumberText
{
    /// <summary>Digits that a decimal holds for certain.</summary>
    private const int DigitsMax = 28;

    public static CellFault Parse(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        var negative = text[0] == '-';
        if (text[0] is '-' or '+') text = text[1..].TrimStart();
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..].TrimEnd('0');
        Span<char> digits = stackalloc char[64];
        if (!Ungroup(whole, digits, out var count)) return CellFault.NotANumber;
        if (count == 0 && (point < 0 || text.Length == 1)) return CellFault.NotANumber;
        if (count + fraction.Length > DigitsMax) return IsDigits(fraction) ? CellFault.TooLong : CellFault.NotANumber;
        if (!IsDigits(fraction)) return CellFault.NotANumber;
        fraction.CopyTo(digits[count..]);
        number = Build(digits[..(count + fraction.Length)], fraction.Length, negative);
        return CellFault.None;
    }

    private static readonly decimal[] Powers = [.. Enumerable.Range(0, DigitsMax + 1).Select(e => decimal.Parse("1" + new string('0', e), System.Globalization.CultureInfo.InvariantCulture))];

    /// <param name="exponent">0 to 28.</param>
    public static decimal PowerOfTen(int exponent) => Powers[exponent];

    private static decimal Build(ReadOnlySpan<char> digits, int scale, bool negative)
    {
        UInt128 unscaled = 0;
        if (digits.Length <= 18)
        {
            long small = 0;
            foreach (var c in digits) small = small * 10 + (c - '0');
            unscaled = (UInt128)small;
        }
        else
        {
            foreach (var c in digits) unscaled = unscaled * 10 + (uint)(c - '0');
        }
        return new decimal((int)(uint)unscaled, (int)(uint)(unscaled >> 32), (int)(uint)(unscaled >> 64), negative && unscaled != 0, (byte)scale);
    }

    /// <summary>Copies the digits without commas; false when a comma does not stand before exactly three digits, or there is another sign.</summary>
    private static bool Ungroup(ReadOnlySpan<char> text, Span<char> digits, out int count)
    {
        count = 0;
        var comma = text.IndexOf(',');
        if (comma >= 0 && (comma is 0 or > 3 || text.Length % 4 != comma % 4)) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (comma >= 0 && i >= comma && (i - comma) % 4 == 0)
            {
                if (text[i] != ',') return false;
            }
            else if (char.IsAsciiDigit(text[i])) digits[count++] = text[i];
            else return false;
        }
        return true;
    }

    private static bool IsDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
