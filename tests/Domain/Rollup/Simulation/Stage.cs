using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

/// <summary>A small settled province for directed schedules: the test says what is held back, everything else flows.</summary>
internal sealed class Stage
{
    private readonly Dictionary<RegionCode, Activation> _directory = [];

    public Stage(WorldRules rules)
    {
        World = new World(rules);
        Simulator = new Simulator(World);
        Province = World.AddRegion(RegionLevel.Province, null);
        City = World.AddRegion(RegionLevel.City, Province);
        County = World.AddRegion(RegionLevel.County, City);
        Town = World.AddRegion(RegionLevel.Town, County);
        OtherTown = World.AddRegion(RegionLevel.Town, County);
        Village = World.AddRegion(RegionLevel.Village, Town);
        OtherVillage = World.AddRegion(RegionLevel.Village, OtherTown);
        Household = World.AddHousehold(Village);
        World.AddHousehold(OtherVillage);
        Assert(Finish() is null, "the stage does not settle");
    }

    public World World { get; }

    public Simulator Simulator { get; }

    public RegionCode Province { get; }

    public RegionCode City { get; }

    public RegionCode County { get; }

    public RegionCode Town { get; }

    public RegionCode OtherTown { get; }

    public RegionCode Village { get; }

    public RegionCode OtherVillage { get; }

    public HouseholdRow Household { get; }

    /// <summary>The activation that messages reach.</summary>
    public Activation At(RegionCode region)
    {
        if (_directory.TryGetValue(region, out var known) && known.Alive) return known;
        var all = Simulator.Of(region);
        return _directory[region] = all.Count > 0 ? all[0] : Simulator.Activate(region);
    }

    /// <summary>From now on messages reach this one.</summary>
    public void Direct(Activation activation) => _directory[activation.Node.Region] = activation;

    /// <summary>A second activation; nothing of its start has run yet.</summary>
    public Activation Twin(RegionCode region)
    {
        At(region);
        return Simulator.Activate(region);
    }

    public void Kill(RegionCode region)
    {
        foreach (var activation in Simulator.Of(region).ToList()) Simulator.Kill(activation);
    }

    public void Write(int @class = 1)
    {
        World.Now++;
        World.Write(Household, @class);
    }

    /// <summary>Delivers and lets gathering times end, except for what is held.</summary>
    public void Flow(Predicate<Mail>? hold = null, Predicate<Activation>? still = null)
    {
        for (var turn = 0; turn < 1_000; turn++)
        {
            var mail = Simulator.Mail.FirstOrDefault(m => hold is null || !hold(m));
            if (mail is not null)
            {
                Simulator.Mail.Remove(mail);
                Simulator.Hand(mail, mail.Only ?? At(mail.To));
                continue;
            }
            var busy = Simulator.Activations.OrderBy(a => a.Key).SelectMany(a => a.Value).FirstOrDefault(a => a.Node.HasWork && still?.Invoke(a) != true);
            if (busy is null) return;
            Simulator.Due(busy);
        }
        throw new InvalidOperationException("messages without end");
    }

    /// <summary>Takes one message out of the network, to be delivered late.</summary>
    public Mail Late(MailKind kind)
    {
        var mail = Simulator.Mail.First(m => m.Kind == kind);
        Simulator.Mail.Remove(mail);
        return mail;
    }

    /// <summary>Runs one statement, or delivers one result, of an activation.</summary>
    public void Step(Activation activation, MailKind kind)
    {
        var mail = Simulator.Mail.First(m => m.Only == activation && m.Kind == kind);
        Simulator.Mail.Remove(mail);
        Simulator.Hand(mail, activation);
    }

    /// <summary>Takes the epoch of a start and hears of it.</summary>
    public void TakeEpoch(Activation activation)
    {
        Step(activation, MailKind.TakeEpoch);
        Step(activation, MailKind.Result);
    }

    /// <summary>Nothing is held any more; then the accounts.</summary>
    public string? Finish() => new Rest(Simulator, new Random(1)).Check();

    /// <summary>As <see cref="Finish"/>, but nothing is started that nobody calls: what the province shows once all is quiet.</summary>
    public string? FinishAtProvince()
    {
        if (new Rest(Simulator, new Random(1)).Settle() is { } open) return open;
        return ProvinceIsRight() ? null : $"province shows {At(Province).Node.Total}, recount {World.Recount(Province)}";
    }

    public bool ProvinceIsRight() => At(Province).Node.Total.Equals(World.Recount(Province));

    private static void Assert(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
