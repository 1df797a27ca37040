using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Counts per village from the very rows that the lists read, in one snapshot, so that a figure and what it opens to agree.</summary>
public sealed class CaseTallyStore(NpgsqlDataSource database) : ICaseTallies
{
    private const string Below = "exists (select from unnest($1, $2) as v (lo, hi) where c.village >= v.lo and c.village <= v.hi) and ($3::text is null or c.kind = $3)";

    private const string OpenSql = $"""
        select c.village, c.kind, c.step, c.handler_level, count(*)::int, count(*) filter (where c.due_on < $4)::int, count(*) filter (where c.step_since < $5)::int,
            count(*) filter (where c.defect_on < $4)::int
        from case_file c where c.is_open and {Below} group by 1, 2, 3, 4
        """;

    private const string FlowSql = $"""
        select c.village, count(*) filter (where c.opened_at >= $4 and c.opened_at < $5)::int, count(*) filter (where c.closed_at >= $4 and c.closed_at < $5)::int,
            count(*) filter (where c.closed_at >= $4 and c.closed_at < $5 and c.step = '{CaseSteps.Done}')::int
        from case_file c where ((c.opened_at >= $4 and c.opened_at < $5) or (c.closed_at >= $4 and c.closed_at < $5)) and {Below} group by 1
        """;

    private const string StepsSql = $"""
        select c.village, c.kind, c.from_step, count(*)::int, count(*) filter (where c.on_time)::int, sum(extract(epoch from c.at - c.since))::float8 / 86400
        from case_history c where c.on_time is not null and c.at >= $4 and c.at < $5 and {Below} group by 1, 2, 3
        """;

    public async Task<CaseTallies> CountAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, string? kind, Stretch period, DateOnly today, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var lingering = CaseClock.EndOf(today.AddDays(-CaseStatistics.NationalMost - 1)).ToUniversalTime();
        var open = await ReadAsync(connection, OpenSql, villages, kind, today, lingering, r => new OpenTally(
            RegionCode.Parse(r.GetString(0)), r.GetString(1), r.GetString(2), (RegionLevel)r.GetInt16(3), r.GetInt32(4), r.GetInt32(5), r.GetInt32(6), r.GetInt32(7)), ct);
        var flow = await ReadAsync(connection, FlowSql, villages, kind, period.From, period.To, r => new FlowTally(RegionCode.Parse(r.GetString(0)), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3)), ct);
        var steps = await ReadAsync(connection, StepsSql, villages, kind, period.From, period.To, r => new StepTally(
            RegionCode.Parse(r.GetString(0)), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetDouble(5)), ct);
        return new CaseTallies(open, flow, steps);
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, IReadOnlyList<(RegionCode From, RegionCode To)> villages, string? kind, object fourth, object fifth, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. villages.Select(v => v.From.ToString())] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. villages.Select(v => v.To.ToString())] });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)kind ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = fourth });
        command.Parameters.Add(new NpgsqlParameter { Value = fifth });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }
}
