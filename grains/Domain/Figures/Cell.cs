namespace FangFanPin.Domain.Figures;

/// <summary>One cell of a figure: which measure, in which version of its definition, for which statistic class, with which argument.</summary>
/// <remarks>
/// Packed into one long so that vectors are two flat arrays: measure 16 bits, version 8, class 8, argument 32 (signed).
/// Cells of one measure stand together in a sorted vector. The version is part of the key so that old and new definitions never add up.
/// </remarks>
public readonly record struct Cell(long Key) : IComparable<Cell>
{
    /// <summary>Largest measure number: one bit less than the field, so that keys stay positive and sort by measure.</summary>
    public const int MeasureMax = short.MaxValue;

    /// <summary>What is counted.</summary>
    public int Measure => (int)(Key >> 48);

    /// <summary>Version of the measure's definition, 0 to 255.</summary>
    public int Version => (int)(Key >> 40) & 0xFF;

    /// <summary>Statistic class (disjoint combination of 脱贫 and monitoring state), 0 to 255.</summary>
    public int Class => (int)(Key >> 32) & 0xFF;

    /// <summary>What distinguishes cells inside the measure: a month, a rate, a rule number.</summary>
    public int Argument => unchecked((int)Key);

    /// <summary>Packs a cell.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A part does not fit its bits: a bug in the caller.</exception>
    public static Cell Of(int measure, int version, int @class, int argument = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(measure);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(measure, MeasureMax);
        ArgumentOutOfRangeException.ThrowIfNotEqual(version, version & 0xFF);
        ArgumentOutOfRangeException.ThrowIfNotEqual(@class, @class & 0xFF);
        return new Cell(((long)measure << 48) | ((long)version << 40) | ((long)@class << 32) | unchecked((uint)argument));
    }

    /// <inheritdoc/>
    public int CompareTo(Cell other) => Key.CompareTo(other.Key);

    /// <summary>Readable in test failures and in the recount's differences.</summary>
    public override string ToString() => $"m{Measure}v{Version}c{Class}a{Argument}";
}
