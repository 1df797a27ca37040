namespace FangFanPin.Domain.Figures;

/// <summary>
/// A vector that changes a few cells at a time: changes gather beside it and are worked in when they have become many or somebody looks. A city has ten
/// thousand cells and gets a change of forty sixteen times a second.
/// </summary>
public sealed class RunningVector(CellVector start)
{
    /// <summary>A change costs at most so much of the whole; below it a merge costs nothing.</summary>
    private const int ShareAtMost = 16;
    private const int CellsAtLeast = 128;

    private CellVector whole = start;
    private CellVector changes = CellVector.Empty;

    /// <summary>At least as many cells as <see cref="Value"/> has; equal when nothing has gathered.</summary>
    public int CountAtMost => whole.Count + changes.Count;

    /// <summary>As it stands; the same object until the next change.</summary>
    public CellVector Value
    {
        get
        {
            if (!changes.IsEmpty) (whole, changes) = (whole.Apply(changes), CellVector.Empty);
            return whole;
        }
    }

    public void Add(CellVector delta)
    {
        changes = changes.Add(delta);
        if (changes.Count > CellsAtLeast + whole.Count / ShareAtMost) _ = Value;
    }
}
