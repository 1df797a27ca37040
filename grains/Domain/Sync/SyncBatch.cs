using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Sync;

/// <summary>Reading and Applying are work under way; a batch with counties that wait for a word is at rest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncStage>))]
public enum SyncStage { Reading, Applying, Done, Failed }

/// <summary>定时, 手工, 业务办结后补做.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncTrigger>))]
public enum SyncTrigger { Scheduled, Manual, Unlocked }

/// <summary>One synchronisation with the national system: 国家系统同步批次. Written by whoever runs it.</summary>
public sealed record SyncBatch
{
    public required Guid Id { get; init; }
    public required SyncTrigger Trigger { get; init; }
    public required Actor Actor { get; init; }

    /// <summary>The moment of the calendar; null when somebody started it.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Made up for: the system was away at its moment.</summary>
    public bool Late { get; init; }

    /// <summary>Every household is compared, whatever the digests say.</summary>
    public bool Full { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public SyncStage Stage { get; init; }

    /// <summary>Of the runner that may write; see <see cref="ISyncBatches"/>.</summary>
    public int Run { get; init; } = 1;

    /// <summary>Runners that gave up since the last progress.</summary>
    public int Attempts { get; init; }

    /// <summary>Why nothing was taken.</summary>
    public DomainError? Fault { get; init; }

    /// <summary>Names of the extract's files, and of sheets and files in them that are none of ours.</summary>
    public ImmutableArray<string> Files { get; init; } = [];
    public ImmutableArray<string> Skipped { get; init; } = [];
    public long Bytes { get; init; }
    public long BytesRead { get; init; }
    public long Rows { get; init; }
    public long Households { get; init; }

    /// <summary>Of the region tree that it was compared under: a refusal may not hold under another.</summary>
    public long TreeVersion { get; init; }

    /// <summary>Entries of the audit from here on may be of changes that this batch has not seen.</summary>
    public long AuditFrom { get; init; }

    /// <summary>When the reading was over.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    [JsonIgnore] public bool IsAtRest => Stage is SyncStage.Done or SyncStage.Failed;
}

/// <summary>Held: more has disappeared than may without a person's word. Superseded: a later batch came before that word.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ShareStage>))]
public enum ShareStage { Waiting, Held, Importing, Done, Refused, Failed, Superseded }

/// <summary>What one county has of a batch.</summary>
public sealed record SyncShare
{
    public required Guid Batch { get; init; }

    /// <summary>A county; the province for households that belong to no single county: moved between two, or of no known area.</summary>
    public required string Region { get; init; }
    public ShareStage Stage { get; init; }

    /// <summary>Null when nothing needs one.</summary>
    public Guid? Import { get; init; }

    /// <summary>Households that the county had by the extract before.</summary>
    public long Known { get; init; }
    public SyncCounts Counts { get; init; } = new();
    public DomainError? Fault { get; init; }

    /// <summary>Who let a county that was held go on, or refused to.</summary>
    public string? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? Opinion { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    [JsonIgnore] public bool IsAtRest => Stage is not (ShareStage.Waiting or ShareStage.Importing);
}

/// <summary>Households of a county in a batch. Before its end they say what the digests say.</summary>
public sealed record SyncCounts
{
    /// <summary>In the extract; of these new, changed, unchanged, in conflict, rejected, and back after they had disappeared.</summary>
    public long Households { get; init; }
    public long New { get; init; }
    public long Changed { get; init; }
    public long Unchanged { get; init; }
    public long Conflicting { get; init; }
    public long Rejected { get; init; }
    public long Returned { get; init; }

    /// <summary>Not in the extract any more.</summary>
    public long Disappeared { get; init; }

    /// <summary>Approved cases that the extract confirms.</summary>
    public long Confirmed { get; init; }

    public SyncCounts Add(SyncCounts other) => new()
    {
        Households = Households + other.Households,
        New = New + other.New,
        Changed = Changed + other.Changed,
        Unchanged = Unchanged + other.Unchanged,
        Conflicting = Conflicting + other.Conflicting,
        Rejected = Rejected + other.Rejected,
        Returned = Returned + other.Returned,
        Disappeared = Disappeared + other.Disappeared,
        Confirmed = Confirmed + other.Confirmed,
    };
}
