using System.Collections.Frozen;
using FangFanPin.Domain;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Npgsql;

namespace FangFanPin.Storage.Rollup;

/// <summary>What is open, read a few times a second at most however many ask.</summary>
internal sealed class OpenDebtsReader(NpgsqlDataSource database, IRegions regions, TimeProvider clock)
{
    /// <summary>Younger answers are given as they are.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(150);

    /// <summary>Between the two an answer is still given, while a new one is being read.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(1);

    /// <summary>The clock is read before the debts, so a write committed before it is settled or listed. It is the server's, as <c>owed.at</c> is.</summary>
    private const string MomentSql = "select clock_timestamp(), (select min(next_due) from household where next_due <= $1)";

    private const string OwedSql = "select target, min(at) from owed group by target";

    private readonly Lock gate = new();
    private OpenDebts? latest;
    private long latestAt;
    private Task<OpenDebts>? reading;

    public Task<OpenDebts> ReadAsync(CancellationToken ct)
    {
        lock (gate)
        {
            var age = latest is null ? TimeSpan.MaxValue : clock.GetElapsedTime(latestAt);
            if (age < Fresh) return Task.FromResult(latest!);
            if (reading is null or { IsCompleted: true }) reading = ReadNowAsync();
            return age < Usable ? Task.FromResult(latest!) : reading.WaitAsync(ct);
        }
    }

    private async Task<OpenDebts> ReadNowAsync()
    {
        await Task.Yield();
        var begun = clock.GetTimestamp();
        var debts = await QueryAsync();
        lock (gate) (latest, latestAt) = (debts, begun);
        return debts;
    }

    private async Task<OpenDebts> QueryAsync()
    {
        try
        {
            await using var batch = database.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand(MomentSql) { Parameters = { new() { Value = ChinaTime.DayOf(clock.GetUtcNow()) } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(OwedSql));
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.ReadAsync();
            var (at, due) = (reader.GetFieldValue<DateTimeOffset>(0), reader.IsDBNull(1) ? (DateOnly?)null : reader.GetFieldValue<DateOnly>(1));
            await reader.NextResultAsync();
            var oldest = new Dictionary<RegionCode, DateTimeOffset>();
            while (await reader.ReadAsync()) Spread(oldest, RegionCode.Parse(reader.GetString(0)), reader.GetFieldValue<DateTimeOffset>(1));
            return new OpenDebts(at, oldest.ToFrozenDictionary(), due?.AddDays(-1));
        }
        catch (NpgsqlException fault)
        {
            throw new IOException("The database did not say what is owed.", fault.InnerException is IOException io ? io : null);
        }
    }

    /// <summary>A debt is open for its region and for everything above it; one of a region that this process does not know (yet), for the province.</summary>
    private void Spread(Dictionary<RegionCode, DateTimeOffset> oldest, RegionCode target, DateTimeOffset at)
    {
        var path = regions.Tree.PathTo(target);
        if (path.IsEmpty && regions.Tree.Root is { } root) path = [root];
        foreach (var region in path)
            if (!oldest.TryGetValue(region.Code, out var known) || at < known) oldest[region.Code] = at;
    }
}
