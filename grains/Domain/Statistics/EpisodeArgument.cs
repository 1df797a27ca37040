namespace FangFanPin.Domain.Statistics;

/// <summary>The argument of statistic 8's cells: month, category and risk in one number, in this order so that months stand together.</summary>
/// <param name="Month">Months from 2021-01, counted from 1; 0 = 识别监测时间 empty.</param>
/// <param name="Category">1 to 3 by code. 0 = empty or in no list in cells of recognitions, all categories in cells of repeats.</param>
/// <param name="Risk">0 = whatever risk; else the code's number, 255 a code that is no number.</param>
public readonly record struct EpisodeArgument(int Month, int Category, int Risk)
{
    /// <summary>2021年以来.</summary>
    public static readonly YearMonth First = new(2021, 1);

    public int Packed => (Month << 16) | (Category << 8) | Risk;

    public static EpisodeArgument FromPacked(int packed) => new(packed >> 16, (packed >> 8) & 0xFF, packed & 0xFF);

    /// <summary>The number of a month; null before 2021-01.</summary>
    public static int? MonthNumber(YearMonth month) => month.MonthsSince(First) is >= 0 and var since ? since + 1 : null;

    /// <summary>The month of a number from 1.</summary>
    public static YearMonth MonthOf(int number) => YearMonth.FromNumber(First.Number + number - 1);
}
