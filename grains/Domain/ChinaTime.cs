namespace FangFanPin.Domain;

/// <summary>Days are those of Asia/Shanghai, which has had one offset and no summer time since 1991.</summary>
public static class ChinaTime
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.ToOffset(Offset).DateTime);
}
