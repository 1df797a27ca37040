using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain;

/// <summary>A calendar month, written <c>yyyyMM</c>; years 1900 to 2999.</summary>
[JsonConverter(typeof(YearMonthJson))]
public readonly record struct YearMonth : IComparable<YearMonth>
{
    private readonly int number;

    public YearMonth(int year, int month)
    {
        if (year is < 1900 or > 2999 || month is < 1 or > 12)
            throw new ArgumentOutOfRangeException(nameof(month), $"{year}-{month}");
        number = year * 12 + month - 1;
    }

    public int Year => number / 12;
    public int Month => number % 12 + 1;

    /// <summary>Months since year 0; differences are months between.</summary>
    public int Number => number;

    public static YearMonth FromNumber(int number) => new(number / 12, number % 12 + 1);
    public static YearMonth Of(DateOnly date) => new(date.Year, date.Month);

    /// <summary>Whole months from <paramref name="earlier"/> to this; negative when it is later.</summary>
    public int MonthsSince(YearMonth earlier) => number - earlier.number;

    public static bool TryParse(ReadOnlySpan<char> text, out YearMonth month)
    {
        month = default;
        if (text.Length != 6 || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var digits)) return false;
        if (digits / 100 is < 1900 or > 2999 || digits % 100 is < 1 or > 12) return false;
        month = new YearMonth(digits / 100, digits % 100);
        return true;
    }

    public int CompareTo(YearMonth other) => number.CompareTo(other.number);
    public static bool operator <(YearMonth a, YearMonth b) => a.number < b.number;
    public static bool operator >(YearMonth a, YearMonth b) => a.number > b.number;
    public static bool operator <=(YearMonth a, YearMonth b) => a.number <= b.number;
    public static bool operator >=(YearMonth a, YearMonth b) => a.number >= b.number;

    public override string ToString() => (Year * 100 + Month).ToString(CultureInfo.InvariantCulture);

    private sealed class YearMonthJson : JsonConverter<YearMonth>
    {
        public override YearMonth Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var month) ? month : throw new JsonException("yyyyMM expected");

        public override void Write(Utf8JsonWriter writer, YearMonth value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
