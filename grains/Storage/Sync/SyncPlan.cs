using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>A household that the extract does not name any more.</summary>
internal sealed record GoneHousehold(string Code, string Region, string Village);

/// <param name="Digest">Null: the extract has nobody there any more.</param>
internal sealed record PlannedVillage(string Share, string Village, byte[]? Digest, int Households);

/// <param name="Changes">What would change: ours as old, the national system's as new.</param>
internal sealed record PlannedPending(string Code, string Region, string CaseId, IReadOnlyList<FieldChange> Changes);

/// <summary>An open procedure and its household in the extract.</summary>
internal sealed record OpenCase(string Id, string Kind, string Step, string Household);

/// <summary>
/// What a batch will do, before anything is stored. What is planned for a household of the extract stands in the table, so that a first synchronisation, in
/// which every household is planned, needs no more memory than any other.
/// </summary>
internal sealed class SyncPlan(ExtractTable table, RegionTree tree)
{
    private readonly Dictionary<string, short> numbers = new(StringComparer.Ordinal);
    private readonly Counties counties = new(tree);
    private string[] regionOf = [], villageOf = [];

    /// <summary>Shares by their numbers, which the table holds.</summary>
    public List<SyncShare> Shares { get; } = [];
    public List<GoneHousehold> Gone { get; } = [];
    public List<PlannedVillage> Villages { get; } = [];
    public List<PlannedPending> Pending { get; } = [];

    /// <summary>Households whose waiting values are of no use any more: the extract does not name them.</summary>
    public List<string> Dropped { get; } = [];

    /// <summary>Households that somebody has changed here since the batch before.</summary>
    public List<string> ChangedHere { get; } = [];

    /// <summary>There were rows without a code, and there are none any more: nobody has disappeared by that.</summary>
    public bool AllHaveCodes { get; set; }

    /// <summary>Regions that the extract speaks about: nobody of other counties has disappeared.</summary>
    public HashSet<string> Spoken { get; } = new(StringComparer.Ordinal);

    public Counties Counties => counties;
    public IEnumerable<int> Slots => Enumerable.Range(0, table.Count);
    public IEnumerable<int> Planned => Slots.Where(table.IsPlanned);
    public string RegionOf(int slot) => Regions[table.VillageNumberAt(slot)];

    /// <summary>Empty when none is known.</summary>
    public string VillageOf(int slot) => Named(ref villageOf, v => v == default ? "" : v.ToString())[table.VillageNumberAt(slot)];

    /// <summary>By the table's numbers of villages.</summary>
    public string[] Regions => Named(ref regionOf, v => v == default ? counties.Root : counties.Of(v));

    public void Add(int slot, SyncLineKind kind) => table.Plan(slot, kind, NumberOf(RegionOf(slot)));

    public short NumberOf(string region)
    {
        if (numbers.TryGetValue(region, out var number)) return number;
        Shares.Add(new SyncShare { Batch = Guid.Empty, Region = region });
        return numbers[region] = (short)(Shares.Count - 1);
    }

    private string[] Named(ref string[] names, Func<RegionCode, string> name) =>
        names.Length == table.Villages.Count ? names : names = [.. table.Villages.Select(name)];
}

/// <summary>To which county a village of the extract belongs, by the tree of today.</summary>
internal sealed class Counties(RegionTree tree)
{
    private const long Town = 1_000_000;
    private readonly Dictionary<RegionCode, string> known = [];

    public string Root { get; } = tree.Root?.Code.ToString() ?? "";

    /// <returns>The province where no county is known.</returns>
    public string Of(RegionCode village)
    {
        if (known.TryGetValue(village, out var county)) return county;
        return known[village] = Find(village) ?? Root;
    }

    public string Of(string village) => RegionCode.TryParse(village, out var code) ? Of(code) : Root;

    private string? Find(RegionCode village)
    {
        if (tree.PathTo(village).FirstOrDefault(r => r.Level == RegionLevel.County) is { } county) return county.Code.ToString();
        // A village that has ended or never was: its first digits may still name a county, whose people should see the refusal.
        return tree.Find($"{village.Number / Town * Town:D12}") is { Level: RegionLevel.County } named ? named.Code.ToString() : null;
    }
}
