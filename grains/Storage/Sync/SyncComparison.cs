using System.Collections;
using System.Text;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// Finds out by digests what an extract says that the one before did not: per village first, and only where that differs per household. Villages whose digest
/// is the same cost neither a row read nor one written.
/// </summary>
internal sealed class SyncComparison(ExtractTable table, ExtractKey key, SyncReads reads, RegionTree tree, SyncBatch batch)
{
    private readonly SyncPlan plan = new();
    private readonly Counties counties = new(tree);
    private readonly Dictionary<string, long> knownOf = new(StringComparer.Ordinal);
    private string[] regionOf = [];

    /// <param name="before">The newest batch that was read; null when there is none.</param>
    /// <param name="booked">Households of approved cases: looked at whether or not the extract says something new about them.</param>
    public async Task<SyncPlan> RunAsync(SyncBatch? before, IEnumerable<string> booked, CancellationToken ct)
    {
        regionOf = [.. table.Villages.Select(v => v == default ? counties.Root : counties.Of(v))];
        if (batch.Trigger == SyncTrigger.Unlocked) Take(await UnlockedAsync(ct));
        else await CompareAsync(before, booked, ct);
        await MoversAsync(ct);
        Count();
        return plan;
    }

    private async Task<List<string>> UnlockedAsync(CancellationToken ct)
    {
        var codes = await reads.UnlockedAsync(ct);
        plan.Dropped.AddRange(codes.Where(c => !table.Contains(c)));
        return codes;
    }

    private async Task CompareAsync(SyncBatch? before, IEnumerable<string> booked, CancellationToken ct)
    {
        foreach (var slot in Slots()) plan.Spoken.Add(RegionOf(slot));
        var differing = await VillagesAsync(ct);
        await HouseholdsAsync(differing, ct);
        if (before is not null) plan.ChangedHere.AddRange((await reads.ChangedHereAsync(before, ct)).Where(table.Contains));
        Take(plan.ChangedHere);
        Take(await reads.WaitingAsync(ct));
        Take(booked);
        // What was refused under another tree of regions, such as a village that there was not, may be right under this one.
        if (batch.Full || before?.TreeVersion != batch.TreeVersion) Take(await reads.RefusedAsync(ct));
        if (batch.Full) foreach (var slot in Slots()) Plan(slot, SyncLineKind.Changed);
    }

    private IEnumerable<int> Slots() => Enumerable.Range(0, table.Count);
    private string RegionOf(int slot) => regionOf[table.VillageNumberAt(slot)];
    private string VillageOf(int slot) => table.VillageAt(slot) is var village && village == default ? "" : village.ToString();

    private void Take(IEnumerable<string> codes)
    {
        foreach (var code in codes)
            if (table.Find(code) is var slot and >= 0) Plan(slot, SyncLineKind.Changed);
    }

    private void Plan(int slot, SyncLineKind kind)
    {
        var code = table.TextAt(slot);
        plan.Lines.TryAdd(code, new PlannedLine(slot, code, kind, RegionOf(slot), VillageOf(slot), key.Digest(table.CodeAt(slot), table.SumAt(slot)), null) { Share = RegionOf(slot) });
    }

    /// <returns>By code the number of villages that differ; negative of those in which the extract has nobody any more.</returns>
    private async Task<Dictionary<string, int>> VillagesAsync(CancellationToken ct)
    {
        var (sums, counts) = (new UInt128[table.Villages.Count], new int[table.Villages.Count]);
        foreach (var slot in Slots())
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
            plan.Villages.Add(new PlannedVillage(regionOf[number], code, digest, counts[number]));
        }
        foreach (var code in stored.Keys)
        {
            differing[code] = -1;
            plan.Villages.Add(new PlannedVillage(counties.Of(code), code, null, 0));
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
                plan.Lines[code] = new PlannedLine(-1, code, SyncLineKind.Disappeared, region, village, null, null) { Share = region };
                continue;
            }
            known[slot] = true;
            if (village != VillageOf(slot) || !digest.AsSpan().SequenceEqual(key.Digest(table.CodeAt(slot), table.SumAt(slot)))) Plan(slot, SyncLineKind.Changed);
        }
        var numbers = differing.Values.Where(n => n >= 0).ToHashSet();
        foreach (var slot in Slots())
            if (!known[slot] && numbers.Contains(table.VillageNumberAt(slot))) Plan(slot, SyncLineKind.New);
    }

    /// <summary>A household that stands in the register in another county than in the extract lies in no single county's import.</summary>
    private async Task MoversAsync(CancellationToken ct)
    {
        var places = await reads.PlacesAsync(plan.Lines.Values.Where(l => l.Slot >= 0).Select(l => l.Code), ct);
        foreach (var (code, village) in places)
            if (plan.Lines[code] is var line && counties.Of(village) is var county && county != line.Region && county != counties.Root)
                plan.Lines[code] = line with { Share = counties.Root };
    }

    private void Count()
    {
        var households = new Dictionary<string, long>(StringComparer.Ordinal);
        if (batch.Trigger != SyncTrigger.Unlocked)
            foreach (var slot in Slots()) households[RegionOf(slot)] = households.GetValueOrDefault(RegionOf(slot)) + 1;
        foreach (var line in plan.Lines.Values.Where(l => l.Slot >= 0))
        {
            var unlocked = batch.Trigger == SyncTrigger.Unlocked;
            if (!unlocked && line.Share != line.Region) households[line.Region]--;
            if (unlocked || line.Share != line.Region) households[line.Share] = households.GetValueOrDefault(line.Share) + 1;
        }
        foreach (var region in households.Keys.Union(plan.Lines.Values.Select(l => l.Share)).ToList())
            plan.Shares[region] = new SyncShare
            {
                Batch = batch.Id, Region = region, Known = knownOf.GetValueOrDefault(region),
                Counts = new SyncCounts { Households = households.GetValueOrDefault(region) },
            };
    }
}
