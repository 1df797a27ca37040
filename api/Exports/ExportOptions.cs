namespace FangFanPin.Api.Exports;

/// <summary>Bounds of exports, section <c>FangFanPin:Exports</c>.</summary>
public sealed class ExportOptions
{
    /// <summary>How long a finished file can be downloaded; then it is deleted.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Exports that one process writes side by side; the others wait.</summary>
    public int AtOnce { get; set; } = 1;

    /// <summary>Exports of one account that may be waiting or running.</summary>
    public int OpenPerAccountMax { get; set; } = 5;

    public long RowsMax { get; set; } = 20_000_000;

    /// <summary>Rows read at once; two such pages are held at most.</summary>
    public int PageRows { get; set; } = 4000;

    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A runner that is silent for so long is replaced; what it had written is written again.</summary>
    public TimeSpan Silence { get; set; } = TimeSpan.FromSeconds(15);
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Takings over before an export fails.</summary>
    public int AttemptsMax { get; set; } = 5;

    public TimeSpan EventsLookEvery { get; set; } = TimeSpan.FromMilliseconds(500);
    public TimeSpan EventsLife { get; set; } = TimeSpan.FromHours(2);
}
