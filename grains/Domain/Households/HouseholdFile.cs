using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>
/// Everything known about one household, the unit of change: 户档案. Lists keep the order in which records came in, except
/// yearly ones (by year) and episodes (by number). Immutable; every change makes a new one.
/// </summary>
public sealed record HouseholdFile
{
    public required Household Household { get; init; }

    /// <summary>All members, those of 自然减少 included.</summary>
    public ImmutableArray<Member> Members { get; init; } = [];

    /// <summary>One per StatYear, ascending; likewise incomes and expenditures.</summary>
    public ImmutableArray<LivingCondition> Living { get; init; } = [];
    public ImmutableArray<AnnualIncome> Incomes { get; init; } = [];
    public ImmutableArray<AnnualExpenditure> Expenditures { get; init; } = [];

    /// <summary>One per CollectedOn, ascending; the last is the current state.</summary>
    public ImmutableArray<SecurityStatus> Securities { get; init; } = [];

    /// <summary>Ascending by EpisodeNo; the last is the current one.</summary>
    public ImmutableArray<RiskEpisode> Episodes { get; init; } = [];
    public ImmutableArray<Measure> Measures { get; init; } = [];

    /// <summary>在册: an empty status counts as active (and is a finding of a quality rule).</summary>
    public bool IsActive => Household.HouseholdStatus is null or "" or HouseholdStatuses.Active;

    public IEnumerable<Member> ActiveMembers => Members.Where(m => m.MemberStatus is null or "" or MemberStatuses.Active);

    /// <summary>Every list is the very object that it is in the other: they say the same without being looked into.</summary>
    public bool SharesLists(HouseholdFile other) =>
        Members == other.Members && Living == other.Living && Incomes == other.Incomes && Expenditures == other.Expenditures &&
        Securities == other.Securities && Episodes == other.Episodes && Measures == other.Measures;

    public static readonly HouseholdFile Empty = new() { Household = new Household() };

    /// <summary>All records with their maps, household first.</summary>
    public IEnumerable<(EntityMap Map, Entity Record)> Records()
    {
        yield return (EntityMap.Household, Household);
        foreach (var (map, listOf) in Lists)
        {
            foreach (var record in listOf(this)) yield return (map, record);
        }
    }

    /// <summary>The lists beside the household itself, in the order of <see cref="Records"/>.</summary>
    internal static readonly ImmutableArray<(EntityMap Map, Func<HouseholdFile, ImmutableArray<Entity>> Of)> Lists =
    [
        (EntityMap.Member, f => ImmutableArray<Entity>.CastUp(f.Members)),
        (EntityMap.LivingCondition, f => ImmutableArray<Entity>.CastUp(f.Living)),
        (EntityMap.AnnualIncome, f => ImmutableArray<Entity>.CastUp(f.Incomes)),
        (EntityMap.AnnualExpenditure, f => ImmutableArray<Entity>.CastUp(f.Expenditures)),
        (EntityMap.SecurityStatus, f => ImmutableArray<Entity>.CastUp(f.Securities)),
        (EntityMap.RiskEpisode, f => ImmutableArray<Entity>.CastUp(f.Episodes)),
        (EntityMap.Measure, f => ImmutableArray<Entity>.CastUp(f.Measures)),
    ];

    /// <summary>The file made of these records; the inverse of <see cref="Records"/> up to the order of lists.</summary>
    public static HouseholdFile From(IEnumerable<Entity> records)
    {
        Household? household = null;
        var (members, living, incomes, expenditures) = (Of<Member>(), Of<LivingCondition>(), Of<AnnualIncome>(), Of<AnnualExpenditure>());
        var (securities, episodes, measures) = (Of<SecurityStatus>(), Of<RiskEpisode>(), Of<Measure>());
        foreach (var record in records)
        {
            switch (record)
            {
                case Member r: members.Add(r); break;
                case LivingCondition r: living.Add(r); break;
                case AnnualIncome r: incomes.Add(r); break;
                case AnnualExpenditure r: expenditures.Add(r); break;
                case SecurityStatus r: securities.Add(r); break;
                case RiskEpisode r: episodes.Add(r); break;
                case Measure r: measures.Add(r); break;
                case Household r: household = household is null ? r : throw new ArgumentException("A file has one household.", nameof(records)); break;
            }
        }
        return new HouseholdFile
        {
            Household = household ?? new Household(),
            Members = members.DrainToImmutable(),
            Living = Ordered(living, r => r.StatYear),
            Incomes = Ordered(incomes, r => r.StatYear),
            Expenditures = Ordered(expenditures, r => r.StatYear),
            Securities = Ordered(securities, r => r.CollectedOn),
            Episodes = Ordered(episodes, r => r.EpisodeNo),
            Measures = measures.DrainToImmutable(),
        };

        static ImmutableArray<T>.Builder Of<T>() => ImmutableArray.CreateBuilder<T>(0);
    }

    /// <summary>Most lists come in order already.</summary>
    private static ImmutableArray<T> Ordered<T, TKey>(ImmutableArray<T>.Builder records, Func<T, TKey> key)
    {
        for (var i = 1; i < records.Count; i++)
        {
            if (Comparer<TKey>.Default.Compare(key(records[i - 1]), key(records[i])) > 0) return [.. records.OrderBy(key)];
        }
        return records.DrainToImmutable();
    }
}

/// <summary>Codes that logic asks for, from the lists of the same name.</summary>
public static class HouseholdStatuses
{
    public const string Active = "1";
    public const string Gone = "2";
    public const string Mistaken = "3";
    public const string Archived = "4";
}

public static class MemberStatuses
{
    public const string Active = "1";
    public const string Gone = "2";
}

public static class YesNo
{
    public const string No = "0";
    public const string Yes = "1";
}
