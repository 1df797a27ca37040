namespace FangFanPin.Storage.Audit;

/// <summary>
/// Where entries may still appear that stand in no checkpoint: the gaps between the ids that are taken. Ids are given out in order, so they are few, whatever
/// is taken.
/// </summary>
internal sealed class UntakenIds(long from)
{
    /// <summary>Both ends excluded, ascending; the last has no end.</summary>
    private List<(long Above, long Below)> gaps = [(from, long.MaxValue)];

    public long[] Above => [.. gaps.Select(g => g.Above)];
    public long[] Below => [.. gaps.Select(g => g.Below)];

    /// <param name="ids">Ascending.</param>
    public void Take(IReadOnlyList<long> ids)
    {
        var (left, next) = (new List<(long, long)>(), 0);
        foreach (var (from, below) in gaps)
        {
            var above = from;
            for (; next < ids.Count && ids[next] < below; next++)
            {
                if (ids[next] <= above) continue;
                Add(left, above, ids[next]);
                above = ids[next];
            }
            Add(left, above, below);
        }
        gaps = left;
    }

    /// <summary>Nothing appears any more up to this id.</summary>
    public void Settle(long id) => gaps = [.. gaps.Where(g => g.Below - 1 > id).Select(g => (Math.Max(g.Above, id), g.Below))];

    private static void Add(List<(long, long)> gaps, long above, long below)
    {
        if (below - above > 1) gaps.Add((above, below));
    }
}
