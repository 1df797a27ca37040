namespace FangFanPin.Domain.Statistics;

/// <summary>Codes of the official lists that the statistics ask for.</summary>
internal static class Codes
{
    public const string PovertyHousehold = "1";
    public const string PolicyEnjoyed = "1";
    public const string PolicyNotEnjoyed = "2";
    public const string Male = "1";
    public const string Female = "2";
    public const string Han = "01";
    public const string PartyMember = "01";
    public const char Healthy = '1';
    public const char Chronic = '2';
    public const char SeriousIllness = '3';
    public const char Disabled = '4';

    /// <summary>监测对象类别 1 to 3 as a number, 0 when empty or in no list.</summary>
    public static int Category(string? code) => code is { Length: 1 } && code[0] is >= '1' and <= '3' ? code[0] - '0' : 0;

    /// <summary>风险类型 as a number from 1: the code's own two digits, 255 for a code that is no number below it; 0 when empty.</summary>
    public static int Risk(string? code)
    {
        if (string.IsNullOrEmpty(code)) return 0;
        return int.TryParse(code, System.Globalization.NumberStyles.None, null, out var number) && number is > 0 and < RiskOther ? number : RiskOther;
    }

    public const int RiskOther = 255;

    /// <summary>Whether a multi field (<c>1,4</c>) holds a one-character code.</summary>
    public static bool Has(string? multi, char code)
    {
        if (multi is null) return false;
        for (var at = 0; at < multi.Length;)
        {
            var end = multi.IndexOf(',', at);
            if (end < 0) end = multi.Length;
            if (end == at + 1 && multi[at] == code) return true;
            at = end + 1;
        }
        return false;
    }
}
