using System.Collections.Immutable;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Domain.Households;

/// <summary>Finds households by the columns beside their sealed documents.</summary>
public interface IHouseholdSearch
{
    /// <summary>A page in the order of (village, code).</summary>
    Task<HouseholdPage> FindAsync(HouseholdQuery query, CancellationToken ct = default);
}

/// <summary>All conditions hold together; null asks nothing.</summary>
public sealed record HouseholdQuery
{
    public const int LimitMax = 200;

    /// <summary>A region at any level; its whole subtree is searched.</summary>
    public required RegionCode Region { get; init; }

    /// <summary>户类型 by the classes of the statistics, so that a list and a figure mean the same; null: all households, 一般农户 too.</summary>
    public ClassSet? Classes { get; init; }
    public string? MonitorCategory { get; init; }

    /// <summary>One of up to five of the household.</summary>
    public string? RiskType { get; init; }
    public string? RiskEliminated { get; init; }

    /// <summary>Code of list HouseholdStatus; an empty one counts as active.</summary>
    public string? Status { get; init; }

    /// <summary>What the name of the head or of a member begins with.</summary>
    public string? Name { get; init; }

    /// <summary>A whole certificate number of the head or a member, as typed.</summary>
    public string? Certificate { get; init; }

    /// <summary>The last six characters of a member's certificate.</summary>
    public string? CertificateLastSix { get; init; }
    public string? Phone { get; init; }
    public HouseholdPlace? After { get; init; }
    public int Limit { get; init; } = 50;
}

/// <summary>Where a household stands in lists.</summary>
public readonly record struct HouseholdPlace(string Village, string Code);

/// <param name="Next">Continue after this place; null: that was all.</param>
public sealed record HouseholdPage(ImmutableArray<HouseholdLine> Lines, HouseholdPlace? Next);

/// <summary>One line of a list; nothing in it is sealed.</summary>
public sealed record HouseholdLine
{
    public required string Code { get; init; }
    public required long Version { get; init; }
    public required string Village { get; init; }
    public string? HeadName { get; init; }
    public int? MemberCount { get; init; }
    public string? Status { get; init; }
    public string? HouseholdType { get; init; }
    public string? PolicyStatus { get; init; }
    public string? MonitorCategory { get; init; }
    public string? RiskEliminated { get; init; }
    public int? RecognizedMonth { get; init; }
    public int? EliminatedMonth { get; init; }
    public ImmutableArray<string> RiskTypes { get; init; } = [];

    /// <summary>Yuan, of the newest year with an income record.</summary>
    public decimal? NetPerCapita { get; init; }
    public DateTimeOffset? ChangedAt { get; init; }
    public string? ChangedBy { get; init; }
}
