using System.Collections.Immutable;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Deletes debts whose path holds, in one transaction that keeps the path as it is (rules 2 and 3).</summary>
internal static class SettlementStatement
{
    /// <summary>A start or a change of the tree waits for us, or we see what it did.</summary>
    private const string PathSql = "select region, epoch, parent, live from region_epoch where region = any ($1) order by region for share";

    /// <summary>Locks in the order in which the writers of debts do.</summary>
    private const string DeleteSql =
        """
        with paid as (select * from unnest($1, $2, $3) as p (target, subject, version)),
        locked as (
            select o.target, o.subject from owed o join paid p on p.target = o.target and p.subject = o.subject
            where o.version <= p.version order by o.target, o.subject for update of o
        )
        delete from owed o using locked l where o.target = l.target and o.subject = l.subject
        """;

    public static async Task RunAsync(DatabaseRetry retry, IReadOnlyList<SettlementItem> batch)
    {
        var results = await retry.RunAsync((connection, ct) => SettleAsync(connection, [.. batch.Select(i => i.Settlement)], ct));
        for (var i = 0; i < batch.Count; i++) batch[i].Answered(results[i]);
    }

    private static async Task<SettlementResult[]> SettleAsync(NpgsqlConnection connection, Settlement[] settlements, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rows = await PathsAsync(connection, settlements, ct);
        var results = settlements.Select(s => new SettlementResult(FirstThatFailed(s.Path, rows))).ToArray();
        await DeleteAsync(connection, [.. settlements.Where((_, i) => results[i].Failed is null).SelectMany(s => s.Debts.Select(d => (s.Target, Debt: d)))], ct);
        await transaction.CommitAsync(ct);
        return results;
    }

    private static async Task<Dictionary<RegionCode, EpochRow>> PathsAsync(NpgsqlConnection connection, Settlement[] settlements, CancellationToken ct)
    {
        var regions = settlements.SelectMany(s => s.Path).Select(p => p.Region.ToString()).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using var command = new NpgsqlCommand(PathSql, connection).WithArray(NpgsqlDbType.Text, regions);
        var rows = new Dictionary<RegionCode, EpochRow>(regions.Length);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            RegionCode? parent = reader.IsDBNull(2) ? null : RegionCode.Parse(reader.GetString(2));
            rows[RegionCode.Parse(reader.GetString(0))] = new EpochRow(reader.GetInt64(1), parent, reader.GetBoolean(3));
        }
        return rows;
    }

    private static async Task DeleteAsync(NpgsqlConnection connection, List<(RegionCode Target, Debt Debt)> paid, CancellationToken ct)
    {
        if (paid.Count == 0) return;
        await using var command = new NpgsqlCommand(DeleteSql, connection)
            .WithColumn(paid, NpgsqlDbType.Text, p => p.Target.ToString())
            .WithColumn(paid, NpgsqlDbType.Text, p => p.Debt.Subject)
            .WithColumn(paid, NpgsqlDbType.Bigint, p => p.Debt.Version);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Null: every step is its region's newest activation, each is the next one's child, and the last has no parent.</summary>
    private static RegionCode? FirstThatFailed(ImmutableArray<PathStep> path, Dictionary<RegionCode, EpochRow> rows)
    {
        for (var i = 0; i < path.Length; i++)
        {
            RegionCode? above = i + 1 < path.Length ? path[i + 1].Region : null;
            if (!rows.TryGetValue(path[i].Region, out var row) || !row.Live || row.Epoch != path[i].Epoch || row.Parent != above) return path[i].Region;
        }
        return null;
    }

    private readonly record struct EpochRow(long Epoch, RegionCode? Parent, bool Live);
}
