using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Rule 1: an epoch is a row, raised and committed before anything is read.</summary>
internal static class EpochSql
{
    /// <summary>Rows are locked in order, so that two batches do not wait for each other crosswise.</summary>
    private const string Take = """
        with wanted as materialized (
            select region from region_epoch where region = any ($1) and live order by region for update
        ), taken as (
            update region_epoch e set epoch = e.epoch + 1 from wanted w where e.region = w.region returning e.region, e.parent, e.epoch
        )
        select t.region, t.epoch, t.parent, coalesce(p.epoch, 0) from taken t left join region_epoch p on p.region = t.parent
        """;

    public static async Task<IReadOnlyList<EpochGrant?>> TakeAsync(NpgsqlConnection connection, IReadOnlyList<RegionCode> regions, CancellationToken ct)
    {
        var granted = new Dictionary<RegionCode, EpochGrant>();
        await using var command = new NpgsqlCommand(Take, connection).WithArray<string>(NpgsqlDbType.Text, [.. regions.Select(r => r.ToString())]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            RegionCode? parent = reader.IsDBNull(2) ? null : RegionCode.Parse(reader.GetString(2));
            granted[RegionCode.Parse(reader.GetString(0))] = new EpochGrant(reader.GetInt64(1), parent, reader.GetInt64(3));
        }
        return [.. regions.Select(r => granted.GetValueOrDefault(r))];
    }
}
