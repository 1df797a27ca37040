using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Regions;

/// <inheritdoc cref="IVillageHouseholds"/>
public sealed class VillageHouseholds(NpgsqlDataSource database) : IVillageHouseholds
{
    private const string VillageSql = "select code from household where village = $1 and code > $2 and document is not null order by code limit $3";

    /// <summary>
    /// Of the few villages that ever ended, each by the index of households by village. A village that took another's place may have ended in its turn.
    /// </summary>
    private const string StrandedSql = """
        with recursive ended as (
            select code, merged_into from region where level = 4 and merged_into is not null
        ), heirs as (
            select code, merged_into as heir, 1 as steps from ended
            union all
            select h.code, e.merged_into, h.steps + 1 from heirs h join ended e on e.code = h.heir where h.steps < 50
        )
        select s.code, v.code, v.heir
        from heirs v cross join lateral (
            select h.code from household h where h.village = v.code and h.document is not null order by h.code limit $1
        ) s
        where exists (select from region r where r.code = v.heir and r.valid_to is null)
        limit $1
        """;

    private const string ForgiveSql = """
        delete from owed o using region_epoch e
        where e.region = o.target and e.level = 4 and not e.live
          and not exists (select from household h where h.village = o.target and h.document is not null)
        """;

    public Task<IReadOnlyList<string>> ReadAsync(RegionCode village, string after, int limit, CancellationToken ct) =>
        ReadAsync(VillageSql, r => r.GetString(0), ct, village.ToString(), after, limit);

    public Task<IReadOnlyList<StrandedHousehold>> StrandedAsync(int limit, CancellationToken ct) =>
        ReadAsync(StrandedSql, r => new StrandedHousehold(r.GetString(0), RegionCode.Parse(r.GetString(1)), RegionCode.Parse(r.GetString(2))), ct, limit);

    public Task ForgiveEndedAsync(CancellationToken ct) => ReadAsync(ForgiveSql, _ => 0, ct);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] values)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Add(read(reader));
            return rows;
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("region", fault);
        }
    }
}
