using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Rollup;

/// <summary>
/// What a starting parent reads, in one statement. A town gets its villages' vectors from the rows themselves: a village that nobody
/// touches need not be started for its town to be right.
/// </summary>
internal static class ChildrenSql
{
    private const string Read = """
        select region as parent, 0 as kind, null::text as name, epoch as number, null::bytea as cells, level = 3 as town from region_epoch where region = any ($1) and live
        union all
        select target, 1, subject, version, null, false from owed where target = any ($1)
        union all
        select parent, 2, region, epoch, null, false from region_epoch where parent = any ($1) and live
        union all
        select v.parent, 3, v.region, 0, h.contribution, true
        from region_epoch v join household h on h.village = v.region
        where v.parent = any ($1) and v.live and v.level = 4 and h.contribution <> ''
        """;

    public static async Task<IReadOnlyList<ChildrenSnapshot>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<RegionCode> regions, CancellationToken ct)
    {
        var found = regions.ToDictionary(r => r.ToString(), _ => new Found());
        await using var command = new NpgsqlCommand(Read, connection).WithArray<string>(NpgsqlDbType.Text, [.. found.Keys]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var at = found[reader.GetString(0)];
            switch (reader.GetInt32(1))
            {
                case 0:
                    (at.Epoch, at.IsTown) = (reader.GetInt64(3), reader.GetBoolean(5));
                    break;
                case 1:
                    at.Debts.Add(new Debt(reader.GetString(2), reader.GetInt64(3)));
                    break;
                case 2:
                    at.Children.Add((reader.GetString(2), reader.GetInt64(3)));
                    break;
                default:
                    at.SumOf(reader.GetString(2)).AddEncoded(reader.GetFieldValue<byte[]>(4));
                    break;
            }
        }
        return [.. regions.Select(r => found[r.ToString()].Snapshot())];
    }

    private sealed class Found
    {
        public long Epoch { get; set; }
        public bool IsTown { get; set; }
        public List<Debt> Debts { get; } = [];
        public List<(string Region, long Epoch)> Children { get; } = [];

        /// <summary>A town's rows are added up as they come: hundreds of households, never held at once.</summary>
        private readonly Dictionary<string, CellVector.Builder> sums = [];

        public CellVector.Builder SumOf(string village) => sums.TryGetValue(village, out var sum) ? sum : sums[village] = new CellVector.Builder();

        public ChildrenSnapshot Snapshot()
        {
            var children = Children.Select(c => new ChildSnapshot(
                RegionCode.Parse(c.Region), c.Epoch, IsTown ? sums.GetValueOrDefault(c.Region)?.Build() ?? CellVector.Empty : null));
            return new ChildrenSnapshot(Epoch, [.. children], [.. Debts]);
        }
    }
}
