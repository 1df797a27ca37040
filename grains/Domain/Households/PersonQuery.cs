using System.Collections.Immutable;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Households;

/// <summary>Asks for people. All conditions hold together.</summary>
public sealed record PersonQuery
{
    /// <summary>
    /// Of their households; name, numbers and days of birth are asked of the person alone, the place and the limit are not used. Above town level a name
    /// is asked for by its beginning.
    /// </summary>
    public required HouseholdQuery Household { get; init; }

    /// <summary>Code of list Sex.</summary>
    public string? Sex { get; init; }

    /// <summary>Code of list MemberStatus; an empty one counts as active.</summary>
    public string? MemberStatus { get; init; }
    public PersonPlace? After { get; init; }

    /// <summary>1 to <see cref="HouseholdQuery.LimitMax"/>; readers of whole areas may ask for <see cref="LimitOfReaders"/>.</summary>
    public int Limit { get; init; } = 50;

    public const int LimitOfReaders = 5000;
}

/// <summary>Where a person stands in lists.</summary>
/// <param name="Person">Null: behind everybody of the household.</param>
public sealed record PersonPlace(string Village, string Household, string? Person);

/// <param name="Next">Continue after this place; null: that was all.</param>
public sealed record PersonPage(ImmutableArray<PersonLine> Lines, PersonPlace? Next);

/// <summary>One line of a list of people; nothing in it is sealed.</summary>
public sealed record PersonLine
{
    public required string Village { get; init; }
    public required string Household { get; init; }
    public required string Person { get; init; }
    public string? Name { get; init; }
    public string? Sex { get; init; }
    public DateOnly? BirthDate { get; init; }
    public string? Status { get; init; }
    public string? HeadName { get; init; }
    public string? HouseholdStatus { get; init; }
    public string? HouseholdType { get; init; }
    public string? PolicyStatus { get; init; }
    public string? MonitorCategory { get; init; }
    public string? RiskEliminated { get; init; }
}
