using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Children with their epochs, own debts and own epochs of starting regions; for towns also the contributions of their villages.</summary>
/// <remarks>
/// Why a starting town may take its villages' rows instead of asking them, so that a province starts without starting 52,378 villages:
/// what was settled before the snapshot is in the rows; what was not is still owed, and can only be settled through a push of the village
/// that this activation of the town (or a later one) accepts, because the path names its epoch. The simulator drives both ways.
/// </remarks>
internal static class ChildrenStatement
{
    private const string Sql =
        """
        select 0, c.parent, c.region, c.epoch, null::bytea from region_epoch c where c.parent = any ($1) and c.live
        union all select 1, target, subject, version, null from owed where target = any ($1)
        union all select 2, region, null, epoch, null from region_epoch where region = any ($1) and live
        union all select 3, c.parent, c.region, null, h.contribution
            from region_epoch c join household h on h.village = c.region
            where c.parent = any ($2) and c.live and h.contribution <> ''
        """;

    public static async Task RunAsync(DatabaseRetry retry, IReadOnlyList<ChildrenItem> batch)
    {
        var parts = await retry.RunAsync((connection, ct) => ReadAsync(connection, batch, ct));
        foreach (var item in batch)
        {
            var part = parts[item.Region];
            var children = part.Children.OrderBy(c => c.Key)
                .Select(c => new ChildSnapshot(c.Key, c.Value.Epoch, item.WithVectors ? c.Value.Sum?.Build() ?? CellVector.Empty : null));
            if (part.Fault is { } fault) item.Failed(fault);
            else item.Answered(new ChildrenSnapshot(part.Epoch, [.. children], part.Debts.ToImmutable()));
        }
    }

    private static async Task<Dictionary<RegionCode, RegionPart>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<ChildrenItem> batch, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
            .WithColumn(batch, NpgsqlDbType.Text, i => i.Key)
            .WithColumn([.. batch.Where(i => i.WithVectors)], NpgsqlDbType.Text, i => i.Key);
        var parts = batch.ToDictionary(i => i.Region, _ => new RegionPart());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) Take(parts[RegionCode.Parse(reader.GetString(1))], reader);
        return parts;
    }

    private static void Take(RegionPart part, NpgsqlDataReader reader)
    {
        switch (reader.GetInt32(0))
        {
            case 0:
                var child = RegionCode.Parse(reader.GetString(2));
                part.Children[child] = (reader.GetInt64(3), part.Children.GetValueOrDefault(child).Sum);
                break;
            case 1:
                part.Debts.Add(new Debt(reader.GetString(2), reader.GetInt64(3)));
                break;
            case 2:
                part.Epoch = reader.GetInt64(3);
                break;
            default:
                var village = RegionCode.Parse(reader.GetString(2));
                var (epoch, sum) = part.Children.GetValueOrDefault(village);
                sum ??= new CellVector.Builder();
                part.Add(sum, reader.GetFieldValue<byte[]>(4));
                part.Children[village] = (epoch, sum);
                break;
        }
    }
}
