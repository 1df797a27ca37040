using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Cases;

/// <summary>一户一策: the measures of one monitoring episode (W4), as its case keeps them until they stand in the household's file.</summary>
public sealed record MeasurePlan
{
    public required string EpisodeId { get; init; }

    /// <summary>监测次序: stays when the national system numbers the episode anew.</summary>
    public int? EpisodeNo { get; init; }

    /// <summary>Codes of list RiskType, as the episode has them.</summary>
    public required ImmutableArray<string> Risks { get; init; }

    /// <summary>The last day on which it is no defect yet that nothing has been decided.</summary>
    public required DateOnly DefectOn { get; init; }

    /// <summary>It became one, and the county was told.</summary>
    public bool DefectMarked { get; init; }

    /// <summary>By the town, for the first time.</summary>
    public DateOnly? ConfirmedOn { get; init; }

    /// <summary>The household is not monitored any more: nothing new is planned.</summary>
    public bool RiskGone { get; init; }
    public ImmutableArray<PlannedMeasure> Measures { get; init; } = [];

    [JsonIgnore] public IEnumerable<PlannedMeasure> Running => Measures.Where(m => m.Status == MeasureStates.Running);

    /// <summary>Confirmed and not ended.</summary>
    [JsonIgnore] public IEnumerable<PlannedMeasure> Standing => Measures.Where(m => m.Status is MeasureStates.Decided or MeasureStates.Running);

    /// <summary>Until when the next monthly note is due: the end of the month after the oldest note, never before tomorrow.</summary>
    public DateOnly NoteDueOn(DateOnly today)
    {
        var oldest = Standing.Select(m => m.NotedOn ?? m.DecidedOn ?? today).DefaultIfEmpty(today).Min();
        var due = new DateOnly(oldest.Year, oldest.Month, 1).AddMonths(2).AddDays(-1);
        return due > today ? due : today.AddDays(1);
    }

    public MeasurePlan With(PlannedMeasure measure) => this with { Measures = [.. Measures.Select(m => m.MeasureId == measure.MeasureId ? measure : m)] };
}

/// <summary>One measure of a plan.</summary>
public sealed record PlannedMeasure
{
    public required string MeasureId { get; init; }

    /// <summary>One of <see cref="MeasureStates"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Fields of Measure.</summary>
    public required FieldTexts Fields { get; init; }
    public DateOnly? DecidedOn { get; init; }
    public DateOnly? StartedOn { get; init; }

    /// <summary>The newest progress note, or the start.</summary>
    public DateOnly? NotedOn { get; init; }
    public DateOnly? EndedOn { get; init; }

    [JsonIgnore] public string Category => Fields[nameof(Measure.Category)] ?? "";
    [JsonIgnore] public string Item => Fields[nameof(Measure.Item)] ?? "";

    /// <summary>小额信贷, 公益岗, 雨露计划: they run until the contract or the stage of school ends, whether the risk is gone or not.</summary>
    [JsonIgnore] public bool UnderContract => Item is "0301" or "0901" || Category == "04";
}

/// <summary>Codes of list MeasureStatus, and what comes before them.</summary>
public static class MeasureStates
{
    /// <summary>By the village; the household's file does not have it yet.</summary>
    public const string Proposed = "0";
    public const string Decided = "1";
    public const string Running = "2";
    public const string Finished = "3";
    public const string Stopped = "4";
}

/// <summary>A measure as the village proposes it.</summary>
/// <param name="Fields">Of Measure: at least Category and Item.</param>
public sealed record MeasureProposal(FieldTexts Fields);

/// <summary>Ids of cases that several may open and that must be the same for all of them.</summary>
public static class CaseIds
{
    /// <summary>The one measures case of an episode; the household's code may become another one, the episode's id does not.</summary>
    public static string MeasuresOf(string episodeId) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"measures\n{episodeId}")).AsSpan(0, 16)).ToString("N");
}
