using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Exports;

/// <summary>Where an export stands. Waiting and Running are work to be done, the others are rest; Expired is a file that was deleted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportStage>))]
public enum ExportStage { Waiting, Running, Done, Cancelled, Failed, Expired }

[JsonConverter(typeof(JsonStringEnumConverter<ExportKind>))]
public enum ExportKind { Households, Persons }

/// <summary>What is asked for, as the list has it: sealed in the store, because conditions may hold numbers of people.</summary>
public sealed record ExportRequest
{
    public required ExportKind Kind { get; init; }

    /// <summary>Name, place and limit of the list's query; of persons its household part.</summary>
    public required PersonQuery Query { get; init; }

    /// <summary>Dictionary fields of the household or of the member beyond the list's columns; any of them opens the documents.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];
}

/// <summary>One export: 导出任务.</summary>
public sealed record ExportJob
{
    public required Guid Id { get; init; }
    public required string Account { get; init; }

    /// <summary>12 digits: the region of the list.</summary>
    public required string Region { get; init; }
    public required ExportKind Kind { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of the request that asked, so that the audit leads to its logs.</summary>
    public required string TraceId { get; init; }
    public ExportStage Stage { get; init; }

    /// <summary>Of the runner that may write; see <see cref="IExportJobs"/>.</summary>
    public int Run { get; init; }
    public long Rows { get; init; }

    /// <summary>Share of the area's villages that are behind, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>Of the finished file.</summary>
    public long Bytes { get; init; }
    public string? Sha256 { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DomainError? Fault { get; init; }

    /// <summary>Runners that took it over from one that had fallen silent.</summary>
    public int Attempts { get; init; }

    public bool IsAtRest => Stage is not (ExportStage.Waiting or ExportStage.Running);
}
