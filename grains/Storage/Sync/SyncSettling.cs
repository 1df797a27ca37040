using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// The end of a county's share: what its import came to goes into the report, and what the extract said becomes what the next one is compared with. One
/// transaction, guarded by the share's stage, so that it happens once.
/// </summary>
internal sealed class SyncSettling(NpgsqlDataSource database)
{
    private const string Claim = """
        select s.share from sync_share s join sync_batch b on b.id = s.batch_id
        where s.batch_id = $1 and s.region = $2 and s.stage in ('Waiting', 'Importing') and b.run = $3 and b.running for update of s, b
        """;

    private const string Analyze = "select analyze_grown()";

    /// <summary>Whatever the planner still believes of tables that were filled a moment ago: every statement here takes the whole share at once.</summary>
    private const string ByHashes = "set local enable_nestloop = off; set local work_mem = '64MB'";

    /// <summary>Kinds and outcomes of import_household: 1 new, 2 changed, 3 unchanged, 4 in conflict, 5 refused; 2 as it was, 3 refused at the commit.</summary>
    private const string Judge = """
        update sync_line l set
            kind = case when h.kind = 5 then 5 when h.kind = 4 or h.outcome = 3 then 3 when h.kind = 3 or h.outcome = 2 then 0 else h.kind end,
            reason = h.reason
        from import_household h
        where l.batch_id = $1 and l.share = $2 and l.kind in (1, 2) and h.import_id = $3 and h.run = $4 and h.code = l.code
        """;

    /// <summary>Nothing of them could be read as a household's.</summary>
    private const string Unread = """
        update sync_line l set kind = 5, reason = $5 where l.batch_id = $1 and l.share = $2 and l.kind in (1, 2)
            and not exists (select from import_household h where h.import_id = $3 and h.run = $4 and h.code = l.code)
        """;

    private const string Settle = """
        with returned as (
            update sync_line l set kind = 6 from sync_missing m
            where l.batch_id = $1 and l.share = $2 and l.kind in (0, 1, 2) and l.digest is not null and m.code = l.code
        ), kept as (
            insert into sync_household as s (code, region, village, digest, state, reason, batch_id)
            select code, region, coalesce(village, ''), digest, case kind when 5 then 1 when 3 then 2 else 0 end, case when kind in (3, 5) then reason end, batch_id
            from sync_line where batch_id = $1 and share = $2 and digest is not null order by code
            on conflict (code) do update set region = excluded.region, village = excluded.village, digest = excluded.digest, state = excluded.state,
                reason = excluded.reason, batch_id = excluded.batch_id
            where (s.region, s.village, s.digest, s.state, s.reason) is distinct from (excluded.region, excluded.village, excluded.digest, excluded.state, excluded.reason)
        ), gone as (
            delete from sync_household s using sync_line l where l.batch_id = $1 and l.share = $2 and l.kind = 4 and s.code = l.code
        ), marked as (
            insert into sync_missing (code, region, village, since, batch_id)
            select code, region, village, $3, batch_id from sync_line where batch_id = $1 and share = $2 and kind = 4 order by code
            on conflict do nothing
        ), back as (
            delete from sync_missing m using sync_line l where l.batch_id = $1 and l.share = $2 and l.digest is not null and m.code = l.code
        ), free as (
            delete from sync_pending p using sync_line l where l.batch_id = $1 and l.share = $2 and l.kind <> 3 and p.code = l.code
        ), villages as (
            insert into sync_village as v (village, region, digest, households)
            select village, share, digest, households from sync_village_next where batch_id = $1 and share = $2 and digest is not null order by village
            on conflict (village) do update set region = excluded.region, digest = excluded.digest, households = excluded.households
        ), emptied as (
            delete from sync_village v using sync_village_next n where n.batch_id = $1 and n.share = $2 and n.digest is null and v.village = n.village
        )
        select 1
        """;

    private const string Tidy = """
        with lines as (delete from sync_line where batch_id = $1 and share = $2 and kind = 0)
        delete from sync_village_next where batch_id = $1 and share = $2
        """;

    private const string Counts = "select kind, count(*) from sync_line where batch_id = $1 and share = $2 group by kind";
    private const string Save = "update sync_share set stage = $3, share = $4 where batch_id = $1 and region = $2";

    /// <summary>By the extract's own rows; and families that the register knew under a code of its own and the national system has given one of its codes.</summary>
    private const string Confirmed = $"""
        select c.id, c.kind, c.household from sync_line l join case_file c on c.household = l.code
        where l.batch_id = $1 and l.share = $2 and l.shows and c.is_open and c.step = '{CaseSteps.Booked}'
        union
        select c.id, c.kind, c.household from case_file c join household h on h.code = c.household
        where c.is_open and c.step = '{CaseSteps.Booked}' and h.status = '{HouseholdStatuses.Archived}' and c.household like 'P%'
            and exists (select from unnest($3::text[], $4::text[]) as v (lo, hi) where c.village >= v.lo and c.village <= v.hi)
        """;

    public async Task<SyncShare> RunAsync(SyncShare share, int run, int? importRun, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await RunAsync(connection, Analyze, ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await ScalarAsync(connection, Claim, ct, share.Batch, share.Region, run) is null) throw new OperationCanceledException("Another runner has settled this share.");
        await RunAsync(connection, ByHashes, ct);
        if (share.Import is { } import && importRun is { } staged)
        {
            await RunAsync(connection, Judge, ct, share.Batch, share.Region, import, staged);
            await RunAsync(connection, Unread, ct, share.Batch, share.Region, import, staged, SyncErrors.NoCode.Code);
        }
        await RunAsync(connection, Settle, ct, share.Batch, share.Region, now.ToUniversalTime());
        await RunAsync(connection, Tidy, ct, share.Batch, share.Region);
        share = share with { Stage = ShareStage.Done, FinishedAt = now, Counts = await CountAsync(connection, share, ct) };
        await using (var save = Command(connection, Save, share.Batch, share.Region, share.Stage.ToString()))
        {
            save.Parameters.Add(SyncPublishing.Json(share));
            await save.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);
        return share;
    }

    public async Task<IReadOnlyList<BookedCase>> ConfirmedAsync(SyncShare share, IReadOnlyList<(RegionCode From, RegionCode To)> villages, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var command = Command(connection, Confirmed, share.Batch, share.Region,
            villages.Select(v => v.From.ToString()).ToArray(), villages.Select(v => v.To.ToString()).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var cases = new List<BookedCase>();
        while (await reader.ReadAsync(ct)) cases.Add(new BookedCase(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return cases;
    }

    private static async Task<SyncCounts> CountAsync(NpgsqlConnection connection, SyncShare share, CancellationToken ct)
    {
        var of = new Dictionary<SyncLineKind, long>();
        await using (var command = Command(connection, Counts, share.Batch, share.Region))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) of[(SyncLineKind)reader.GetInt16(0)] = reader.GetInt64(1);
        long Of(SyncLineKind kind) => of.GetValueOrDefault(kind);
        var counts = share.Counts with
        {
            New = Of(SyncLineKind.New), Changed = Of(SyncLineKind.Changed), Conflicting = Of(SyncLineKind.Conflicting), Rejected = Of(SyncLineKind.Rejected),
            Returned = Of(SyncLineKind.Returned), Disappeared = Of(SyncLineKind.Disappeared),
        };
        return counts with { Unchanged = counts.Households - counts.New - counts.Changed - counts.Conflicting - counts.Rejected - counts.Returned };
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(ct);
    }

    private static Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values) => ScalarAsync(connection, sql, ct, values);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
