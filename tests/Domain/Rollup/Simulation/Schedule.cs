using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

/// <summary>One random history from one seed: disorder for a number of steps, then rest, then every figure against a recount.</summary>
internal sealed class Schedule
{
    private readonly Random _random;
    private readonly Simulator _simulator;
    private readonly World _world;
    private readonly bool _moveRegions;
    private readonly int _calm;

    public Schedule(int seed, WorldRules? rules = null)
    {
        _random = new Random(seed);
        _world = new World((rules ?? WorldRules.All) with { TownReadsVillages = _random.Next(2) == 0 });
        _simulator = new Simulator(_world);
        _moveRegions = _random.Next(4) != 0;
        _calm = _random.Next(4) switch { 0 => 0, 1 => 1, 2 => 4, _ => 12 };
        Populate();
        if (_random.Next(2) == 0) new Rest(_simulator, _random).Settle(); // half of the histories begin with everything up and settled
    }

    public int Steps { get; private set; }

    /// <summary>Null when every figure was right at rest and every answer on the way was truthful; otherwise what was wrong.</summary>
    public string? Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            _world.Now++;
            Steps++;
            if (Step() is { } lie) return $"step {i}: {lie}";
        }
        return new Rest(_simulator, _random).Check();
    }

    private void Populate()
    {
        var province = _world.AddRegion(RegionLevel.Province, null);
        RegionCode[] cities = [.. Enumerable.Range(0, 2).Select(_ => _world.AddRegion(RegionLevel.City, province))];
        RegionCode[] counties = [.. Enumerable.Range(0, 3).Select(i => _world.AddRegion(RegionLevel.County, cities[i % 2]))];
        RegionCode[] towns = [.. Enumerable.Range(0, 4).Select(i => _world.AddRegion(RegionLevel.Town, counties[i % 3]))];
        RegionCode[] villages = [.. Enumerable.Range(0, 6).Select(i => _world.AddRegion(RegionLevel.Village, towns[i % 4]))];
        for (var i = 0; i < 6; i++) _world.AddHousehold(villages[i % 5]);
    }

    private string? Step()
    {
        var dice = _random.Next(1000);
        if (dice < 700 && _simulator.Mail.Count > 0) Deliver();
        else if (dice < 750) Write();
        else if (dice < 760) MoveHousehold();
        else if (dice < 766) return Rarely() ? ChangeTree() : null;
        else if (dice < 786) return Rarely() ? Crash() : null;
        else if (dice < 794) return Rarely() ? Twin() : null;
        else if (dice < 810) Nudge();
        else if (dice < 850) return Query();
        else if (AnyActivation() is { } activation)
        {
            if (dice < 960) _simulator.Due(activation);
            else _simulator.Tick(activation);
        }
        return null;
    }

    /// <summary>Some histories are wild, some calm enough that everything settles now and then.</summary>
    private bool Rarely() => _random.Next(_calm + 1) == 0;

    private string? Twin()
    {
        _simulator.Activate(AnyRegion().Code);
        return null;
    }

    private void Deliver()
    {
        var at = _random.Next(Math.Min(_simulator.Mail.Count, 12)); // mostly in order, but never surely
        if (_random.Next(10) == 0) at = _random.Next(_simulator.Mail.Count);
        var mail = _simulator.Mail[at];
        var fate = mail.IsMessage && Rarely() ? _random.Next(100) : 99;
        if (fate < 4)
        {
            _simulator.Mail.RemoveAt(at);
            mail.Lose?.Invoke();
            return;
        }
        if (fate < 7) mail.Lose?.Invoke(); // a timeout; the message itself is still under way
        if (fate >= 10 && fate != 11) _simulator.Mail.RemoveAt(at); // else it will come again
        _simulator.Hand(mail, mail.Only ?? Route(mail.To));
    }

    /// <summary>Mostly the newest activation, often any of them, and a new one when there is none.</summary>
    private Activation Route(RegionCode region)
    {
        var all = _simulator.Of(region);
        if (all.Count == 0 || (all.Count < 3 && _random.Next(100) < 2)) return _simulator.Activate(region);
        return _random.Next(10) < 3 ? all[_random.Next(all.Count)] : all[^1];
    }

    private void Write()
    {
        var household = AnyHousehold();
        _world.Write(household, _random.Next(3));
        _simulator.Nudge(household.Village, household);
    }

    private void MoveHousehold()
    {
        var (household, village) = (AnyHousehold(), Any(RegionLevel.Village));
        var from = household.Village;
        if (village is null || village.Code == from) return;
        _world.MoveHousehold(household, village.Code);
        _simulator.Nudge(from, household);
        _simulator.Nudge(village.Code, household);
    }

    private string? ChangeTree()
    {
        if (!_moveRegions || Any((RegionLevel)_random.Next(1, 5)) is not { } region) return null;
        switch (_random.Next(4))
        {
            case 0 or 1 when Any(region.Level - 1) is { } parent:
                _world.MoveRegion(region.Code, parent.Code);
                break;
            case 2 when Any(region.Level) is { } into && into != region:
                _world.Merge(region.Code, into.Code);
                break;
            case 3 when _world.Regions.Count < 40:
                _world.Split(region.Code, _random);
                break;
        }
        return null;
    }

    private string? Crash()
    {
        if (AnyActivation() is not { } victim) return null;
        // Now and then a silo: what happened to stand on it dies together.
        var share = _random.Next(6) == 0 ? 2 : int.MaxValue;
        foreach (var activation in _simulator.Activations.Values.SelectMany(a => a).ToList())
            if (activation == victim || (share == 2 && _random.Next(share) == 0)) _simulator.Kill(activation);
        return null;
    }

    private void Nudge()
    {
        foreach (var target in _world.OwedTargets)
            if (_random.Next(2) == 0) _simulator.Nudge(target);
    }

    /// <summary>An answer is complete, from a current activation, and holds every write before its moment.</summary>
    private string? Query()
    {
        if (AnyActivation() is not { Node: { Complete: true } node }) return null;
        if (!_world.Regions[node.Region].Live || _world.Regions[node.Region].Epoch != node.Epoch) return null;
        var asOf = _world.AsOf(node.Region);
        if (_world.LastStructureChange >= asOf) return null;
        foreach (var household in _world.Households.Where(h => h.MovedAt < asOf && _world.IsBelow(h.Village, node.Region)))
        {
            var promised = household.Writes.Where(w => w.At < asOf).Select(w => w.Version).DefaultIfEmpty(0).Max();
            var shown = node.Total[World.CellOf(household)];
            if (shown < promised) return $"{node.Level} {node.Region} shows version {shown} of {household.Code} and promised {promised} as of {asOf}";
        }
        return null;
    }

    private HouseholdRow AnyHousehold() => _world.Households[_random.Next(_world.Households.Count)];

    private RegionRow AnyRegion() => Any((RegionLevel)_random.Next(5)) ?? Any(RegionLevel.Province)!;

    private RegionRow? Any(RegionLevel level)
    {
        var all = _world.Regions.Values.Where(r => r.Live && r.Level == level).ToList();
        return all.Count == 0 ? null : all[_random.Next(all.Count)];
    }

    private Activation? AnyActivation()
    {
        var count = _simulator.Activations.Values.Sum(a => a.Count);
        return count == 0 ? null : _simulator.Activations.OrderBy(a => a.Key).SelectMany(a => a.Value).ElementAt(_random.Next(count));
    }
}
