namespace FangFanPin.Domain.Sync;

/// <summary>When the weekly synchronisation is due.</summary>
/// <param name="Day">In Asia/Shanghai, like the time.</param>
public sealed record SyncCalendar(DayOfWeek Day, TimeOnly Time)
{
    private const int Week = 7;

    /// <summary>The last moment of the calendar up to now. Weeks that were missed before it are not made up for: their extract is no more.</summary>
    public DateTimeOffset DueBy(DateTimeOffset now)
    {
        var today = ChinaTime.DayOf(now);
        var due = MomentOf(today.AddDays(-(((int)today.DayOfWeek - (int)Day + Week) % Week)));
        return due <= now ? due : due.AddDays(-Week);
    }

    private DateTimeOffset MomentOf(DateOnly day) => new DateTimeOffset(day, Time, ChinaTime.Offset).ToUniversalTime();
}
