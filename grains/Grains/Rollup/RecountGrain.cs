using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FangFanPin.Grains.Rollup;

/// <summary>Goes round all regions, from the towns up, some at a time; what differs is built anew and counted as a defect.</summary>
[GrainType("recount")]
public sealed partial class RecountGrain(
    IRollupStore store, IRegions regions, IRegionStructureStore structure, TimeProvider clock, IOptions<RollupOptions> options,
    RollupMetrics metrics, IGrainFactory grains, ILogger<RecountGrain> log) : DatabaseGrain, IRecountGrain
{
    private readonly RecountComparison comparison = new(store, regions, grains);
    private readonly Queue<Region> open = new();
    private IGrainTimer? timer;
    private RecountRound? current;
    private RecountRound? last;
    private long repairs;
    private bool busy;
    private DateTimeOffset restsUntil;

    public Task EnsureAsync()
    {
        DelayDeactivation(TimeSpan.FromMinutes(10));
        // A process that has just begun has better things to do.
        if (timer is null) restsUntil = clock.GetUtcNow() + options.Value.RecountFirst;
        timer ??= this.RegisterGrainTimer(() => StepAsync(), new GrainTimerCreationOptions(options.Value.RecountPause, options.Value.RecountPause) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task StartAsync()
    {
        if (current is null) Begin();
        return EnsureAsync();
    }

    public Task<RecountView> GetAsync() => Task.FromResult(new RecountView { Last = last, Current = current, Repairs = repairs });

    private void Begin()
    {
        if (regions.Tree.Count == 0) return;
        foreach (var region in regions.Tree.All.Where(r => r.Level != RegionLevel.Village).OrderByDescending(r => r.Level).ThenBy(r => r.Code)) open.Enqueue(region);
        current = new RecountRound { StartedAt = clock.GetUtcNow() };
    }

    private async Task StepAsync()
    {
        if (busy) return; // the timer interleaves, the steps do not
        busy = true;
        try
        {
            if (current is null && clock.GetUtcNow() >= restsUntil) Begin();
            if (current is not null) await StepAsync(current);
        }
        finally
        {
            busy = false;
        }
    }

    private async Task StepAsync(RecountRound round)
    {
        var some = new List<Region>();
        while (some.Count < options.Value.RecountAtOnce && open.TryDequeue(out var region)) some.Add(region);
        var results = await Task.WhenAll(some.Select(async region => (Region: region, Differences: await CompareAsync(region))));
        foreach (var (region, differences) in results) round = Add(round, region, differences);
        foreach (var (region, differences) in results)
            if (differences is { Count: > 0 }) await RepairAsync(region, differences);
        current = round;
        if (open.Count > 0) return;
        (last, current) = (round with { EndedAt = clock.GetUtcNow() }, null);
        restsUntil = last.EndedAt.Value + options.Value.RecountRest;
        metrics.RecountEnded(last.Differences);
    }

    private RecountRound Add(RecountRound round, Region region, IReadOnlyList<RecountDifference>? differences)
    {
        var children = regions.Tree.ChildrenOf(region.Code).Length;
        if (differences is null) return round with { RegionsUndecided = round.RegionsUndecided + children };
        return round with
        {
            RegionsCompared = round.RegionsCompared + children,
            Differences = round.Differences + differences.Count,
            Examples = [.. round.Examples.Concat(differences).Take(RecountRound.ExamplesMax)],
        };
    }

    private async Task<IReadOnlyList<RecountDifference>?> CompareAsync(Region region)
    {
        try
        {
            return await comparison.CompareAsync(region);
        }
        catch (Exception fault)
        {
            LogUndecided(fault, region.Code);
            return null;
        }
    }

    /// <summary>New epochs and debts for the region that shows something wrong and for the children that it shows: their next start reads everything again.</summary>
    private async Task RepairAsync(Region region, IReadOnlyList<RecountDifference> differences)
    {
        LogDiffers(region.Code, differences.Count, differences[0]);
        var wrong = differences.Select(d => d.Region).Distinct().Where(code => regions.Tree.Find(code) is not null).Append(region.Code);
        var outcome = await structure.ApplyAsync(new RegionChange.Repair([.. wrong]), "recount", ChinaTime.DayOf(clock.GetUtcNow()));
        if (!outcome.Ok) return;
        repairs++;
        metrics.Repaired();
        foreach (var owing in outcome.Value!.Owing) await grains.Region(owing).NudgeAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Region} differs from the recount in {Cells} cells, first {First}; it is built anew")]
    private partial void LogDiffers(RegionCode region, int cells, RecountDifference first);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Region} could not be recounted in this round")]
    private partial void LogUndecided(Exception fault, RegionCode region);
}
