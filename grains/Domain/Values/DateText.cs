namespace FangFanPin.Domain.Values;

/// <summary>Dates, months and moments in the forms that files carry. Times without an offset are Asia/Shanghai.</summary>
internal static class DateText
{
    private static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);
    private static readonly DateOnly SerialZero = new(1899, 12, 30);
    private const int YearMin = 1850;
    private const int YearMax = 2999;

    /// <summary><c>202103</c>, <c>2021-03</c>, <c>2021/3</c>, <c>2021年3月</c>, or a date's month.</summary>
    public static bool TryMonth(ReadOnlySpan<char> text, out YearMonth month)
    {
        if (YearMonth.TryParse(text, out month)) return true;
        if (TryYear(text, out var year, out var sign, out var rest) && sign is '-' or '/' or '年' && TryNumber(ref rest, 2, out var number))
        {
            var atEnd = sign == '年' ? rest is "" or "月" or "月份" : rest.IsEmpty;
            if (atEnd) return Make(year, number, out month);
        }
        if (!TryMoment(text, out var date, out _)) return false;
        return Make(date.Year, date.Month, out month);
    }

    private static bool Make(int year, int number, out YearMonth month)
    {
        var valid = year is >= 1900 and <= YearMax && number is >= 1 and <= 12;
        month = valid ? new YearMonth(year, number) : default;
        return valid;
    }

    /// <summary>A date with or without a time; <paramref name="date"/> is the day in Asia/Shanghai.</summary>
    public static bool TryMoment(ReadOnlySpan<char> text, out DateOnly date, out DateTimeOffset moment)
    {
        moment = default;
        if (!TryDate(text, out date, out var rest) || !TryTime(rest, out var time, out var offset)) return false;
        moment = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue).Add(time), offset).ToUniversalTime();
        if (offset != Shanghai) date = DateOnly.FromDateTime(moment.ToOffset(Shanghai).DateTime);
        return true;
    }

    private static bool TryDate(ReadOnlySpan<char> text, out DateOnly date, out ReadOnlySpan<char> rest)
    {
        rest = default;
        date = default;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = text.Length;
        if (digits == 8) return TryPacked(text, out date, out rest);
        if (digits == 5) return TrySerial(text, out date, out rest);
        if (!TryYear(text, out var year, out var sign, out rest) || !TryNumber(ref rest, 2, out var month)) return false;
        if (rest.IsEmpty || rest[0] != (sign == '年' ? '月' : sign)) return false;
        rest = rest[1..];
        if (!TryNumber(ref rest, 2, out var day)) return false;
        if (sign == '年' && !rest.IsEmpty && rest[0] is '日' or '号') rest = rest[1..];
        return TryMake(year, month, day, out date);
    }

    private static bool TryPacked(ReadOnlySpan<char> text, out DateOnly date, out ReadOnlySpan<char> rest)
    {
        rest = text[8..];
        return TryMake(int.Parse(text[..4]), int.Parse(text[4..6]), int.Parse(text[6..8]), out date);
    }

    /// <summary>Days since 1899-12-30. Five digits only (1927 to 2173): fewer could be a year, six a month.</summary>
    private static bool TrySerial(ReadOnlySpan<char> text, out DateOnly date, out ReadOnlySpan<char> rest)
    {
        date = SerialZero.AddDays(int.Parse(text[..5]));
        rest = text[5..];
        return true;
    }

    private static bool TryMake(int year, int month, int day, out DateOnly date)
    {
        date = default;
        if (year is < YearMin or > YearMax || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    private static bool TryYear(ReadOnlySpan<char> text, out int year, out char sign, out ReadOnlySpan<char> rest)
    {
        (year, sign) = (0, default);
        rest = default;
        if (text.Length < 6 || text[..4].IndexOfAnyExceptInRange('0', '9') >= 0 || text[4] is not ('-' or '/' or '.' or '年')) return false;
        (year, sign) = (int.Parse(text[..4]), text[4]);
        rest = text[5..];
        return true;
    }

    private static bool TryNumber(ref ReadOnlySpan<char> text, int digitsMax, out int number)
    {
        number = 0;
        var length = 0;
        while (length < text.Length && length < digitsMax && char.IsAsciiDigit(text[length])) number = number * 10 + text[length++] - '0';
        text = text[length..];
        return length > 0;
    }

    /// <summary>Nothing, a fraction of a day after a serial, or <c>HH:mm[:ss[.fff]][Z|±hh:mm]</c> after a space or T.</summary>
    private static bool TryTime(ReadOnlySpan<char> text, out TimeSpan time, out TimeSpan offset)
    {
        (time, offset) = (TimeSpan.Zero, Shanghai);
        if (text.IsEmpty) return true;
        if (text[0] == '.') return TryFraction(text, out time);
        if (text[0] is not (' ' or 'T')) return false;
        text = text[1..].TrimStart();
        var zone = text.IndexOfAny("Z+-");
        if (zone >= 0 && !TryOffset(text[zone..], out offset)) return false;
        if (zone >= 0) text = text[..zone];
        return TryClock(text, out time);
    }

    private static bool TryFraction(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (text.Length is < 2 or > 16 || text[1..].IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        var share = decimal.Parse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture);
        time = TimeSpan.FromSeconds((long)Math.Round(share * 86400));
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text is "Z") return true;
        if (text.Length != 6 || text[3] != ':') return false;
        if (!int.TryParse(text[1..3], out var hours) || !int.TryParse(text[4..6], out var minutes) || hours > 14 || minutes > 59) return false;
        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryClock(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (!TryNumber(ref text, 2, out var hours) || text.IsEmpty || text[0] != ':') return false;
        text = text[1..];
        if (!TryNumber(ref text, 2, out var minutes) || hours > 23 || minutes > 59) return false;
        time = new TimeSpan(hours, minutes, 0);
        if (text.IsEmpty) return true;
        if (text[0] != ':') return false;
        text = text[1..];
        if (!TryNumber(ref text, 2, out var seconds) || seconds > 59) return false;
        time += TimeSpan.FromSeconds(seconds);
        if (text.IsEmpty) return true;
        if (text[0] != '.' || text.Length is < 2 or > 8 || text[1..].IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        var fraction = 0L;
        for (var i = 1; i <= 7; i++) fraction = fraction * 10 + (i < text.Length ? text[i] - '0' : 0);
        time += TimeSpan.FromTicks(fraction);
        return true;
    }
}
