using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Rollup;

/// <summary>Gathers the requests of this process's regions: one lane per kind, each batch one statement or transaction.</summary>
public sealed class RollupStore : IRollupStore, IAsyncDisposable
{
    private static readonly RecordsOptions Bounds = new() { BatchRowsMax = 512, AttemptsMax = 3 };

    private readonly BatchLane<RegionRequest<EpochGrant?>, EpochGrant?> epochs;
    private readonly BatchLane<RegionRequest<VillageSnapshot>, VillageSnapshot> villages;
    private readonly BatchLane<RegionRequest<ChildrenSnapshot>, ChildrenSnapshot> upper;
    private readonly BatchLane<RegionRequest<ChildrenSnapshot>, ChildrenSnapshot>[] towns;
    private readonly BatchLane<RegionRequest<OwnSnapshot>, OwnSnapshot> own;
    private readonly BatchLane<SettleRequest, SettlementResult> settlements;
    private readonly OpenDebtsReader openDebts;
    private readonly List<DatabaseRetry> sessions = [];

    public RollupStore(NpgsqlDataSource database, IRegions regions, TimeProvider clock, ILogger<RollupStore> log)
    {
        epochs = Lane<EpochGrant?>((batch, c, ct) => EpochSql.TakeAsync(c, batch, ct));
        villages = Lane<VillageSnapshot>((batch, c, ct) => VillageSql.ReadAsync(c, batch, ct));
        // Those above towns read little, and all towns below push to them: behind 2,000 towns a county would not have started when they give up.
        upper = Parents(Bounds);
        // Towns bring all rows of their villages: few at a time keep answers and memory small.
        // Two statements at a time, so that one adds up what it read while the other reads: a cold province is all of it.
        towns = [Parents(Bounds with { BatchRowsMax = 32 }), Parents(Bounds with { BatchRowsMax = 32 })];
        own = Lane<OwnSnapshot>((batch, c, ct) => VillageSql.ReadOwnAsync(c, batch, ct));
        var settling = Session();
        settlements = new(Bounds, batch => AnswerAsync(batch, some => settling.RunAsync((c, ct) => SettleSql.SettleAsync(c, [.. some.Select(b => b.Settlement)], ct))));
        openDebts = new OpenDebtsReader(new DatabaseRetry(database, Bounds, log), regions, clock);

        // Lanes run side by side, and a session does one thing at a time: each has its own.
        DatabaseRetry Session()
        {
            sessions.Add(new DatabaseRetry(database, Bounds, log, keepSession: true));
            return sessions[^1];
        }

        BatchLane<RegionRequest<ChildrenSnapshot>, ChildrenSnapshot> Parents(RecordsOptions bounds) =>
            Lane<ChildrenSnapshot>((batch, c, ct) => ChildrenSql.ReadAsync(c, batch, ct), bounds);

        BatchLane<RegionRequest<TAnswer>, TAnswer> Lane<TAnswer>(
            Func<IReadOnlyList<RegionCode>, NpgsqlConnection, CancellationToken, Task<IReadOnlyList<TAnswer>>> read, RecordsOptions? bounds = null)
        {
            var session = Session();
            return new(bounds ?? Bounds, batch => AnswerAsync(batch, some => session.RunAsync((c, ct) => read([.. some.Select(b => b.Region)], c, ct))));
        }
    }

    public Task<EpochGrant?> TakeEpochAsync(RegionCode region, CancellationToken ct) => epochs.AskAsync(new(region), ct);
    public Task<VillageSnapshot> ReadVillageAsync(RegionCode village, CancellationToken ct) => villages.AskAsync(new(village), ct);
    public Task<ChildrenSnapshot> ReadChildrenAsync(RegionCode region, RegionLevel level, CancellationToken ct) =>
        (level < RegionLevel.Town ? upper : towns[region.Number / 1000 % 2]).AskAsync(new(region), ct);
    public Task<OwnSnapshot> ReadOwnAsync(RegionCode region, CancellationToken ct) => own.AskAsync(new(region), ct);
    public Task<SettlementResult> SettleAsync(Settlement settlement, CancellationToken ct) => settlements.AskAsync(new(settlement), ct);
    public Task<OpenDebts> OpenDebtsAsync(CancellationToken ct) => openDebts.GetAsync();

    public async ValueTask DisposeAsync()
    {
        await epochs.DisposeAsync();
        await villages.DisposeAsync();
        await upper.DisposeAsync();
        foreach (var lane in towns) await lane.DisposeAsync();
        await own.DisposeAsync();
        await settlements.DisposeAsync();
        foreach (var session in sessions) await session.DisposeAsync();
    }

    private static async Task AnswerAsync<TItem, TAnswer>(
        IReadOnlyList<TItem> batch, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TAnswer>>> ask) where TItem : LaneItem<TAnswer>
    {
        try
        {
            var answers = await ask(batch);
            for (var i = 0; i < batch.Count; i++) batch[i].Answered(answers[i]);
        }
        catch (FormatException) when (batch.Count > 1)
        {
            // A contribution that cannot be read fails its own region, not those that happen to share the statement.
            foreach (var item in batch) await AnswerAsync([item], ask);
        }
        catch (Exception fault)
        {
            var shown = Faults.Unavailable("rollup", fault);
            foreach (var item in batch) item.Failed(shown);
        }
    }

    private sealed class RegionRequest<TAnswer>(RegionCode region) : LaneItem<TAnswer>
    {
        public RegionCode Region => region;
        public override string Key { get; } = region.ToString();
    }

    private sealed class SettleRequest(Settlement settlement) : LaneItem<SettlementResult>
    {
        public Settlement Settlement => settlement;
        public override string Key { get; } = settlement.Target.ToString();
    }
}
