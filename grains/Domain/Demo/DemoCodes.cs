using System.Globalization;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>Numbers that look like the national ones and belong to nobody.</summary>
internal static class DemoCodes
{
    private const long HouseholdSpace = 100_000_000_000_000;
    private const long HouseholdHalf = 10_000_000;
    private const long PersonSpace = 10_000_000_000_000_000;
    private const long PersonHalf = 100_000_000;
    private const int SequencesPerSex = 499;
    private const int DaysApart = 3;

    /// <summary>Sixteen digits in which neither the village nor the order can be read; different for every (village, number), number below 10,000.</summary>
    public static string Household(DemoVillage village, int number) =>
        "53" + Scramble(Ordinal(village, number), HouseholdSpace, HouseholdHalf, 48_271_930_663_087).ToString("D14", CultureInfo.InvariantCulture);

    /// <summary>Eighteen digits; different for every (village, household number, person below 100).</summary>
    public static string Person(DemoVillage village, int number, int person) =>
        "54" + Scramble(Ordinal(village, number) * 100 + person, PersonSpace, PersonHalf, 6_364_136_223_846_793).ToString("D16", CultureInfo.InvariantCulture);

    /// <summary>The nearest day not after <paramref name="wished"/> that belongs to this village's share of days.</summary>
    public static DateOnly BirthDay(DemoVillage village, DateOnly wished) =>
        wished.AddDays(-((wished.DayNumber - village.Ordinal / SequencesPerSex % DaysApart + DaysApart) % DaysApart));

    /// <summary>
    /// A valid GB 11643 number. On one day one village may register one boy and one girl; villages of a county have different sequence numbers on the
    /// same day, so no two people of a county share a number although no village knows the others.
    /// </summary>
    public static string Identity(DemoVillage village, DateOnly born, bool man)
    {
        var sequence = (village.Ordinal + born.DayNumber * 7) % SequencesPerSex * 2 + (man ? 1 : 2);
        Span<char> text = stackalloc char[18];
        Write(village.CountyDigits, text[..6]);
        Write(born.Year * 10_000 + born.Month * 100 + born.Day, text[6..14]);
        Write(sequence, text[14..17]);
        text[17] = Certificates.CheckDigit(text);
        return new string(text);
    }

    /// <summary>A mobile number by format (1[3-9] and nine digits) in 154, a range that is not given to the public.</summary>
    public static string Phone(DemoRandom random) => "154" + random.Next(100_000_000).ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>Nineteen digits whose last is never the right one, so that it is nobody's card.</summary>
    public static string BankAccount(DemoRandom random)
    {
        Span<char> text = stackalloc char[19];
        "6299".CopyTo(text);
        for (var i = 4; i < 18; i++) text[i] = (char)('0' + random.Next(10));
        text[18] = (char)('0' + (LuhnDigit(text[..18]) + 1) % 10);
        return new string(text);
    }

    private static int LuhnDigit(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            var digit = digits[i] - '0';
            if ((digits.Length - 1 - i) % 2 == 0 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
        }
        return (10 - sum % 10) % 10;
    }

    private static long Ordinal(DemoVillage village, int number) => village.Code.Number % 10_000_000_000 * 10_000 + number;

    /// <summary>
    /// A permutation of the numbers below a power of ten: a product with a number that has neither 2 nor 5 as a factor, the halves of its digits
    /// exchanged, and the same again, so that neither end of the code shows what went in.
    /// </summary>
    private static long Scramble(long value, long space, long half, long factor)
    {
        for (var round = 0; round < 2; round++)
        {
            value = (long)((Int128)value * factor % space);
            value = value / half + value % half * half;
        }
        return value;
    }

    private static void Write(int value, Span<char> into)
    {
        for (var i = into.Length - 1; i >= 0; i--, value /= 10) into[i] = (char)('0' + value % 10);
    }
}
