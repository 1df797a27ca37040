using FangFanPin.Domain.Regions;

namespace FangFanPin.Grains.Rollup;

/// <summary>How long a region gathers before it reads or pushes; longer where vectors are large.</summary>
public sealed class RollupOptions
{
    public TimeSpan GatherVillage { get; set; } = TimeSpan.FromMilliseconds(50);
    public TimeSpan GatherTown { get; set; } = TimeSpan.FromMilliseconds(50);
    public TimeSpan GatherCounty { get; set; } = TimeSpan.FromMilliseconds(60);
    public TimeSpan GatherCity { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How often what had no answer is repeated.</summary>
    public TimeSpan Repeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a push waits for the province; whoever pushed then comes back.</summary>
    /// <remarks>An activation that has to end, e.g. because the silo with its directory entry died, ends when its calls have; until then its region stands still.</remarks>
    public TimeSpan PushWait { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Towns and up stay in memory this long after they have started, unless memory is scarce; villages as long as any grain.</summary>
    /// <remarks>A town that comes back reads every household of its villages: a province of which all towns have left reads itself whole before it stands any change.</remarks>
    public TimeSpan KeepParents { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A debt older than this is nudged; also the first pause between two nudges of a region.</summary>
    public TimeSpan SweepAfter { get; set; } = TimeSpan.FromSeconds(2);
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(1);
    public TimeSpan SweepPauseMost { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The recount compares some regions, pauses, and rests between two rounds.</summary>
    public TimeSpan RecountPause { get; set; } = TimeSpan.FromMilliseconds(250);
    public TimeSpan RecountRest { get; set; } = TimeSpan.FromMinutes(5);
    public TimeSpan RecountFirst { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Regions in one step; 4 of them four times a second read about 15,000 rows a second, and a province takes three minutes.</summary>
    public int RecountAtOnce { get; set; } = 4;

    /// <summary>Due households of one shard in one turn; the rest follows in the next, so that a tick returns well inside the response timeout.</summary>
    public int DueAtOnce { get; set; } = 1024;

    /// <summary>How long a region trusts that its epoch is current before it looks again when it is asked for figures.</summary>
    public TimeSpan TrustEpoch { get; set; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan GatherOf(RegionLevel level) => level switch
    {
        RegionLevel.Village => GatherVillage,
        RegionLevel.Town => GatherTown,
        RegionLevel.County => GatherCounty,
        RegionLevel.City => GatherCity,
        _ => TimeSpan.Zero, // the province accepts at once: nobody above waits
    };
}
