using System.Collections.Frozen;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Rollup;

/// <summary>All open debts at one moment, read at most once a second however many ask.</summary>
internal sealed class OpenDebtsReader(DatabaseRetry retry, IRegions regions, TimeProvider clock)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(500);

    /// <summary>One statement, one snapshot; the clock is the moment before it was taken, so that nothing committed by then is missing.</summary>
    private const string Read = """
        select null::text, now(), (select min(next_due) from household where next_due is not null)
        union all
        select target, min(at), null from owed group by target
        """;

    private readonly Lock guard = new();
    private Task<OpenDebts>? latest;
    private long readAt;

    public Task<OpenDebts> GetAsync()
    {
        lock (guard)
        {
            var usable = latest is { IsFaulted: false, IsCanceled: false } && (!latest.IsCompleted || clock.GetElapsedTime(readAt) < GoodFor);
            if (usable) return latest!;
            readAt = clock.GetTimestamp();
            return latest = ReadAsync();
        }
    }

    private async Task<OpenDebts> ReadAsync()
    {
        try
        {
            return await retry.RunAsync(QueryAsync);
        }
        catch (Exception fault)
        {
            throw Faults.Unavailable("owed", fault);
        }
    }

    private async Task<OpenDebts> QueryAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        DateTimeOffset at = default;
        DateOnly? workedOffTo = null;
        var oldest = new Dictionary<RegionCode, DateTimeOffset>();
        var tree = regions.Tree;
        await using var command = new NpgsqlCommand(Read, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var moment = reader.GetFieldValue<DateTimeOffset>(1);
            if (reader.IsDBNull(0)) (at, workedOffTo) = (moment, reader.IsDBNull(2) ? null : reader.GetFieldValue<DateOnly>(2).AddDays(-1));
            else Spread(tree, RegionCode.Parse(reader.GetString(0)), moment, oldest);
        }
        return new OpenDebts(at, oldest.ToFrozenDictionary(), workedOffTo);
    }

    /// <summary>A debt counts for its region and for every one above it.</summary>
    private static void Spread(RegionTree tree, RegionCode target, DateTimeOffset moment, Dictionary<RegionCode, DateTimeOffset> oldest)
    {
        foreach (var region in tree.PathTo(target).Select(r => r.Code).DefaultIfEmpty(target))
            if (!oldest.TryGetValue(region, out var known) || moment < known) oldest[region] = moment;
    }
}
