using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Statistics;

/// <summary>脱贫 and its policy.</summary>
public enum PovertyState { None = 0, WithPolicy = 1, WithoutPolicy = 2, PolicyEmpty = 3 }

/// <summary>监测对象 and whether the risk is gone; an empty or unknown RiskEliminated is <see cref="Empty"/>.</summary>
public enum RiskState { Open = 0, Eliminated = 1, Empty = 2 }

/// <summary>
/// One of the disjoint combinations of 脱贫 and 监测 that every 户类型 filter is a union of, so that nobody is counted twice.
/// </summary>
/// <remarks>
/// Numbers are stored in cells: never renumber. 0 to 39 are 脱贫 (4) × monitoring (none, or 3 categories × 3 risk states); 40 to 51 are 脱贫 (4) × risk
/// states of a category that no list knows (yet), so that such a household is not lost from 帮扶对象.
/// </remarks>
public readonly record struct StatisticClass
{
    /// <summary>One more than the highest number.</summary>
    public const int Limit = 52;

    private const int UnknownCategoryFrom = 40;

    private StatisticClass(int number) => Number = number;

    /// <summary>0 to <see cref="Limit"/> - 1; 0 is a household outside 帮扶对象.</summary>
    public int Number { get; }

    /// <summary>脱贫, whatever the policy.</summary>
    public PovertyState Poverty => (PovertyState)(Number < UnknownCategoryFrom ? Number / 10 : (Number - UnknownCategoryFrom) / 3);

    /// <summary>1 to 3, 0 for a category in no list; null when never monitored.</summary>
    public int? Category => Number >= UnknownCategoryFrom ? 0 : Number % 10 == 0 ? null : 1 + ((Number % 10 - 1) / 3);

    /// <summary>Null when never monitored.</summary>
    public RiskState? Risk => Number >= UnknownCategoryFrom ? (RiskState)((Number - UnknownCategoryFrom) % 3)
        : Number % 10 == 0 ? null : (RiskState)((Number % 10 - 1) % 3);

    /// <summary>帮扶对象: 脱贫 or ever monitored.</summary>
    public bool InPopulation => Number != 0;

    /// <summary>All classes, by number.</summary>
    public static IReadOnlyList<StatisticClass> All { get; } = [.. Enumerable.Range(0, Limit).Select(FromNumber)];

    /// <exception cref="ArgumentOutOfRangeException">No such number: a bug in the caller.</exception>
    public static StatisticClass FromNumber(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Limit);
        return new StatisticClass(number);
    }

    /// <summary>Puts the parts together.</summary>
    /// <param name="poverty">脱贫 state.</param>
    /// <param name="category">See <see cref="Category"/>.</param>
    /// <param name="risk">Ignored when <paramref name="category"/> is null.</param>
    public static StatisticClass Of(PovertyState poverty, int? category, RiskState risk) => category switch
    {
        null => new((int)poverty * 10),
        0 => new(UnknownCategoryFrom + ((int)poverty * 3) + (int)risk),
        >= 1 and <= 3 => new(((int)poverty * 10) + 1 + ((category.Value - 1) * 3) + (int)risk),
        _ => throw new ArgumentOutOfRangeException(nameof(category)),
    };

    /// <summary>The class of a household as it is now, whether active or not.</summary>
    public static StatisticClass Of(Household household) => Of(PovertyOf(household), CategoryOf(household.MonitorCategory), RiskOf(household));

    private static PovertyState PovertyOf(Household household) => household.HouseholdType != Codes.PovertyHousehold
        ? PovertyState.None
        : household.PolicyStatus switch
        {
            Codes.PolicyEnjoyed => PovertyState.WithPolicy,
            Codes.PolicyNotEnjoyed => PovertyState.WithoutPolicy,
            _ => PovertyState.PolicyEmpty,
        };

    private static int? CategoryOf(string? code) => string.IsNullOrEmpty(code) ? null : Codes.Category(code);

    private static RiskState RiskOf(Household household) => household.RiskEliminated switch
    {
        YesNo.No => RiskState.Open,
        YesNo.Yes => RiskState.Eliminated,
        _ => RiskState.Empty,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Number}:{Poverty}/{(Category is { } c ? $"{c}/{Risk}" : "-")}";
}
