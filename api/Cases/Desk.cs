using System.Runtime.CompilerServices;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Cases;

/// <summary>What an officer handles: the steps of the own level, in the villages whose handler is exactly their region.</summary>
internal sealed class Desk(IRegions regions, ICaseAreas areas)
{
    private static readonly RegionLevel[] StepLevels = [RegionLevel.Village, RegionLevel.Town, RegionLevel.County];
    private readonly ConditionalWeakTable<RegionTree, Dictionary<RegionCode, IReadOnlyList<HandledVillages>>> known = [];

    public RegionTree Tree => regions.Tree;

    public IReadOnlyList<HandledVillages> Of(Caller caller)
    {
        var tree = regions.Tree;
        var desks = known.GetOrCreateValue(tree);
        lock (desks)
        {
            if (!desks.TryGetValue(caller.Region, out var desk)) desks[caller.Region] = desk = Find(tree, caller.Region);
            return desk;
        }
    }

    private List<HandledVillages> Find(RegionTree tree, RegionCode region)
    {
        if (tree.Find(region) is not { Level: > RegionLevel.Province }) return []; // the province sees and urges, it handles nothing
        string[] villages = [.. tree.VillagesBelow(region).Select(v => v.Code.ToString())];
        return [.. StepLevels.Select(level => new HandledVillages(level, [.. villages.Where(v => areas.HandlerOf(v, level)?.Code == region)])).Where(h => h.Villages.Count > 0)];
    }

    public static CaseActor ActorOf(Caller caller) =>
        CaseActor.Officer(caller.ToActor());
}
