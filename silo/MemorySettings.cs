using FangFanPin.Grains.Cases;
using FangFanPin.Grains.Households;
using Orleans.Configuration;

namespace FangFanPin.Silo;

/// <summary>
/// How much memory this process may take. Grains that nobody calls leave by age; when what is allowed becomes scarce (this limit, a container's or the
/// machine's), those that have been idle longest leave at once, and come back from their rows when they are called.
/// </summary>
internal sealed class MemorySettings
{
    /// <summary>With 450 an import of 11,731 households stood nearly still (22 a second).</summary>
    public const int LimitMbMin = 600;

    /// <summary>What the collector does not manage: compiled code, stacks, sockets, ciphers and packers. Measured: 235 MB beside a heap of 131.</summary>
    private const int OutsideMb = 256;

    /// <summary>Of the whole process; 0: what the machine or its container has.</summary>
    public int LimitMb { get; set; }

    /// <summary>Of what the heap may be: above this grains leave, until the rest would fill that.</summary>
    public double ShedAbovePercent { get; set; } = 75;

    public double ShedToPercent { get; set; } = 60;

    /// <summary>Households come into memory by the ten thousand a second; a look costs nothing.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How much longer than households and cases others stay, which are fewer and dearer to bring back: regions, and whatever carries an import. The
    /// collector sheds in the order in which ages run out, counted from a grain's start or the last look at it, and with one age for all the regions,
    /// which start first, would leave first.
    /// </summary>
    public int OtherAges { get; set; } = 4;

    /// <exception cref="InvalidOperationException">The limit is too low to run at all.</exception>
    public void Apply()
    {
        if (LimitMb == 0) return;
        if (LimitMb < LimitMbMin) throw new InvalidOperationException($"内存上限不能低于 {LimitMbMin} MB(--memory {LimitMb})。");
        AppContext.SetData("GCHeapHardLimit", (ulong)(LimitMb - OutsideMb) << 20);
        GC.RefreshMemoryLimit();
    }

    public void ForSilo(ISiloBuilder silo, TimeSpan age) => silo.Configure<GrainCollectionOptions>(o =>
    {
        o.CollectionAge = age * OtherAges;
        foreach (var many in new[] { typeof(HouseholdGrain), typeof(CaseGrain) }) o.ClassSpecificCollectionAge[many.FullName!] = age;
        o.EnableActivationSheddingOnMemoryPressure = true;
        (o.MemoryUsageLimitPercentage, o.MemoryUsageTargetPercentage, o.MemoryUsagePollingPeriod) = (ShedAbovePercent, ShedToPercent, LookEvery);
    });
}
