namespace FangFanPin.Domain.Accounts;

/// <summary>Names that people sign in with.</summary>
public static class LoginName
{
    public const int Least = 2;
    public const int Most = 64;
    private const int PhoneDigits = 11;

    /// <summary>A mobile number; it is never stored as such.</summary>
    public static bool IsPhone(string name) => name.Length == PhoneDigits && name[0] == '1' && name.All(char.IsAsciiDigit);

    /// <summary>Lower case letters, digits, and <c>._-</c> behind the first; no phone number.</summary>
    public static bool IsGood(string? name) =>
        name is { Length: >= Least and <= Most } && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-') && !name.All(char.IsAsciiDigit);
}
