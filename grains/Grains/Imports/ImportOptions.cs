namespace FangFanPin.Grains.Imports;

/// <summary>Bounds of import work on one silo; configuration section <c>FangFanPin:ImportWork</c>.</summary>
public sealed record ImportOptions
{
    /// <summary>Household commands under way at once, per import.</summary>
    public int CommandsAtOnce { get; init; } = 256;

    /// <summary>Households between two checkpoints.</summary>
    public int CommitBatch { get; init; } = 1024;

    /// <summary>New households registered in one transaction.</summary>
    public int NewBatch { get; init; } = 2000;

    /// <summary>Errors written at once while reading.</summary>
    public int ErrorBatch { get; init; } = 2000;

    /// <summary>Households compared with the stored ones at once, and how many such batches side by side, of one import and of all on this silo: what is in memory at a time.</summary>
    public int PreviewBatch { get; init; } = 1000;
    public int PreviewsAtOnce { get; init; } = 3;
    public int PreviewsInAll { get; init; } = 4;

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A runner that is silent for so long is replaced.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Days after its end, or after its upload when it has none, until an import's files and everything read from them are deleted.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary>How often what is too old is looked for.</summary>
    public TimeSpan RetentionEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Tries of one household command before the runner gives up; the next runner tries again.</summary>
    public int CommandTriesMax { get; init; } = 5;

    /// <summary>Runners in a row that give up without progress before the import fails.</summary>
    public int AttemptsMax { get; init; } = 10;
}
