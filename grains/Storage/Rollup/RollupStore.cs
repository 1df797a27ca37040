using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Rollup;

/// <summary>The statements of the roll-up: each kind has a lane that gathers the requests of all regions of this process into one statement.</summary>
/// <remarks>A lane works one batch at a time, so whoever asks while one runs shares the next: no time is spent waiting for company.</remarks>
public sealed class RollupStore : IRollupStore, IAsyncDisposable
{
    /// <summary>A town's children bring about 900 contributions with them.</summary>
    private const int TownsPerStatement = 24;
    private const int RegionsPerStatement = 256;

    private readonly OpenDebtsReader debts;
    private readonly BatchLane<RegionItem<EpochGrant?>, EpochGrant?> epochs;
    private readonly BatchLane<RegionItem<VillageSnapshot>, VillageSnapshot>[] villages;
    private readonly BatchLane<ChildrenItem, ChildrenSnapshot>[] children;
    private readonly BatchLane<RegionItem<OwnSnapshot>, OwnSnapshot> own;
    private readonly BatchLane<SettlementItem, SettlementResult>[] settlements;

    public RollupStore(NpgsqlDataSource database, IRegions regions, TimeProvider clock, ILogger<RollupStore> logger)
    {
        var options = new RecordsOptions { BatchRowsMax = RegionsPerStatement, QueueMax = 65_536 };
        var towns = options with { BatchRowsMax = TownsPerStatement };
        var retry = new DatabaseRetry(database, options, logger);
        debts = new OpenDebtsReader(database, regions, clock);
        epochs = new(options, batch => EpochStatement.RunAsync(retry, batch));
        villages = Lanes(() => new BatchLane<RegionItem<VillageSnapshot>, VillageSnapshot>(options, batch => VillageStatement.RunAsync(retry, batch)));
        children = Lanes(() => new BatchLane<ChildrenItem, ChildrenSnapshot>(towns, batch => ChildrenStatement.RunAsync(retry, batch)));
        own = new(options, batch => OwnStatement.RunAsync(retry, batch));
        settlements = Lanes(() => new BatchLane<SettlementItem, SettlementResult>(options, batch => SettlementStatement.RunAsync(retry, batch)));
    }

    public Task<EpochGrant?> TakeEpochAsync(RegionCode region, CancellationToken ct) => epochs.AskAsync(new(region), ct);

    public Task<VillageSnapshot> ReadVillageAsync(RegionCode village, CancellationToken ct) => LaneOf(villages, village).AskAsync(new(village), ct);

    public Task<ChildrenSnapshot> ReadChildrenAsync(RegionCode region, RegionLevel level, CancellationToken ct) =>
        LaneOf(children, region).AskAsync(new(region, withVectors: level == RegionLevel.Town), ct);

    public Task<OwnSnapshot> ReadOwnAsync(RegionCode region, CancellationToken ct) => own.AskAsync(new(region), ct);

    public Task<SettlementResult> SettleAsync(Settlement settlement, CancellationToken ct) => LaneOf(settlements, settlement.Target).AskAsync(new(settlement), ct);

    public Task<OpenDebts> OpenDebtsAsync(CancellationToken ct) => debts.ReadAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await epochs.DisposeAsync();
        await own.DisposeAsync();
        foreach (var lane in villages) await lane.DisposeAsync();
        foreach (var lane in children) await lane.DisposeAsync();
        foreach (var lane in settlements) await lane.DisposeAsync();
    }

    private static T[] Lanes<T>(Func<T> lane) => [lane(), lane()];

    /// <summary>A region always takes the same lane: its requests stay in order.</summary>
    private static T LaneOf<T>(T[] lanes, RegionCode region) => lanes[(int)((region.Number / 1000 ^ region.Number) % lanes.Length)];
}

/// <summary>One region's request.</summary>
internal class RegionItem<TAnswer>(RegionCode region) : LaneItem<TAnswer>
{
    public RegionCode Region => region;

    public override string Key { get; } = region.ToString();
}

internal sealed class ChildrenItem(RegionCode region, bool withVectors) : RegionItem<ChildrenSnapshot>(region)
{
    public bool WithVectors => withVectors;
}

internal sealed class SettlementItem(Settlement settlement) : RegionItem<SettlementResult>(settlement.Target)
{
    public Settlement Settlement => settlement;
}
