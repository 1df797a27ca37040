using System.Data;
using System.Globalization;
using FangFanPin.Domain.Regions;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Regions;

/// <summary>Reads and seeds <c>region</c> and the epoch rows that stand beside it.</summary>
public sealed class RegionStore(NpgsqlDataSource database) : IRegionStore
{
    /// <summary>The division list is of 2023; nothing is known about the years before.</summary>
    private static readonly DateOnly ListedSince = new(2023, 1, 1);

    private const string SeedLock = "select pg_advisory_xact_lock(hashtext('ffp.regions.seed'))";
    private const string IsEmpty = "select not exists (select from region)";
    private const string Copy = "copy region (code, name, level, parent, valid_from) from stdin (format binary)";

    private const string Epochs = """
        insert into region_epoch (region, parent, level) select code, parent, level from region where valid_to is null order by code;
        update region_tree set version = version + 1;
        """;

    private const string Version = "select version from region_tree";
    private const string Today = "select code, name, level, parent from region where valid_to is null";

    public async Task SeedAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var guard = new NpgsqlCommand(SeedLock, connection)) await guard.ExecuteNonQueryAsync(ct);
        await using (var empty = new NpgsqlCommand(IsEmpty, connection))
            if (!(bool)(await empty.ExecuteScalarAsync(ct))!) return;
        await using (var writer = await connection.BeginBinaryImportAsync(Copy, ct))
        {
            foreach (var region in DivisionList.Read())
            {
                await writer.StartRowAsync(ct);
                await writer.WriteAsync(region.Code.ToString(), NpgsqlDbType.Text, ct);
                await writer.WriteAsync(region.Name, NpgsqlDbType.Text, ct);
                await writer.WriteAsync((short)region.Level, NpgsqlDbType.Smallint, ct);
                if (region.Parent is { } parent) await writer.WriteAsync(parent.ToString(), NpgsqlDbType.Text, ct);
                else await writer.WriteNullAsync(ct);
                await writer.WriteAsync(ListedSince, NpgsqlDbType.Date, ct);
            }
            await writer.CompleteAsync(ct);
        }
        await using (var epochs = new NpgsqlCommand(Epochs, connection)) await epochs.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    public async Task<RegionTree> LoadAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var version = await VersionIn(connection, ct);
        var regions = new List<Region>(60_000);
        await using var command = new NpgsqlCommand(Today, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            RegionCode? parent = reader.IsDBNull(3) ? null : RegionCode.Parse(reader.GetString(3));
            regions.Add(new Region(RegionCode.Parse(reader.GetString(0)), reader.GetString(1), (RegionLevel)reader.GetInt16(2), parent));
        }
        return new RegionTree(version, regions);
    }

    public async Task<long> VersionAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await VersionIn(connection, ct);
    }

    private static async Task<long> VersionIn(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Version, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
    }
}
