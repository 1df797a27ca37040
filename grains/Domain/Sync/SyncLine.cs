namespace FangFanPin.Domain.Sync;

/// <summary>What a batch found about a household. Numbers are stored.</summary>
public enum SyncLineKind : short
{
    /// <summary>Looked at and found as it was: no line of the report.</summary>
    Unchanged = 0,
    New = 1,
    Changed = 2,

    /// <summary>National values that could not be taken for what stands in the register: a procedure, another household.</summary>
    Conflicting = 3,
    Disappeared = 4,
    Rejected = 5,

    /// <summary>Back after it had disappeared.</summary>
    Returned = 6,
}

/// <param name="Reason">Code of the error that stands in the way.</param>
public sealed record SyncLine(string Code, SyncLineKind Kind, string? Village, string? HeadName, string? Reason);

/// <summary>What the synchronisation knows of one household.</summary>
/// <param name="SeenAt">When an extract last named it; null when none has.</param>
/// <param name="MissingSince">When an extract first did not name it any more; null while the newest does.</param>
/// <param name="Pending">National values that wait for the end of a procedure.</param>
public sealed record NationalStanding(DateTimeOffset? SeenAt, DateTimeOffset? MissingSince, string? RejectedFor, PendingValues? Pending);

/// <param name="Changes">What would change: ours as old, the national system's as new.</param>
public sealed record PendingValues(string CaseId, DateTimeOffset Since, IReadOnlyList<Households.FieldChange> Changes);
