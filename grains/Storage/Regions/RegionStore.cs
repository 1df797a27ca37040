using FangFanPin.Domain.Regions;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Regions;

/// <inheritdoc cref="IRegionStore"/>
public sealed class RegionStore(NpgsqlDataSource database) : IRegionStore
{
    private const string VersionSql = "select coalesce(max(version), 0) from region_change";

    private const string CurrentSql =
        "select code, name, level, parent, (select coalesce(max(version), 0) from region_change) from region where valid_to is null";

    private const string OfDaySql =
        """
        select code, name, level, parent, (select coalesce(max(version), 0) from region_change) from region
        where valid_from <= $1 and (valid_to is null or valid_to > $1)
        """;

    /// <summary>Share row exclusive: a second process waits here, and then finds the list loaded.</summary>
    private const string LockSql = "lock table region in share row exclusive mode";

    private const string CopySql = "copy region (code, name, level, parent, valid_from) from stdin (format binary)";

    private const string EpochsSql =
        """
        insert into region_epoch (region, parent, level) select code, parent, level from region where valid_to is null
        on conflict (region) do nothing
        """;

    public async Task<int> EnsureLoadedAsync(CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, LockSql, ct);
        await using (var any = new NpgsqlCommand("select exists (select from region)", connection))
            if (await any.ExecuteScalarAsync(ct) is true) return 0;
        var count = await CopyAsync(connection, ct);
        await ExecuteAsync(connection, EpochsSql, ct);
        await transaction.CommitAsync(ct);
        return count;
    }

    public async Task<long> VersionAsync(CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(VersionSql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    public async Task<RegionTree> ReadAsync(CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(CurrentSql);
        return await TreeAsync(command, ct);
    }

    public async Task<RegionTree> ReadAsync(DateOnly day, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(OfDaySql);
        command.Parameters.Add(new() { Value = day });
        return await TreeAsync(command, ct);
    }

    internal static async Task<RegionTree> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CurrentSql, connection);
        return await TreeAsync(command, ct);
    }

    private static async Task<RegionTree> TreeAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var regions = new List<Region>(60_000);
        var version = 0L;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            regions.Add(new Region(
                RegionCode.Parse(reader.GetString(0)), reader.GetString(1), (RegionLevel)reader.GetInt16(2),
                reader.IsDBNull(3) ? null : RegionCode.Parse(reader.GetString(3))));
            version = reader.GetInt64(4);
        }
        return regions.Count == 0 ? RegionTree.Empty : new RegionTree(version, regions);
    }

    private static async Task<int> CopyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var count = 0;
        await using var copy = await connection.BeginBinaryImportAsync(CopySql, ct);
        foreach (var region in DivisionList.Read())
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(region.Code.ToString(), NpgsqlDbType.Text, ct);
            await copy.WriteAsync(region.Name, NpgsqlDbType.Text, ct);
            await copy.WriteAsync((short)region.Level, NpgsqlDbType.Smallint, ct);
            if (region.Parent is { } parent) await copy.WriteAsync(parent.ToString(), NpgsqlDbType.Text, ct);
            else await copy.WriteNullAsync(ct);
            await copy.WriteAsync(DivisionList.ValidFrom, NpgsqlDbType.Date, ct);
            count++;
        }
        await copy.CompleteAsync(ct);
        return count;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
