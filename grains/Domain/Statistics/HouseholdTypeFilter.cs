using System.Diagnostics.CodeAnalysis;

namespace FangFanPin.Domain.Statistics;

/// <summary>One option of the filter 户类型.</summary>
/// <param name="Code">As in requests: 1 to 4.</param>
public sealed record HouseholdTypeOption(string Code, string Label, ClassSet Classes);

/// <summary>The filter 户类型: any of four options, their union; none chosen = 帮扶对象, which may be more than all four together.</summary>
public sealed record HouseholdTypeFilter
{
    public static IReadOnlyList<HouseholdTypeOption> Options { get; } =
    [
        new("1", "脱贫户-脱贫享受政策", ClassSet.Where(c => c.Poverty == PovertyState.WithPolicy)),
        new("2", "脱贫户-脱贫不享受政策", ClassSet.Where(c => c.Poverty == PovertyState.WithoutPolicy)),
        new("3", "监测对象-风险未消除", ClassSet.Where(c => c.Risk == RiskState.Open)),
        new("4", "监测对象-风险消除", ClassSet.Where(c => c.Risk == RiskState.Eliminated)),
    ];

    /// <summary>No option chosen.</summary>
    public static HouseholdTypeFilter All { get; } = new([]);

    private HouseholdTypeFilter(IReadOnlyList<HouseholdTypeOption> chosen)
    {
        Chosen = chosen;
        Classes = chosen.Count == 0 ? ClassSet.Population : chosen.Aggregate(ClassSet.None, (set, o) => set.Union(o.Classes));
    }

    /// <summary>In the order of <see cref="Options"/>; empty = no filter.</summary>
    public IReadOnlyList<HouseholdTypeOption> Chosen { get; }

    public ClassSet Classes { get; }

    /// <summary>帮扶对象 that are in none of the four options: PolicyStatus or RiskEliminated is empty.</summary>
    public static ClassSet InNoOption { get; } = ClassSet.Population.Except(Options.Aggregate(ClassSet.None, (set, o) => set.Union(o.Classes)));

    /// <summary>Classes that are in more than one chosen option, or in more than one of all when none is chosen.</summary>
    public ClassSet Crossing
    {
        get
        {
            var options = Chosen.Count == 0 ? Options : Chosen;
            return ClassSet.Where(c => options.Count(o => o.Classes.Has(c)) > 1);
        }
    }

    /// <summary>Canonical text: sorted codes with commas; empty = no filter.</summary>
    public string Code => string.Join(',', Chosen.Select(o => o.Code));

    /// <summary>As printed under 统计口径.</summary>
    public string Label => Chosen.Count == 0 ? "帮扶对象(全部)" : string.Join("、", Chosen.Select(o => o.Label));

    /// <summary>Reads codes with commas, in any order, repeats allowed; null or blank = no filter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out HouseholdTypeFilter? filter)
    {
        var codes = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        filter = codes.All(code => Options.Any(o => o.Code == code)) ? Of(Options.Where(o => codes.Contains(o.Code))) : null;
        return filter is not null;
    }

    public static HouseholdTypeFilter Of(IEnumerable<HouseholdTypeOption> chosen) =>
        chosen.ToArray() is { Length: > 0 } some ? new([.. some.OrderBy(o => o.Code, StringComparer.Ordinal)]) : All;

    public bool Equals(HouseholdTypeFilter? other) => other is not null && other.Code == Code;

    public override int GetHashCode() => Code.GetHashCode(StringComparison.Ordinal);
}
