using System.Collections;
using System.Text;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// Finds out by digests what an extract says that the one before did not: per village first, and only where that differs per household. Villages whose digest
/// is the same cost neither a row read nor one written.
/// </summary>
internal sealed class SyncComparison(ExtractTable table, ExtractKey key, SyncReads reads, SyncPlan plan, SyncBatch batch)
{
    private readonly Dictionary<string, long> knownOf = new(StringComparer.Ordinal);

    private bool IsPartial => batch.Trigger == SyncTrigger.Unlocked;

    /// <param name="before">The newest batch that was read; null when there is none.</param>
    /// <param name="booked">Households of approved cases: looked at whether or not the extract says something new about them.</param>
    public async Task RunAsync(SyncBatch? before, IEnumerable<string> booked, CancellationToken ct)
    {
        if (IsPartial) Take(await UnlockedAsync(ct));
        else await CompareAsync(before, booked, ct);
        await MoversAsync(ct);
        Count();
    }

    private async Task<List<string>> UnlockedAsync(CancellationToken ct)
    {
        var codes = await reads.UnlockedAsync(ct);
        plan.Dropped.AddRange(codes.Where(c => !table.Contains(c)));
        return codes;
    }

    private async Task CompareAsync(SyncBatch? before, IEnumerable<string> booked, CancellationToken ct)
    {
        foreach (var slot in plan.Slots) plan.Spoken.Add(plan.RegionOf(slot));
        var differing = await VillagesAsync(ct);
        await HouseholdsAsync(differing, ct);
        if (before is not null) plan.ChangedHere.AddRange((await reads.ChangedHereAsync(before, ct)).Where(table.Contains));
        Take(plan.ChangedHere);
        Take(await reads.WaitingAsync(ct));
        Take(booked);
        // What was refused under another tree of regions, such as a village that there was not, may be right under this one.
        if (batch.Full || before?.TreeVersion != batch.TreeVersion) Take(await reads.RefusedAsync(ct));
        if (batch.Full) foreach (var slot in plan.Slots) plan.Add(slot, SyncLineKind.Changed);
    }

    private void Take(IEnumerable<string> codes)
    {
        foreach (var code in codes)
            if (table.Find(code) is var slot and >= 0) plan.Add(slot, SyncLineKind.Changed);
    }

    /// <returns>By code the number of villages that differ; negative of those in which the extract has nobody any more.</returns>
    private async Task<Dictionary<string, int>> VillagesAsync(CancellationToken ct)
    {
        var (sums, counts) = (new UInt128[table.Villages.Count], new int[table.Villages.Count]);
        foreach (var slot in plan.Slots)
        {
            var village = table.VillageNumberAt(slot);
            sums[village] = unchecked(sums[village] + key.OfHousehold(table.CodeAt(slot), table.SumAt(slot)));
            counts[village]++;
        }
        var stored = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (var (village, region, digest, households) in reads.VillagesAsync(plan.Spoken, ct))
        {
            stored[village] = digest;
            knownOf[region] = knownOf.GetValueOrDefault(region) + households;
        }
        var differing = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var number = 0; number < sums.Length; number++)
        {
            if (counts[number] == 0) continue;
            var code = table.Villages[number] is var village && village == default ? "" : village.ToString();
            var digest = key.Digest(Encoding.ASCII.GetBytes(code), sums[number]);
            if (stored.Remove(code, out var known) && known.AsSpan().SequenceEqual(digest)) continue;
            differing[code] = number;
            plan.Villages.Add(new PlannedVillage(plan.Regions[number], code, digest, counts[number]));
        }
        foreach (var code in stored.Keys)
        {
            differing[code] = -1;
            plan.Villages.Add(new PlannedVillage(plan.Counties.Of(code), code, null, 0));
        }
        return differing;
    }

    private async Task HouseholdsAsync(Dictionary<string, int> differing, CancellationToken ct)
    {
        var known = new BitArray(Math.Max(1, table.Count));
        await foreach (var (code, region, village, digest, _) in reads.HouseholdsAsync(differing.Keys, ct))
        {
            if (table.Find(code) is not (var slot and >= 0))
            {
                if (code.Length == 0) plan.AllHaveCodes = true;
                else plan.Gone.Add(new GoneHousehold(code, region, village));
                continue;
            }
            known[slot] = true;
            if (village != plan.VillageOf(slot) || !digest.AsSpan().SequenceEqual(key.Digest(table.CodeAt(slot), table.SumAt(slot)))) plan.Add(slot, SyncLineKind.Changed);
        }
        var numbers = differing.Values.Where(n => n >= 0).ToHashSet();
        foreach (var slot in plan.Slots)
            if (!known[slot] && numbers.Contains(table.VillageNumberAt(slot))) plan.Add(slot, SyncLineKind.New);
    }

    /// <summary>A household that stands in the register in another county than in the extract lies in no single county's import.</summary>
    private async Task MoversAsync(CancellationToken ct)
    {
        await foreach (var (code, village) in reads.PlacesAsync(plan.Planned.Select(table.TextAt), ct))
        {
            var slot = table.Find(code);
            if (plan.Counties.Of(village) is var county && county != plan.RegionOf(slot) && county != plan.Counties.Root) table.GoWith(slot, plan.NumberOf(plan.Counties.Root));
        }
    }

    private void Count()
    {
        var households = new Dictionary<string, long>(StringComparer.Ordinal);
        void Add(string region, int one) => households[region] = households.GetValueOrDefault(region) + one;
        if (!IsPartial) foreach (var slot in plan.Slots) Add(plan.RegionOf(slot), 1);
        foreach (var slot in plan.Planned)
        {
            var (region, share) = (plan.RegionOf(slot), plan.Shares[table.ShareAt(slot)].Region);
            if (!IsPartial && share != region) Add(region, -1);
            if (IsPartial || share != region) Add(share, 1);
        }
        foreach (var region in households.Keys.Union(plan.Gone.Select(g => g.Region))) plan.NumberOf(region);
        for (var i = 0; i < plan.Shares.Count; i++)
            plan.Shares[i] = plan.Shares[i] with
            {
                Batch = batch.Id, Known = knownOf.GetValueOrDefault(plan.Shares[i].Region),
                Counts = new SyncCounts { Households = households.GetValueOrDefault(plan.Shares[i].Region) },
            };
    }
}
