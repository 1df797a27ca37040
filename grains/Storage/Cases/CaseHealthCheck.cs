using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>The invariant of all open cases, asked of the rows themselves.</summary>
public sealed class CaseHealthCheck(NpgsqlDataSource database, ICaseAreas areas) : ICaseHealth
{
    private const string Sql = """
        select count(*), count(*) filter (where due_on is null or check_at is null),
            count(*) filter (where handler_level is null or not exists (select from region r where r.code = c.village and r.valid_to is null)),
            count(*) filter (where check_at < $1)
        from case_file c where is_open
        """;

    private const string WaitingSql = "select village, handler_level, count(*) from case_file where is_open and handler_level is not null group by 1, 2";

    /// <summary>Regions in which somebody may handle cases.</summary>
    private const string StaffedSql = "select distinct region::text from accounts where not disabled and roles && $1";

    private static readonly string[] Handling = [RoleNames.Informant, RoleNames.Reviewer];
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public async Task<CaseHealth> CheckAsync(DateTimeOffset now, CancellationToken ct = default)
    {
        try
        {
            var health = await StructureAsync(now, ct);
            return health with { Unattended = await UnattendedAsync(ct) };
        }
        catch (NpgsqlException fault)
        {
            throw Faults.Unavailable("case", fault);
        }
    }

    private async Task<CaseHealth> StructureAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.With(Sql, (now - Patience).ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new CaseHealth(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    private async Task<long> UnattendedAsync(CancellationToken ct)
    {
        var staffed = new HashSet<string>(StringComparer.Ordinal);
        await using (var command = database.With(StaffedSql, (object)Handling))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) staffed.Add(reader.GetString(0));
        var unattended = 0L;
        await using var waiting = database.CreateCommand(WaitingSql);
        await using var rows = await waiting.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            if (areas.HandlerOf(rows.GetString(0), (RegionLevel)rows.GetInt16(1)) is not { } handler || !staffed.Contains(handler.Code.ToString())) unattended += rows.GetInt64(2);
        return unattended;
    }
}
