using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <inheritdoc cref="IDueVisits"/>
public sealed class DueVisitStore(NpgsqlDataSource database) : IDueVisits
{
    /// <summary>Of the active ones; a visit by a clock that was ahead counts from when it arrived.</summary>
    private const string Due = $"""
        from household h
        cross join lateral (select case
            when h.monitor_category is not null then case when h.risk_eliminated = '{YesNo.Yes}' then '{VisitKinds.Eliminated}' else '{VisitKinds.Monitored}' end
            when h.household_type = '1' then '{VisitKinds.Others}' end as kind) k
        left join lateral (select max(least(v.visited_at, v.received_at)) as at from visit v where v.household = h.code) l on true
        where k.kind is not null and (h.status is null or h.status = '{HouseholdStatuses.Active}') and h.document is not null
          and exists (select from unnest($1::text[], $2::text[]) as r (lo, hi) where h.village >= r.lo and h.village <= r.hi)
          and (l.at is null or l.at < case k.kind when '{VisitKinds.Monitored}' then $3::timestamptz when '{VisitKinds.Eliminated}' then $4::timestamptz else $5::timestamptz end)
        """;

    private const string FindSql = $"select h.code, h.village, h.head_name, k.kind, l.at {Due} and ($6 = '' or h.village || h.code > $6) order by h.village, h.code limit $7";
    private const string CountSql = $"select h.village, k.kind, count(*)::int {Due} group by 1, 2";

    public async Task<IReadOnlyList<DueVisit>> FindAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, VisitSchedule schedule, string? after, int limit, CancellationToken ct = default)
    {
        await using var command = Command(FindSql, villages, schedule);
        command.Parameters.Add(new() { Value = after ?? "" });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<DueVisit>();
        while (await reader.ReadAsync(ct))
            due.Add(new DueVisit(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)));
        return due;
    }

    public async Task<IReadOnlyList<DueVisitTally>> CountAsync(IReadOnlyList<(RegionCode From, RegionCode To)> villages, VisitSchedule schedule, CancellationToken ct = default)
    {
        await using var command = Command(CountSql, villages, schedule);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tallies = new List<DueVisitTally>();
        while (await reader.ReadAsync(ct)) tallies.Add(new DueVisitTally(RegionCode.Parse(reader.GetString(0)), reader.GetString(1), reader.GetInt32(2)));
        return tallies;
    }

    private NpgsqlCommand Command(string sql, IReadOnlyList<(RegionCode From, RegionCode To)> villages, VisitSchedule schedule)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = villages.Select(v => v.From.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = villages.Select(v => v.To.ToString()).ToArray() });
        foreach (var day in new[] { schedule.Monitored, schedule.Eliminated, schedule.Others }) command.Parameters.Add(new() { Value = CaseClock.EndOf(day.AddDays(-1)).ToUniversalTime() });
        return command;
    }
}
