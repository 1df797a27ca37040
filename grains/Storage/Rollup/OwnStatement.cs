using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>The own epoch rows and debts of regions that doubt themselves (rule 7).</summary>
internal static class OwnStatement
{
    private const string Sql =
        """
        select region, null::text, epoch from region_epoch where region = any ($1) and live
        union all select target, subject, version from owed where target = any ($1)
        """;

    public static async Task RunAsync(DatabaseRetry retry, IReadOnlyList<RegionItem<OwnSnapshot>> batch)
    {
        var own = await retry.RunAsync((connection, ct) => ReadAsync(connection, batch, ct));
        foreach (var item in batch)
        {
            var part = own[item.Region];
            item.Answered(new OwnSnapshot(part.Epoch == 0 ? null : part.Epoch, part.Debts.ToImmutable()));
        }
    }

    private static async Task<Dictionary<RegionCode, RegionPart>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RegionItem<OwnSnapshot>> batch, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection).WithColumn(batch, NpgsqlDbType.Text, i => i.Key);
        var own = batch.ToDictionary(i => i.Region, _ => new RegionPart());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var part = own[RegionCode.Parse(reader.GetString(0))];
            if (reader.IsDBNull(1)) part.Epoch = reader.GetInt64(2);
            else part.Debts.Add(new Debt(reader.GetString(1), reader.GetInt64(2)));
        }
        return own;
    }
}
