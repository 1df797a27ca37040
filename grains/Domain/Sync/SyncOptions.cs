namespace FangFanPin.Domain.Sync;

/// <summary>Configuration section <c>FangFanPin:Sync</c>.</summary>
public sealed record SyncOptions
{
    /// <summary>Folder of the national system's export files, with folders in it as people like; empty: there is no synchronisation.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Weekly, in Asia/Shanghai.</summary>
    public DayOfWeek Day { get; init; } = DayOfWeek.Sunday;
    public TimeOnly Time { get; init; } = new(2, 0);

    /// <summary>Share of a county's households that may disappear at once without a person's word.</summary>
    public double DisappearMost { get; init; } = 0.02;

    /// <summary>Counties whose imports run side by side.</summary>
    public int SharesAtOnce { get; init; } = 2;
    public int FilesAtOnce { get; init; } = 2;
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A runner that is silent for so long is replaced.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often silos look for a batch that is due, or whose runner has died.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Behind its moment by more than this, a batch is late.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often values that waited for the end of a procedure are taken between two weeks.</summary>
    public TimeSpan UnlockedEvery { get; init; } = TimeSpan.FromHours(1);
    public int AttemptsMax { get; init; } = 10;

    /// <summary>Days after which a batch and its report are deleted; what is known of each household stays.</summary>
    public int KeepDays { get; init; } = 400;
}
