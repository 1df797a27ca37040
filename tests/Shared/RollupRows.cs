using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Tests.Shared;

/// <summary>Writes what a household's commit writes as far as the roll-up sees it: its row and its debts, in one transaction.</summary>
public sealed class RollupRows(NpgsqlDataSource database)
{
    private const string PutSql =
        """
        with before as (select village from household where code = $1), put as (
            insert into household as h (code, version, write_id, village, contribution, document, status)
            values ($1, 1, gen_random_uuid(), $2, $3, '\x00', '1')
            on conflict (code) do update set version = h.version + 1, village = excluded.village, contribution = excluded.contribution
            returning code, version, village
        )
        insert into owed as o (target, subject, version, at)
        select village, code, version, now() from put
        union select b.village, p.code, p.version, now() from put p, before b where b.village <> p.village
        order by 1, 2
        on conflict (target, subject) do update set version = greatest(o.version, excluded.version)
        """;

    private const string SumSql = "select village, contribution from household where contribution <> ''";

    /// <summary>A household's contribution in any village, whatever it was before.</summary>
    public Task PutAsync(string code, RegionCode village, CellVector contribution) => ExecuteAsync(PutSql, code, village.ToString(), contribution.Encode());

    /// <summary>Alters a stored contribution behind the roll-up's back: nothing is owed for it.</summary>
    public Task CorruptAsync(string code, CellVector contribution) =>
        ExecuteAsync("update household set contribution = $2 where code = $1", code, contribution.Encode());

    public async Task<long> OwedAsync()
    {
        await using var command = database.CreateCommand("select count(*) from owed");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The recount: every region's sum of the stored contributions below it.</summary>
    public async Task<Dictionary<RegionCode, CellVector>> RecountAsync(RegionTree tree)
    {
        var sums = new Dictionary<RegionCode, CellVector.Builder>();
        await using var command = database.CreateCommand(SumSql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            foreach (var region in tree.PathTo(RegionCode.Parse(reader.GetString(0))))
            {
                if (!sums.TryGetValue(region.Code, out var sum)) sums[region.Code] = sum = new CellVector.Builder();
                sum.AddEncoded(reader.GetFieldValue<byte[]>(1));
            }
        return sums.ToDictionary(s => s.Key, s => s.Value.Build());
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
