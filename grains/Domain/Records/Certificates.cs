namespace FangFanPin.Domain.Records;

/// <summary>
/// What a certificate number says by itself. One column of the national export holds 18 digits (GB 11643 identity card) or 20/22 characters
/// (GB/T 26341 disability card: the 18, then class and grade, then a reissue mark).
/// </summary>
public static class Certificates
{
    private static ReadOnlySpan<int> Weights => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private const string CheckDigits = "10X98765432";

    public static string? IdNumberOf(string? certNumber) => certNumber is { Length: >= 18 } ? certNumber[..18] : null;
    public static string? DisabilityNumberOf(string? certNumber) => certNumber is { Length: >= 20 } ? certNumber : null;
    public static string? DisabilityClassOf(string? certNumber) => Digit(certNumber, 18, '7');
    public static string? DisabilityGradeOf(string? certNumber) => Digit(certNumber, 19, '4');

    /// <summary>The check character for 17 digits.</summary>
    public static char CheckDigit(ReadOnlySpan<char> first17)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += (first17[i] - '0') * Weights[i];
        return CheckDigits[sum % 11];
    }

    /// <summary>Whether 18 characters are a well-formed GB 11643 number: 17 digits, a real date, the right check character.</summary>
    public static bool IsValidId(string? id) =>
        id is { Length: 18 } && !id.AsSpan(0, 17).ContainsAnyExceptInRange('0', '9') && BirthDateOf(id) is not null && CheckDigit(id) == id[17];

    /// <summary>The date in positions 7 to 14 of an 18 to 22 character number, whether or not its check digit is right; null when it is no date.</summary>
    public static DateOnly? BirthDateOf(string? certNumber) =>
        certNumber is { Length: >= 18 } && DateOnly.TryParseExact(certNumber.AsSpan(6, 8), "yyyyMMdd", null, System.Globalization.DateTimeStyles.None, out var date)
            ? date
            : null;

    private static string? Digit(string? certNumber, int index, char highest) =>
        certNumber is { Length: >= 20 } && certNumber[index] >= '1' && certNumber[index] <= highest ? certNumber[index].ToString() : null;
}
