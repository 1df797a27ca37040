using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Imports;

/// <summary>Where an import stands. Uploading, Parsing, Committing and Undoing are work under way, the others are rest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportStage>))]
public enum ImportStage { Uploading, Uploaded, Parsing, Previewed, Committing, Done, Cancelled, Failed, Undoing, Undone }

/// <summary>One import: 导入任务. Written by whoever runs it, and between runs by commands.</summary>
public sealed record ImportJob
{
    public required Guid Id { get; init; }

    /// <summary>12 digits: every household must lie in it.</summary>
    public required string Region { get; init; }
    public required Actor Actor { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImportStage Stage { get; init; }

    /// <summary>Of the runner that may write; see <see cref="IImportJobs"/>.</summary>
    public int Run { get; init; }

    /// <summary>The run whose staged rows are the preview; 0 before there is one.</summary>
    public int ParsedRun { get; init; }

    /// <summary>
    /// Nobody looks at a preview: new households are registered as soon as they are compared, the others right after. While such an import is parsing,
    /// <see cref="ParsedRun"/> is the run that registers, and <see cref="LeftToRegister"/> is null.
    /// </summary>
    public bool AtOnce { get; init; }
    public ImmutableArray<UploadedFile> Files { get; init; } = [];
    public ImmutableArray<ImportedSheet> Sheets { get; init; } = [];

    /// <summary>Names of sheets that were not recognised.</summary>
    public ImmutableArray<string> Skipped { get; init; } = [];
    public ImportCounts Counts { get; init; } = new();
    public ImmutableSortedDictionary<string, long> ErrorsByCode { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Why nothing was taken.</summary>
    public DomainError? Fault { get; init; }

    /// <summary>The last household that is settled in the present stage: <c>village/code</c> while new ones are registered, then the code.</summary>
    public string? Cursor { get; init; }

    /// <summary>
    /// New households that are staged and not settled yet. The database keeps no log of them: if it finds fewer, it has crashed since, and the files are
    /// read again. Null for imports from when it did.
    /// </summary>
    public long? LeftToRegister { get; init; }
    public DateTimeOffset? StageStartedAt { get; init; }

    /// <summary>When the preview began to look at what is stored: later changes are not in it.</summary>
    public DateTimeOffset? ComparedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the uploads and everything read from them were deleted; what was counted stays.</summary>
    public DateTimeOffset? PurgedAt { get; init; }

    /// <summary>Runners that gave up since the last progress.</summary>
    public int Attempts { get; init; }

    /// <summary>An import without a preview whose files have not been worked through to their end.</summary>
    public bool IsHalfRead => AtOnce && LeftToRegister is null;

    public bool IsAtRest => Stage is ImportStage.Previewed or ImportStage.Done or ImportStage.Cancelled or ImportStage.Failed or ImportStage.Undone;

    /// <summary>As history names it.</summary>
    public string HistoryId => Id.ToString("N");
}

public sealed record UploadedFile(string Name, long Bytes);

/// <param name="File">Place in <see cref="ImportJob.Files"/>.</param>
/// <param name="Sheet">Counted from 0 within the file, sheets that were not recognised included.</param>
/// <param name="Kind">户和成员, 年度收入 …</param>
public sealed record ImportedSheet(int File, int Sheet, string Name, string Kind, int HeaderRow, ImmutableArray<string> Unknown, ImmutableArray<string> Ignored);

public sealed record ImportCounts
{
    /// <summary>Bytes of the files read, of all bytes uploaded: how far the parsing is.</summary>
    public long BytesRead { get; init; }
    public long Rows { get; init; }
    public long Errors { get; init; }

    /// <summary>Households that the files speak of; 0 until all are read, and give or take one in a million until all are compared.</summary>
    public long Found { get; init; }

    /// <summary>Compared so far; of these: new, changed, unchanged, in conflict with the stored one, refused.</summary>
    public long Households { get; init; }
    public long New { get; init; }
    public long Changed { get; init; }
    public long Unchanged { get; init; }
    public long Conflicts { get; init; }
    public long Refused { get; init; }

    /// <summary>After the commit, of new and changed ones: written, found as they should be, refused by what had changed meanwhile.</summary>
    public long Written { get; init; }
    public long AsTheyWere { get; init; }
    public long RefusedAtCommit { get; init; }
    public long TakenBack { get; init; }
    public long NotTakenBack { get; init; }
}

public enum StagedKind : short { New = 1, Changed = 2, Unchanged = 3, Conflict = 4, Refused = 5 }

public enum StagedOutcome : short { None = 0, Written = 1, AsItWas = 2, Refused = 3, TakenBack = 4, NotTakenBack = 5 }

/// <param name="Change">Null unless new or changed.</param>
/// <param name="Reason">Code of the error that stands in the way.</param>
public sealed record StagedHousehold(string Code, StagedKind Kind, string? Reason, ImportFile? Change)
{
    /// <summary>Of one that has no row yet: its first state.</summary>
    public HouseholdState? State { get; init; }
}
