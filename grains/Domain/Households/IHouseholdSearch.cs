using System.Collections.Immutable;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Domain.Households;

/// <summary>Finds households by the columns beside their sealed documents.</summary>
public interface IHouseholdSearch
{
    /// <summary>A page in the order of (village, code). Short pages happen where little is found in much: only a missing next place is the end.</summary>
    Task<HouseholdPage> FindAsync(HouseholdQuery query, CancellationToken ct = default);

    /// <summary>People of such households, in the order of (village, household, person).</summary>
    Task<PersonPage> FindAsync(PersonQuery query, CancellationToken ct = default);
}

/// <summary>All conditions hold together; null asks nothing.</summary>
public sealed record HouseholdQuery
{
    /// <summary>Of a page that people ask for; readers of whole areas take <see cref="PersonQuery.LimitOfReaders"/>.</summary>
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

    /// <summary>Of the newest year with an income record, yuan per head: at least, and less than.</summary>
    public decimal? IncomeFrom { get; init; }
    public decimal? IncomeBelow { get; init; }

    /// <summary>Year of 识别监测时间, likewise of 消除监测时间.</summary>
    public int? RecognizedYear { get; init; }
    public int? EliminatedYear { get; init; }

    /// <summary>Born on these days or between: of a household, some active member.</summary>
    public DateOnly? BornFrom { get; init; }
    public DateOnly? BornTo { get; init; }

    /// <summary>
    /// A part of a name. Within a town or a village any part of the head's or a member's; above, what either begins with or the last two
    /// characters of the head's, because there an index must find it.
    /// </summary>
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
