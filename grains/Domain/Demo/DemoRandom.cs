namespace FangFanPin.Domain.Demo;

/// <summary>
/// SplitMix64. Seeded from a few numbers, so that the stream of one village or household is the same on every machine and owes nothing to the others;
/// the base library's generator promises neither.
/// </summary>
internal sealed class DemoRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    public DemoRandom(params ReadOnlySpan<long> seeds)
    {
        foreach (var seed in seeds) state = Mix(state + Golden + (ulong)seed);
    }

    /// <summary>A number made of others alone: the same for everybody who asks.</summary>
    public static ulong Hash(long a, long b) => Mix(Mix((ulong)a + Golden) + Golden + (ulong)b);

    public ulong NextBits()
    {
        state += Golden;
        return Mix(state);
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Next(int below) => (int)(((NextBits() >> 32) * (ulong)below) >> 32);

    /// <summary>Both bounds included.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    public bool Chance(double probability) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < probability;

    public T Pick<T>(T[] among) => among[Next(among.Length)];

    /// <summary>An index drawn by weight; the last weight is the total, the others are running sums.</summary>
    public int Weighted(ReadOnlySpan<int> runningSums)
    {
        var draw = Next(runningSums[^1]);
        var index = 0;
        while (draw >= runningSums[index]) index++;
        return index;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
