using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Rules 2 and 3: one transaction that holds the epochs of the paths, checks them, and deletes what they vouch for.</summary>
internal static class SettleSql
{
    private const string Hold = "select region, epoch, parent from region_epoch where region = any ($1) and live order by region for share";

    /// <summary>Locked in key order, as the writers of households upsert them.</summary>
    private const string Delete = """
        with paid as (
            select o.target, o.subject from owed o
            join unnest($1, $2, $3) as p (target, subject, version) on o.target = p.target and o.subject = p.subject and o.version <= p.version
            order by o.target, o.subject for update of o
        )
        delete from owed o using paid where o.target = paid.target and o.subject = paid.subject
        """;

    public static async Task<IReadOnlyList<SettlementResult>> SettleAsync(
        NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rows = await HoldAsync(connection, settlements, ct);
        var results = settlements.Select(s => new SettlementResult(FirstStale(s, rows))).ToList();
        await DeleteAsync(connection, settlements.Where((_, i) => results[i].Failed is null), ct);
        await transaction.CommitAsync(ct);
        return results;
    }

    private static async Task<Dictionary<RegionCode, (long Epoch, RegionCode? Parent)>> HoldAsync(
        NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, CancellationToken ct)
    {
        var regions = settlements.SelectMany(s => s.Path).Select(step => step.Region.ToString()).Distinct().ToArray();
        var rows = new Dictionary<RegionCode, (long, RegionCode?)>();
        await using var command = new NpgsqlCommand(Hold, connection).WithArray<string>(NpgsqlDbType.Text, regions);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows[RegionCode.Parse(reader.GetString(0))] = (reader.GetInt64(1), reader.IsDBNull(2) ? null : RegionCode.Parse(reader.GetString(2)));
        return rows;
    }

    /// <summary>The first step whose epoch is not current, or whose parent is not the next step; null when the path holds up to the province.</summary>
    private static RegionCode? FirstStale(Settlement settlement, Dictionary<RegionCode, (long Epoch, RegionCode? Parent)> rows)
    {
        for (var i = 0; i < settlement.Path.Length; i++)
        {
            var step = settlement.Path[i];
            RegionCode? next = i + 1 < settlement.Path.Length ? settlement.Path[i + 1].Region : null;
            if (!rows.TryGetValue(step.Region, out var row) || row.Epoch != step.Epoch || row.Parent != next) return step.Region;
        }
        return null;
    }

    private static async Task DeleteAsync(NpgsqlConnection connection, IEnumerable<Settlement> good, CancellationToken ct)
    {
        var debts = good.SelectMany(s => s.Debts.Select(d => (Target: s.Target.ToString(), d.Subject, d.Version))).ToList();
        if (debts.Count == 0) return;
        await using var command = new NpgsqlCommand(Delete, connection)
            .WithArray<string>(NpgsqlDbType.Text, [.. debts.Select(d => d.Target)])
            .WithArray<string>(NpgsqlDbType.Text, [.. debts.Select(d => d.Subject)])
            .WithArray<long>(NpgsqlDbType.Bigint, [.. debts.Select(d => d.Version)]);
        await command.ExecuteNonQueryAsync(ct);
    }
}
