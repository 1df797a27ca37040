namespace FangFanPin.Storage.Records;

/// <summary>Bounds of the <c>records</c> provider, per kind of record and process.</summary>
public sealed record RecordsOptions
{
    /// <summary>Statements that may write at the same time. A second one starts while the database works for the first, if as many rows as it is worth have gathered.</summary>
    public int WritesAtOnce { get; init; } = 2;

    public int ReadLanes { get; init; } = 2;

    /// <summary>Rows in one statement.</summary>
    public int BatchRowsMax { get; init; } = 256;

    /// <summary>
    /// Rows for which it is worth to start at once; fewer wait as long as more come. A statement costs the database as much as dozens of rows, so fuller
    /// batches take a third off its work per row.
    /// </summary>
    public int BatchRowsWanted { get; init; } = 24;

    /// <summary>Writes and reads that may wait, per lane; further callers wait for room.</summary>
    public int QueueMax { get; init; } = 4096;

    /// <summary>Attempts of one batch while the database is away; pauses double from <see cref="RetryPause"/>, so eight take about six seconds.</summary>
    public int AttemptsMax { get; init; } = 8;
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest a statement may take; whoever reads <c>asOf</c> takes it off.</summary>
    public TimeSpan StatementMost { get; init; } = TimeSpan.FromSeconds(10);
}
