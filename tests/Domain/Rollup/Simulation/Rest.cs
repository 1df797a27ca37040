using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

/// <summary>Nothing is lost any more: everything under way arrives, the sweeper and the timers run, until nothing happens. Then the accounts are checked.</summary>
internal sealed class Rest(Simulator simulator, Random random)
{
    private const int RoundsMax = 80;
    private readonly Dictionary<RegionCode, Activation> _directory = [];

    /// <summary>Null when nothing is owed and every activation that can be asked shows the recount.</summary>
    public string? Check() => Settle() ?? Ask();

    /// <summary>Null when quiet; otherwise what would not come to rest.</summary>
    public string? Settle()
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            Quieten();
            var open = Everyone().Any(a => a.Node.IsUnsettled);
            if (simulator.World.OwedCount == 0 && !open) return null;
            foreach (var target in simulator.World.OwedTargets) simulator.Nudge(target);
            foreach (var activation in Everyone()) simulator.Tick(activation);
        }
        var owed = simulator.World.OwedTargets.Select(t => $"{simulator.World.Regions[t].Level} {t}: {string.Join(' ', simulator.World.DebtsOf(t))}");
        return simulator.World.OwedCount > 0 ? $"still owed after {RoundsMax} rounds: {string.Join("; ", owed)}" : "activations that never settle";
    }

    /// <summary>Delivers everything and lets every gathering time end, until neither is left.</summary>
    public void Quieten()
    {
        for (var turn = 0; turn < 10_000; turn++)
        {
            if (simulator.Mail.Count > 0)
            {
                var batch = simulator.Mail.ToList();
                simulator.Mail.Clear();
                foreach (var mail in batch) simulator.Hand(mail, mail.Only ?? Route(mail.To));
                continue;
            }
            var busy = Everyone().Where(a => a.Node.HasWork).ToList();
            if (busy.Count == 0) return;
            foreach (var activation in busy) simulator.Due(activation);
        }
        throw new InvalidOperationException("messages without end");
    }

    private string? Ask()
    {
        foreach (var region in simulator.World.Regions.Values.Where(r => r.Live).ToList())
        {
            // Whoever is asked looks at its own epoch row first; a twin that is not current gives way, and the next call starts a new one.
            while (simulator.Of(region.Code).FirstOrDefault(a => a.Node.Epoch != region.Epoch) is { } old) simulator.Kill(old);
            if (simulator.Of(region.Code).Count == 0) simulator.Activate(region.Code);
        }
        if (Settle() is { } open) return open;
        foreach (var region in simulator.World.Regions.Values.Where(r => r.Live))
        {
            var recount = simulator.World.Recount(region.Code);
            foreach (var activation in simulator.Of(region.Code).Where(a => a.Node.Epoch == region.Epoch))
                if (!activation.Node.Total.Equals(recount)) return $"{region.Level} {region.Code} shows {activation.Node.Total}, recount {recount}";
        }
        return null;
    }

    private List<Activation> Everyone() => [.. simulator.Activations.OrderBy(a => a.Key).SelectMany(a => a.Value)];

    /// <summary>One activation per region from now on: any of those that live, not surely the newest.</summary>
    private Activation Route(RegionCode region)
    {
        if (_directory.TryGetValue(region, out var known) && known.Alive) return known;
        var all = simulator.Of(region);
        return _directory[region] = all.Count == 0 ? simulator.Activate(region) : all[random.Next(all.Count)];
    }
}
