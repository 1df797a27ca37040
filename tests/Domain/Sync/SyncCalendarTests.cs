using FangFanPin.Domain;
using FangFanPin.Domain.Sync;
using Xunit;

namespace FangFanPin.Tests.Domain.Sync;

public sealed class SyncCalendarTests
{
    private static readonly SyncCalendar Sunday = new(DayOfWeek.Sunday, new TimeOnly(2, 0));

    [Theory]
    [InlineData("2026-11-22 01:59", "2026-11-15 02:00")] // a minute before: still last week's
    [InlineData("2026-11-22 02:00", "2026-11-22 02:00")]
    [InlineData("2026-11-25 12:00", "2026-11-22 02:00")]
    [InlineData("2026-11-28 23:59", "2026-11-22 02:00")]
    [InlineData("2027-01-02 00:00", "2026-12-27 02:00")] // across the year
    public void The_last_moment_up_to_now_is_due(string now, string due) => Assert.Equal(At(due), Sunday.DueBy(At(now)));

    [Fact]
    public void Whenever_it_is_asked_the_moment_is_the_right_day_and_time_and_at_most_a_week_ago()
    {
        var random = new Random(17);
        for (var i = 0; i < 5_000; i++)
        {
            var calendar = new SyncCalendar((DayOfWeek)random.Next(7), new TimeOnly(random.Next(24), random.Next(60)));
            var now = At("2026-01-01 00:00").AddSeconds(random.NextInt64(0, 3L * 366 * 86_400));
            var due = calendar.DueBy(now);
            Assert.True(due <= now && now - due < TimeSpan.FromDays(7), $"{calendar} at {now:O}: {due:O}");
            var there = due.ToOffset(ChinaTime.Offset);
            Assert.Equal((calendar.Day, calendar.Time), (there.DayOfWeek, TimeOnly.FromDateTime(there.DateTime)));
            Assert.Equal(due, calendar.DueBy(due));
        }
    }

    /// <summary>In Asia/Shanghai.</summary>
    private static DateTimeOffset At(string text) => new DateTimeOffset(DateTime.ParseExact(text, "yyyy-MM-dd HH:mm", null), ChinaTime.Offset).ToUniversalTime();
}
