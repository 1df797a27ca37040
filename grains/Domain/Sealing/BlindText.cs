using System.Buffers;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Sealing;

/// <summary>
/// The one form of a certificate or phone number before it is hashed, so that the same number typed differently is found. Null when
/// nothing is left to hash.
/// </summary>
public static class BlindText
{
    private const int LastDigits = 6;

    /// <summary>Width folded, blanks and hyphens dropped, upper case; 15 digits become 18; disability cards are cut to the 18 of the identity card.</summary>
    public static string? Certificate(string? text)
    {
        var folded = Folded(text);
        if (folded is null) return null;
        if (folded.Length == 15 && folded.All(char.IsAsciiDigit)) return Lengthened(folded);
        return folded.Length > 18 && folded.AsSpan(0, 17).IndexOfAnyExceptInRange('0', '9') < 0 ? folded[..18] : folded;
    }

    /// <summary>The last six characters of the normalised certificate; people search by them at the counter.</summary>
    public static string? CertificateLastSix(string? text) =>
        Certificate(text) is { Length: >= LastDigits } certificate ? certificate[^LastDigits..] : null;

    /// <summary>Digits only; the country code of a mobile number is dropped.</summary>
    public static string? Phone(string? text)
    {
        var digits = Folded(text) ?? "";
        if (digits.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0) digits = new string([.. digits.Where(char.IsAsciiDigit)]);
        if (digits.Length == 13 && digits.StartsWith("861", StringComparison.Ordinal)) digits = digits[2..];
        if (digits.Length == 15 && digits.StartsWith("00861", StringComparison.Ordinal)) digits = digits[4..];
        return digits.Length == 0 ? null : digits;
    }

    /// <summary>Numbers given before 1999 lack the century and the check character; everybody who has one was born in the 1900s.</summary>
    private static string Lengthened(string fifteen)
    {
        var first17 = $"{fifteen[..6]}19{fifteen[6..]}";
        return first17 + Certificates.CheckDigit(first17);
    }

    private static string? Folded(string? text)
    {
        if (text is null) return null;
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(AsFolded) < 0) return text;
        var folded = new string([.. text.Select(Narrow).Where(c => !char.IsWhiteSpace(c) && c != '-')]).ToUpperInvariant();
        return folded.Length == 0 ? null : folded;
    }

    /// <summary>Of these nearly all numbers consist, and they stay as they are.</summary>
    private static readonly SearchValues<char> AsFolded = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static char Narrow(char c) => c is >= '\uff01' and <= '\uff5e' ? (char)(c - 0xfee0) : c;
}
