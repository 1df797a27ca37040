using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>Rows, debts and epochs of villages: one statement, hence one snapshot (rule 4).</summary>
internal static class VillageStatement
{
    private const string Sql =
        """
        select 0, village, null::text, null::bigint, contribution from household where village = any ($1) and contribution <> ''
        union all select 1, target, subject, version, null from owed where target = any ($1)
        union all select 2, region, null, epoch, null from region_epoch where region = any ($1) and live
        """;

    public static async Task RunAsync(DatabaseRetry retry, IReadOnlyList<RegionItem<VillageSnapshot>> batch)
    {
        var parts = await retry.RunAsync((connection, ct) => ReadAsync(connection, batch, ct));
        foreach (var item in batch)
        {
            var part = parts[item.Region];
            if (part.Fault is { } fault) item.Failed(fault);
            // No epoch row: the village has ended; epoch 0 is nobody's, so whoever asks gives way.
            else item.Answered(new VillageSnapshot(part.Epoch, part.Sum.Build(), part.Debts.ToImmutable()));
        }
    }

    private static async Task<Dictionary<RegionCode, RegionPart>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<RegionItem<VillageSnapshot>> batch, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection).WithColumn(batch, NpgsqlDbType.Text, i => i.Key);
        var parts = batch.ToDictionary(i => i.Region, _ => new RegionPart());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var part = parts[RegionCode.Parse(reader.GetString(1))];
            switch (reader.GetInt32(0))
            {
                case 0:
                    part.Add(part.Sum, reader.GetFieldValue<byte[]>(4));
                    break;
                case 1:
                    part.Debts.Add(new Debt(reader.GetString(2), reader.GetInt64(3)));
                    break;
                default:
                    part.Epoch = reader.GetInt64(3);
                    break;
            }
        }
        return parts;
    }
}

/// <summary>What the rows of one statement say about one region.</summary>
internal sealed class RegionPart
{
    public long Epoch { get; set; }

    public CellVector.Builder Sum { get; } = new();

    public ImmutableArray<Debt>.Builder Debts { get; } = ImmutableArray.CreateBuilder<Debt>();

    public Dictionary<RegionCode, (long Epoch, CellVector.Builder? Sum)> Children { get; } = [];

    /// <summary>A contribution that cannot be read: this region cannot answer, the others of the statement can.</summary>
    public FormatException? Fault { get; private set; }

    public void Add(CellVector.Builder sum, byte[] contribution)
    {
        try
        {
            sum.AddEncoded(contribution);
        }
        catch (FormatException fault)
        {
            Fault = fault;
        }
    }
}
