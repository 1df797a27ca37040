using System.Numerics;

namespace FangFanPin.Domain.Statistics;

/// <summary>A set of statistic classes in one word.</summary>
public readonly record struct ClassSet(ulong Bits)
{
    public static ClassSet None => default;

    /// <summary>帮扶对象: what "no filter" means.</summary>
    public static ClassSet Population { get; } = Where(c => c.InPopulation);

    public int Count => BitOperations.PopCount(Bits);

    public bool Has(int number) => number < 64 && (Bits >> number & 1) != 0;

    public bool Has(StatisticClass @class) => Has(@class.Number);

    public ClassSet Union(ClassSet other) => new(Bits | other.Bits);

    public ClassSet Except(ClassSet other) => new(Bits & ~other.Bits);

    public ClassSet Intersect(ClassSet other) => new(Bits & other.Bits);

    public IEnumerable<StatisticClass> Members()
    {
        var bits = Bits;
        return StatisticClass.All.Where(c => (bits >> c.Number & 1) != 0);
    }

    public static ClassSet Where(Func<StatisticClass, bool> condition) =>
        new(StatisticClass.All.Where(condition).Aggregate(0UL, (bits, c) => bits | 1UL << c.Number));
}
