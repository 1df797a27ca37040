namespace FangFanPin.Storage.Records;

/// <summary>Bounds of the <c>records</c> provider, per kind of record and process.</summary>
public sealed record RecordsOptions
{
    /// <summary>
    /// Statements that may write at the same time; a key always takes the same lane, so at most one write of it is in flight. Half of the cores: few large
    /// statements cost the database less than many small ones.
    /// </summary>
    public int WriteLanes { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    public int ReadLanes { get; init; } = 2;

    /// <summary>Rows in one statement.</summary>
    public int BatchRowsMax { get; init; } = 256;

    /// <summary>Writes and reads that may wait, per lane; further callers wait for room.</summary>
    public int QueueMax { get; init; } = 4096;

    /// <summary>
    /// Time to wait for company. A statement costs as much as several rows: with 64 callers this makes batches of 47 rows instead of 14 and takes a third
    /// off the database's work per row (measured), for a delay that nobody notices.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Attempts of one batch while the database is away; pauses double from <see cref="RetryPause"/>, so eight take about six seconds.</summary>
    public int AttemptsMax { get; init; } = 8;
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest a statement may take; whoever reads <c>asOf</c> takes it off.</summary>
    public TimeSpan StatementMost { get; init; } = TimeSpan.FromSeconds(10);
}
