using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Mvc;

namespace FangFanPin.Api.Cases;

/// <summary>Conditions of a list; all hold together. Every figure of the procedures' statistics opens with them.</summary>
internal sealed record CaseListRequest
{
    private const int LimitDefault = 50;

    /// <summary>Twelve digits, at any level.</summary>
    [FromQuery(Name = "region")] public string? Region { get; init; }

    /// <summary>all (查询), unaccepted (未受理), open (受理未办结), closed (已办结).</summary>
    [FromQuery(Name = "group")] public string? Group { get; init; }
    [FromQuery(Name = "kind")] public string? Kind { get; init; }
    [FromQuery(Name = "step")] public string? Step { get; init; }

    /// <summary>The beginning of a name. Numbers of people stand in no address: their household is searched for first.</summary>
    [FromQuery(Name = "q")] public string? Q { get; init; }
    [FromQuery(Name = "overdue")] public bool? Overdue { get; init; }
    [FromQuery(Name = "household")] public string? Household { get; init; }

    /// <summary>Level of the step: 3 county, 4 town, 5 village.</summary>
    [FromQuery(Name = "level")] public int? Level { get; init; }

    /// <summary>First and last day of opening, or of closing; both included, given together.</summary>
    [FromQuery(Name = "openedFrom")] public DateOnly? OpenedFrom { get; init; }
    [FromQuery(Name = "openedTo")] public DateOnly? OpenedTo { get; init; }
    [FromQuery(Name = "closedFrom")] public DateOnly? ClosedFrom { get; init; }
    [FromQuery(Name = "closedTo")] public DateOnly? ClosedTo { get; init; }

    /// <summary>First and last day between which a step was left, given together; which one, and whether in time.</summary>
    [FromQuery(Name = "leftFrom")] public DateOnly? LeftFrom { get; init; }
    [FromQuery(Name = "leftTo")] public DateOnly? LeftTo { get; init; }
    [FromQuery(Name = "leftStep")] public string? LeftStep { get; init; }
    [FromQuery(Name = "onTime")] public bool? OnTime { get; init; }

    /// <summary>逾期未落实措施.</summary>
    [FromQuery(Name = "defect")] public bool? Defect { get; init; }

    /// <summary>On their step for more than so many days.</summary>
    [FromQuery(Name = "onStepDays")] public int? OnStepDays { get; init; }
    [FromQuery(Name = "after")] public string? After { get; init; }
    [FromQuery(Name = "limit")] public int? Limit { get; init; }

    public Outcome<CaseQuery> ToQuery(RegionTree tree, DateOnly today)
    {
        if (tree.Find(Region) is not { } region) return RegionErrors.NotFound;
        if (!Enum.TryParse<CaseGroup>(Group ?? "all", ignoreCase: true, out var group) || int.TryParse(Group, out _)) return CaseRequestErrors.BadGroup;
        if (CaseEndpoints.Page(After, Limit, out var cursor) is { } fault) return fault;
        if (OpenedFrom is null != OpenedTo is null || ClosedFrom is null != ClosedTo is null || LeftFrom is null != LeftTo is null || (LeftFrom is null && (LeftStep ?? (object?)OnTime) is not null) || OnStepDays is < 0 or > 3660) return CaseRequestErrors.BadPeriod;
        var query = new CaseQuery(VillageRanges.Below(tree, region.Code), Limit ?? LimitDefault)
        {
            Group = group, Kind = Kind, Step = Step, Overdue = Overdue, Household = Household, After = cursor, Today = today,
            Level = Level is { } level ? (RegionLevel)(level - 1) : null,
            Opened = OpenedFrom is { } first ? Stretch.Of(first, OpenedTo!.Value) : null,
            Closed = ClosedFrom is { } from ? Stretch.Of(from, ClosedTo!.Value) : null,
            Left = LeftFrom is { } left ? Stretch.Of(left, LeftTo!.Value) : null, LeftStep = LeftStep, LeftOnTime = OnTime, Defect = Defect,
            OnStepBefore = OnStepDays is { } days ? CaseClock.EndOf(today.AddDays(-days - 1)).ToUniversalTime() : null,
        };
        if (string.IsNullOrWhiteSpace(Q)) return query;
        return query with { Name = Q.Trim() };
    }
}
