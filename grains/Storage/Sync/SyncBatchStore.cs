using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Sync;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Sync;

/// <summary>Tables <c>sync_batch</c>, <c>sync_share</c> and <c>sync_line</c>. Where column and document differ, the column is newer.</summary>
public sealed class SyncBatchStore(NpgsqlDataSource database, ISealer sealer) : ISyncBatches
{
    private const string Columns = "batch, stage, run";
    private const string Insert = """
        insert into sync_batch (id, started_at, trigger, due_at, stage, running, batch) values ($1, $2, $3, $4, $5, true, $6) on conflict do nothing
        """;
    private const string Reopen = $"""
        update sync_batch set running = true, stage = 'Applying', run = run + 1, heartbeat = now(), batch = batch || jsonb_build_object('FinishedAt', null, 'Attempts', 0)
        where id = $1 and not running and not exists (select from sync_batch where running) returning {Columns}
        """;
    private const string TakeOver = $"""
        update sync_batch set run = run + 1, heartbeat = now(), batch = batch || jsonb_build_object('Attempts', coalesce((batch ->> 'Attempts')::int, 0) + 1)
        where running and heartbeat < now() - $1 returning {Columns}
        """;
    private const string Beat = "update sync_batch set heartbeat = now() where id = $1 and run = $2 and running";
    private const string Save = "update sync_batch set heartbeat = now(), stage = $3, running = $4, batch = $5 where id = $1 and run = $2 and running";
    private const string Release = "update sync_batch set heartbeat = '-infinity' where id = $1 and run = $2 and running";
    private const string Find = $"select {Columns} from sync_batch where id = $1";
    private const string Page = $"""
        select {Columns} from sync_batch where $1::uuid is null or (started_at, id) < (select started_at, id from sync_batch where id = $1)
        order by started_at desc, id desc limit $2
        """;
    private const string LastRead = $"""
        select {Columns} from sync_batch where id <> $1 and trigger <> 'Unlocked' and batch ->> 'ReadAt' is not null order by started_at desc, id desc limit 1
        """;
    private const string HasFor = "select exists (select from sync_batch where due_at = $1)";
    private const string HasAny = "select exists (select from sync_batch where due_at is not null)";
    private const string Shares = "select share, stage from sync_share where batch_id = any ($1) order by region";
    private const string SaveShare = """
        update sync_share s set stage = $3, share = $4 from sync_batch b
        where s.batch_id = $1 and s.region = $2 and b.id = s.batch_id and b.run = $5 and b.running
        """;
    private const string Decide = "update sync_share set stage = $3, share = $4 where batch_id = $1 and region = $2 and stage = 'Held'";
    private const string Lines = """
        select l.code, l.kind, l.village, h.head_name, l.reason from sync_line l left join household h on h.code = l.code
        where l.batch_id = $1 and l.share = $2 and l.kind = $3 and l.kind <> 0 and ($4::text is null or l.code > $4 collate "C") order by l.code limit $5
        """;
    private const string Standing = """
        select m.since, s.state, s.reason, p.case_id, p.since, p.box,
            case when s.code is not null then (select max((r.share ->> 'FinishedAt')::timestamptz) from sync_share r where r.region = s.region and r.stage = 'Done') else null end
        from (select $1::text as code) c left join sync_household s on s.code = c.code left join sync_missing m on m.code = c.code left join sync_pending p on p.code = c.code
        """;

    public async Task<bool> BeginAsync(SyncBatch batch, CancellationToken ct)
    {
        await using var command = Command(Insert, batch.Id, batch.StartedAt.ToUniversalTime(), batch.Trigger.ToString());
        command.Parameters.Add(new() { Value = batch.DueAt is { } due ? due.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = batch.Stage.ToString() });
        command.Parameters.Add(SyncPublishing.Json(batch));
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    public async Task<SyncBatch?> ReopenAsync(Guid id, CancellationToken ct)
    {
        try
        {
            return (await ReadAsync(Command(Reopen, id), ct)).FirstOrDefault();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null; // another one began in this very moment
        }
    }

    public async Task<SyncBatch?> TakeOverAsync(TimeSpan silent, CancellationToken ct) => (await ReadAsync(Command(TakeOver, silent), ct)).FirstOrDefault();
    public async Task<bool> BeatAsync(Guid id, int run, CancellationToken ct) => await ExecuteAsync(Command(Beat, id, run), ct) == 1;

    public async Task<bool> SaveAsync(SyncBatch batch, CancellationToken ct)
    {
        var command = Command(Save, batch.Id, batch.Run, batch.Stage.ToString(), !batch.IsAtRest);
        command.Parameters.Add(SyncPublishing.Json(batch));
        return await ExecuteAsync(command, ct) == 1;
    }

    public Task ReleaseAsync(Guid id, int run, CancellationToken ct) => ExecuteAsync(Command(Release, id, run), ct);
    public async Task<SyncBatch?> FindAsync(Guid id, CancellationToken ct) => (await ReadAsync(Command(Find, id), ct)).FirstOrDefault();

    public async Task<IReadOnlyList<SyncBatch>> ListAsync(Guid? before, int limit, CancellationToken ct)
    {
        var command = database.CreateCommand(Page);
        command.Parameters.Add(new() { Value = before is { } id ? id : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, ct);
    }

    public async Task<SyncBatch?> LastReadAsync(Guid but, CancellationToken ct) => (await ReadAsync(Command(LastRead, but), ct)).FirstOrDefault();
    public Task<bool> HasBatchForAsync(DateTimeOffset dueAt, CancellationToken ct) => AskAsync(Command(HasFor, dueAt.ToUniversalTime()), ct);
    public Task<bool> HasAnyAsync(CancellationToken ct) => AskAsync(Command(HasAny), ct);

    public async Task<IReadOnlyList<SyncShare>> SharesAsync(IReadOnlyCollection<Guid> batches, CancellationToken ct)
    {
        await using var command = Command(Shares, (object)batches.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var shares = new List<SyncShare>();
        while (await reader.ReadAsync(ct))
            shares.Add(JsonSerializer.Deserialize<SyncShare>(reader.GetString(0), WireJson.Options)! with { Stage = Enum.Parse<ShareStage>(reader.GetString(1)) });
        return shares;
    }

    public async Task<bool> SaveShareAsync(SyncShare share, int run, CancellationToken ct) => await ExecuteAsync(OfShare(SaveShare, share, run), ct) == 1;
    public async Task<bool> DecideAsync(SyncShare share, CancellationToken ct) => await ExecuteAsync(OfShare(Decide, share), ct) == 1;

    public async Task<IReadOnlyList<SyncLine>> LinesAsync(Guid batch, string region, SyncLineKind kind, string? after, int limit, CancellationToken ct)
    {
        await using var command = Command(Lines, batch, region, (short)kind);
        // Rows that name no household stand under the empty code, which comes after nothing.
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lines = new List<SyncLine>();
        while (await reader.ReadAsync(ct)) lines.Add(new SyncLine(reader.GetString(0), (SyncLineKind)reader.GetInt16(1), Text(reader, 2), Text(reader, 3), Text(reader, 4)));
        return lines;
    }

    public async Task<NationalStanding?> StandingAsync(string household, CancellationToken ct)
    {
        await using var command = Command(Standing, household);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var pending = reader.IsDBNull(3) ? null : new PendingValues(reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), Open(household, reader.GetFieldValue<byte[]>(5)));
        return new NationalStanding(Moment(reader, 6), Moment(reader, 0), reader.IsDBNull(1) || reader.GetInt16(1) == 0 ? null : Text(reader, 2), pending);
    }

    private IReadOnlyList<FieldChange> Open(string household, byte[] box) =>
        JsonSerializer.Deserialize<IReadOnlyList<FieldChange>>(sealer.Open(new SealPlace(SyncPublishing.PendingTable, household, 0), box), WireJson.Options)!;

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    private static DateTimeOffset? Moment(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private NpgsqlCommand OfShare(string sql, SyncShare share, params object[] more)
    {
        var command = Command(sql, share.Batch, share.Region, share.Stage.ToString());
        command.Parameters.Add(SyncPublishing.Json(share));
        foreach (var value in more) command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static async Task<List<SyncBatch>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var batches = new List<SyncBatch>();
        while (await reader.ReadAsync(ct))
            batches.Add(JsonSerializer.Deserialize<SyncBatch>(reader.GetString(0), WireJson.Options)! with { Stage = Enum.Parse<SyncStage>(reader.GetString(1)), Run = reader.GetInt32(2) });
        return batches;
    }

    private static async Task<int> ExecuteAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<bool> AskAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
