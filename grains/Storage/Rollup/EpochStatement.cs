using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Raises the epochs of starting regions (rule 1).</summary>
internal static class EpochStatement
{
    /// <summary>Locks in key order, as every writer of these rows does. The parent's epoch is a hint: it may be one behind when the parent starts in the same statement.</summary>
    private const string Sql =
        """
        with starting as (
            select region from region_epoch where region = any ($1) and live order by region for update
        )
        update region_epoch e set epoch = e.epoch + 1 from starting s where e.region = s.region
        returning e.region, e.epoch, e.parent, coalesce((select p.epoch from region_epoch p where p.region = e.parent), 0)
        """;

    public static async Task RunAsync(DatabaseRetry retry, IReadOnlyList<RegionItem<EpochGrant?>> batch)
    {
        var grants = await retry.RunAsync((connection, ct) => ReadAsync(connection, batch, ct));
        foreach (var item in batch) item.Answered(grants.GetValueOrDefault(item.Region));
    }

    private static async Task<Dictionary<RegionCode, EpochGrant>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RegionItem<EpochGrant?>> batch, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection).WithColumn(batch, NpgsqlDbType.Text, i => i.Key);
        var grants = new Dictionary<RegionCode, EpochGrant>(batch.Count);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            RegionCode? parent = reader.IsDBNull(2) ? null : RegionCode.Parse(reader.GetString(2));
            grants[RegionCode.Parse(reader.GetString(0))] = new EpochGrant(reader.GetInt64(1), parent, reader.GetInt64(3));
        }
        return grants;
    }
}
