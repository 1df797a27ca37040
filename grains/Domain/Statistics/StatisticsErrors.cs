namespace FangFanPin.Domain.Statistics;

/// <summary>What can be wrong with a question about statistics.</summary>
public static class StatisticsErrors
{
    public const string UnknownCode = "statistics.not-found";
    public const string BadFilterCode = "statistics.filter-malformed";
    public const string YearNotClosedCode = "statistics.year-not-closed";
    public const string BadYearCode = "statistics.year-malformed";
    public const string UnknownCellCode = "statistics.cell-not-found";
    public const string NotReadyCode = "statistics.not-ready";
    public const string TooManyStreamsCode = "statistics.streams-too-many-requests";
    public const string BadPageCode = "statistics.page-malformed";

    public static DomainError Unknown(string number) => new(UnknownCode, $"没有编号为“{Short(number)}”的统计表。");

    public static DomainError BadFilter(string field) => new(BadFilterCode, "筛选条件的取值不在选项之内。", field);

    public static DomainError YearNotClosed(int year) => new(YearNotClosedCode, $"{year}年度尚无年终快照,只能查询当前年度。", "year");

    public static DomainError BadYear() => new(BadYearCode, "统计年度应为四位年份,且不晚于当前年度。", "year");

    public static DomainError UnknownCell(string cell) => new(UnknownCellCode, $"统计表中没有可以展开的单元格“{Short(cell)}”。", "cell");

    public static readonly DomainError NotReady = new(NotReadyCode, "统计数据正在汇总,请稍后重试。");

    public static readonly DomainError TooManyStreams = new(TooManyStreamsCode, "实时统计连接过多,请稍后重试。");

    public static DomainError BadPage(string field) => new(BadPageCode, "分页参数不正确。", field);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
