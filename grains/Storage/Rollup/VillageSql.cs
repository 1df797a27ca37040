using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Rule 4: epoch, rows and debts in one statement, which is one snapshot.</summary>
internal static class VillageSql
{
    private const string EpochsAndDebts = """
        select region as at, 0 as kind, null::text as subject, epoch as number, null::bytea as cells from region_epoch where region = any ($1) and live
        union all
        select target, 1, subject, version, null from owed where target = any ($1)
        """;

    private const string Read = EpochsAndDebts + """

        union all
        select village, 2, null, 0, contribution from household where village = any ($1) and contribution <> ''
        """;

    public static async Task<IReadOnlyList<VillageSnapshot>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<RegionCode> regions, CancellationToken ct)
    {
        var found = await FindAsync(connection, Read, regions, ct);
        return [.. regions.Select(r => found[r.ToString()]).Select(f => new VillageSnapshot(f.Epoch ?? 0, f.Sum.Build(), [.. f.Debts]))];
    }

    public static async Task<IReadOnlyList<OwnSnapshot>> ReadOwnAsync(NpgsqlConnection connection, IReadOnlyList<RegionCode> regions, CancellationToken ct)
    {
        var found = await FindAsync(connection, EpochsAndDebts, regions, ct);
        return [.. regions.Select(r => found[r.ToString()]).Select(f => new OwnSnapshot(f.Epoch, [.. f.Debts]))];
    }

    private static async Task<Dictionary<string, Found>> FindAsync(NpgsqlConnection connection, string sql, IReadOnlyList<RegionCode> regions, CancellationToken ct)
    {
        var found = regions.ToDictionary(r => r.ToString(), _ => new Found());
        await using var command = new NpgsqlCommand(sql, connection).WithArray<string>(NpgsqlDbType.Text, [.. found.Keys]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var at = found[reader.GetString(0)];
            if (reader.GetInt32(1) == 0) at.Epoch = reader.GetInt64(3);
            else if (reader.GetInt32(1) == 1) at.Debts.Add(new Debt(reader.GetString(2), reader.GetInt64(3)));
            else at.Sum.AddEncoded(reader.GetFieldValue<byte[]>(4));
        }
        return found;
    }

    private sealed class Found
    {
        public long? Epoch { get; set; }
        public List<Debt> Debts { get; } = [];
        public CellVector.Builder Sum { get; } = new();
    }
}
