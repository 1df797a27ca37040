namespace FangFanPin.Domain.Statistics;

/// <summary>Completed years, and the day on which a group of ages is left. Who was born on 29 February turns on 1 March in other years.</summary>
public static class Ages
{
    /// <summary>Ages above are not believed: 未填.</summary>
    public const int Max = 110;

    /// <summary>Ages at which some figure changes, ascending. Lower bounds belong to the bucket above.</summary>
    private static ReadOnlySpan<int> Bounds => [0, 16, 30, 40, 50, 60, Max + 1];

    /// <summary>Completed years on a day; null when unknown, not born yet, or more than <see cref="Max"/>.</summary>
    public static int? On(DateOnly? birth, DateOnly day) => birth is { } b && b <= day && Completed(b, day) is <= Max and var age ? age : null;

    /// <summary>The first day after <paramref name="day"/> on which a bound is reached; null when none is left.</summary>
    public static DateOnly? NextBound(DateOnly birth, DateOnly day)
    {
        var age = birth > day ? -1 : Completed(birth, day);
        foreach (var bound in Bounds)
            if (bound > age)
                return Birthday(birth, bound);
        return null;
    }

    /// <summary>The day on which an age is completed; null past the calendar's end.</summary>
    public static DateOnly? Birthday(DateOnly birth, int age)
    {
        var year = birth.Year + age;
        if (year > DateOnly.MaxValue.Year) return null;
        return birth is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(year) ? new DateOnly(year, 3, 1) : new DateOnly(year, birth.Month, birth.Day);
    }

    private static int Completed(DateOnly birth, DateOnly day) => (Digits(day) - Digits(birth)) / 10_000;

    private static int Digits(DateOnly date)
    {
        var (year, month, day) = date;
        return (year * 10_000) + (month * 100) + day;
    }
}
