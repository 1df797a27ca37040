using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

/// <summary>The database of the simulation: every method is one transaction.</summary>
internal sealed class World(WorldRules rules)
{
    public const int CountMeasure = 2;

    private readonly SortedDictionary<(RegionCode Target, string Subject), (long Version, long At)> _owed = [];
    private long _lastCode = 410000000000;

    public WorldRules Rules => rules;

    /// <summary>Counts events; stands for the database's clock.</summary>
    public long Now { get; set; }

    public long LastStructureChange { get; private set; }

    public SortedDictionary<RegionCode, RegionRow> Regions { get; } = [];

    public List<HouseholdRow> Households { get; } = [];

    public int OwedCount => _owed.Count;

    public IEnumerable<RegionCode> OwedTargets => _owed.Keys.Select(k => k.Target).Distinct().ToList();

    public RegionCode AddRegion(RegionLevel level, RegionCode? parent)
    {
        var code = RegionCode.Parse((_lastCode++).ToString());
        Regions.Add(code, new RegionRow { Code = code, Level = level, Parent = parent });
        return code;
    }

    public HouseholdRow AddHousehold(RegionCode village)
    {
        var row = new HouseholdRow { Code = $"h{Households.Count}", Number = Households.Count, Village = village, MovedAt = Now };
        Households.Add(row);
        Write(row, 0);
        return row;
    }

    public void Write(HouseholdRow row, int @class)
    {
        row.Version++;
        row.Class = @class;
        row.Writes.Add((Now, row.Version));
        Owe(row.Village, row.Code, row.Version, Now);
    }

    public void MoveHousehold(HouseholdRow row, RegionCode village)
    {
        var from = row.Village;
        (row.Village, row.MovedAt) = (village, Now);
        Write(row, row.Class);
        Owe(from, row.Code, row.Version, Now);
    }

    public EpochGrant? TakeEpoch(RegionCode region)
    {
        if (!Regions.TryGetValue(region, out var row) || !row.Live) return null;
        row.Epoch++;
        return new EpochGrant(row.Epoch, row.Parent, row.Parent is { } parent ? Regions[parent].Epoch : 0);
    }

    public VillageSnapshot ReadVillage(RegionCode village) => new(Regions[village].Epoch, SumOf(village), DebtsOf(village));

    public ChildrenSnapshot ReadChildren(RegionCode region)
    {
        var row = Regions[region];
        var known = row.Level == RegionLevel.Town && rules.TownReadsVillages;
        var children = Regions.Values.Where(r => r.Live && r.Parent == region).Select(r => new ChildSnapshot(r.Code, r.Epoch, known ? SumOf(r.Code) : null));
        return new ChildrenSnapshot(row.Epoch, [.. children], DebtsOf(region));
    }

    public OwnSnapshot ReadOwn(RegionCode region) =>
        Regions.TryGetValue(region, out var row) && row.Live ? new OwnSnapshot(row.Epoch, DebtsOf(region)) : new OwnSnapshot(null, []);

    public SettlementResult Settle(Settlement settlement)
    {
        if (FirstThatFailed(settlement) is { } failed) return new SettlementResult(failed);
        foreach (var debt in settlement.Debts)
        {
            var key = (settlement.Target, debt.Subject);
            if (_owed.TryGetValue(key, out var owed) && (!rules.CompareVersions || owed.Version <= debt.Version)) _owed.Remove(key);
        }
        return new SettlementResult(null);
    }

    /// <summary>Another parent for a region of any level.</summary>
    public void MoveRegion(RegionCode region, RegionCode parent)
    {
        var row = Regions[region];
        var before = row.Parent!.Value;
        if (before == parent) return;
        row.Parent = parent;
        Changed(region, before, parent);
    }

    /// <summary>A region ends; what was below it stands below another of the same level.</summary>
    public void Merge(RegionCode region, RegionCode into)
    {
        var row = Regions[region];
        foreach (var child in Regions.Values.Where(r => r.Live && r.Parent == region)) child.Parent = into;
        foreach (var household in Households.Where(h => h.Village == region))
        {
            (household.Village, household.MovedAt) = (into, Now);
            household.Version++;
            household.Writes.Add((Now, household.Version));
        }
        row.Live = false;
        row.Epoch++;
        var oldest = _owed.Where(o => o.Key.Target == region).Select(o => o.Value.At).Append(Now).Min();
        foreach (var key in _owed.Keys.Where(k => k.Target == region).ToList()) _owed.Remove(key);
        var parents = new[] { row.Parent!.Value, Regions[into].Parent!.Value };
        Changed([into, .. parents, .. Regions.Values.Where(r => r.Live && r.Parent == into).Select(r => r.Code)], oldest);
    }

    /// <summary>A new region beside an old one takes some of what is below it.</summary>
    public void Split(RegionCode region, Random random)
    {
        var row = Regions[region];
        var made = AddRegion(row.Level, row.Parent);
        foreach (var household in Households.Where(h => h.Village == region && random.Next(2) == 0))
        {
            (household.Village, household.MovedAt) = (made, Now);
            household.Version++;
            household.Writes.Add((Now, household.Version));
        }
        var moved = Regions.Values.Where(r => r.Live && r.Parent == region && random.Next(2) == 0).ToList();
        foreach (var child in moved) child.Parent = made;
        Changed([region, made, row.Parent!.Value, .. moved.Select(m => m.Code)], Now);
    }

    /// <summary>What a recount says: every household below the region.</summary>
    public CellVector Recount(RegionCode region) => CellVector.Sum(Below(region).Where(r => r.Level == RegionLevel.Village).Select(r => SumOf(r.Code)));

    /// <summary>Every write before this is in the region's figure.</summary>
    public long AsOf(RegionCode region)
    {
        var below = Below(region).Select(r => r.Code).ToHashSet();
        return _owed.Where(o => below.Contains(o.Key.Target)).Select(o => o.Value.At).Append(Now).Min();
    }

    public bool IsBelow(RegionCode region, RegionCode top)
    {
        for (RegionCode? at = region; at is { } code; at = Regions[code].Parent)
            if (code == top) return true;
        return false;
    }

    public static Cell CellOf(HouseholdRow household) => Cell.Of(1, 1, 0, household.Number);

    private IEnumerable<RegionRow> Below(RegionCode top) => Regions.Values.Where(r => r.Live && IsBelow(r.Code, top));

    private CellVector SumOf(RegionCode village)
    {
        var sum = new CellVector.Builder();
        foreach (var household in Households)
            if (household.Village == village) AddTo(sum, household);
        return sum.Build();
    }

    public static void AddTo(CellVector.Builder sum, HouseholdRow household) =>
        sum.Add(CellOf(household), household.Version).Add(Cell.Of(CountMeasure, 1, household.Class));

    public ImmutableArray<Debt> DebtsOf(RegionCode target) =>
        [.. _owed.Where(o => o.Key.Target == target).Select(o => new Debt(o.Key.Subject, o.Value.Version))];

    private void Owe(RegionCode target, string subject, long version, long at)
    {
        var key = (target, subject);
        _owed[key] = _owed.TryGetValue(key, out var owed) ? (Math.Max(owed.Version, version), Math.Min(owed.At, at)) : (version, at);
    }

    private void Changed(params RegionCode[] regions) => Changed(regions, Now);

    private void Changed(RegionCode[] regions, long oldest)
    {
        LastStructureChange = Now;
        if (!rules.StructureEpochs) return;
        foreach (var region in regions.Distinct())
        {
            var row = Regions[region];
            row.Epoch++;
            Owe(region, Debt.Structure, row.Epoch, oldest);
        }
    }

    private RegionCode? FirstThatFailed(Settlement settlement)
    {
        var path = settlement.Path;
        for (var i = 0; i < path.Length; i++)
        {
            if (i == 0 ? !rules.FenceOwnEpoch : !rules.FencePath) continue;
            var row = Regions[path[i].Region];
            if (!row.Live || row.Epoch != path[i].Epoch) return row.Code;
            if (!rules.FencePath || (i == path.Length - 1 && !rules.Node.SettleAtProvince)) continue;
            if (row.Parent != (i + 1 < path.Length ? path[i + 1].Region : null)) return row.Code;
        }
        return null;
    }
}

internal sealed class RegionRow
{
    public required RegionCode Code { get; init; }

    public required RegionLevel Level { get; init; }

    public RegionCode? Parent { get; set; }

    public long Epoch { get; set; }

    public bool Live { get; set; } = true;
}

internal sealed class HouseholdRow
{
    public required string Code { get; init; }

    public required int Number { get; init; }

    public required RegionCode Village { get; set; }

    public long MovedAt { get; set; }

    public long Version { get; set; }

    public int Class { get; set; }

    public List<(long At, long Version)> Writes { get; } = [];
}
