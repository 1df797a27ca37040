namespace FangFanPin.Storage.Sync;

/// <summary>The first pass over one file: neighbouring rows of a household are added up here, and go into the table together.</summary>
internal sealed class DigestSink(ExtractTable table, ExtractKey key) : IRowSink
{
    private readonly byte[] code = new byte[32], area = new byte[64];
    private int codeLength, areaLength;
    private bool open;
    private long seed;
    private UInt128 sum;

    public long Rows { get; private set; }

    public void Begin(ExtractSheet sheet) => seed = key.SeedOf(sheet);

    public void Take(ReadOnlySpan<byte> row, ReadOnlySpan<byte> household, ReadOnlySpan<byte> village)
    {
        Rows++;
        if (!open || !household.SequenceEqual(code.AsSpan(0, codeLength)))
        {
            End();
            household.CopyTo(code);
            (codeLength, areaLength, open) = (household.Length, 0, true);
        }
        if (areaLength == 0 && village.Length is > 0 and <= 64)
        {
            village.CopyTo(area);
            areaLength = village.Length;
        }
        sum = unchecked(sum + ExtractKey.OfRow(row, seed));
    }

    public void End()
    {
        if (!open) return;
        table.Add(code.AsSpan(0, codeLength), area.AsSpan(0, areaLength), sum);
        (sum, open) = (0, false);
    }
}

/// <summary>The second pass: rows of households that matter go to the share that they belong to.</summary>
internal sealed class FilterSink(ExtractTable table, Func<Fate, int, ExtractSheet, IRowTarget> targetOf) : IRowSink
{
    private readonly byte[] code = new byte[32];
    private int codeLength = -1;
    private ExtractSheet sheet = null!;
    private IRowTarget? target;

    public void Begin(ExtractSheet next) => (sheet, codeLength) = (next, -1);

    public void Take(ReadOnlySpan<byte> row, ReadOnlySpan<byte> household, ReadOnlySpan<byte> area)
    {
        if (codeLength < 0 || !household.SequenceEqual(code.AsSpan(0, codeLength)))
        {
            household.CopyTo(code);
            codeLength = household.Length;
            target = table.Find(household) is var slot and >= 0 && table.FateAt(slot) is var fate and not Fate.None ? targetOf(fate, table.ShareAt(slot), sheet) : null;
        }
        target?.Append(row);
    }

    public void End() => target = null;
}

/// <summary>Takes the rows of one csv file that an import will read.</summary>
internal interface IRowTarget
{
    void Append(ReadOnlySpan<byte> row);
}
