using System.Globalization;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Rollup;

/// <summary>Reads for the background work of the roll-up.</summary>
public sealed class RollupQueries(NpgsqlDataSource database) : IOverdueDebts, IDueHouseholds
{
    private const string OverdueSql =
        "select target from owed group by target having min(at) < clock_timestamp() - $1 order by min(at) limit $2";

    private const string CountSql = "select count(*)::text from owed";

    private const string DueSql =
        """
        select code, next_due from household
        where next_due <= $1 and (hashtext(code) & ($3 - 1)) = $2 and (next_due, code) > ($4, $5 collate "C") order by next_due, code limit $6
        """;

    async Task<IReadOnlyList<RegionCode>> IOverdueDebts.ReadAsync(TimeSpan age, int limit, CancellationToken ct) =>
        [.. (await ReadAsync(OverdueSql, ct, age, limit)).Select(RegionCode.Parse)];

    async Task<long> IOverdueDebts.CountAsync(CancellationToken ct) => long.Parse((await ReadAsync(CountSql, ct)).Single(), CultureInfo.InvariantCulture);

    async Task<IReadOnlyList<DueHousehold>> IDueHouseholds.ReadAsync(DateOnly day, int shard, int shards, DueHousehold? after, int limit, CancellationToken ct) =>
        await ReadAsync(DueSql, r => new DueHousehold(r.GetString(0), r.GetFieldValue<DateOnly>(1)), ct, day, shard, shards, after?.Due ?? DateOnly.MinValue, after?.Code ?? "", limit);

    private Task<List<string>> ReadAsync(string sql, CancellationToken ct, params object[] values) => ReadAsync(sql, r => r.GetString(0), ct, values);

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] values)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Add(read(reader));
            return rows;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("rollup", fault);
        }
    }
}
