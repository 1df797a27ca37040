namespace FangFanPin.Domain.Figures;

public sealed partial class CellVector
{
    /// <summary>A vector of cells that are already in order, each once and not zero; what every write of a household needs, without a dictionary.</summary>
    internal static CellVector OfSorted(ReadOnlySpan<long> keys, ReadOnlySpan<long> counts) =>
        keys.IsEmpty ? Empty : new CellVector(keys.ToArray(), counts.ToArray());
}
