using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Exports;

/// <summary>Table <c>export_job</c>. Where column and document differ, the column is newer.</summary>
public sealed class ExportJobStore(NpgsqlDataSource database, ISealer sealer) : IExportJobs
{
    private const string Table = "export_job";

    /// <summary>Two requests of one account in the same moment may be one too many: the bound is against piling up.</summary>
    private const string Insert = """
        insert into export_job (id, account, region, created_at, stage, asked, job)
        select $1, $2, $3, $4, 'Waiting', $5, $6
        where (select count(*) from export_job where account = $2 and (running or stage = 'Waiting')) < $7
        on conflict do nothing
        """;
    private const string Find = "select job, stage, run from export_job where id = $1";
    private const string Page = "select job, stage, run from export_job where account = $1 order by created_at desc, id desc limit $2";
    private const string Take = """
        update export_job set stage = 'Running', running = true, run = run + 1, heartbeat = now(),
            job = job || jsonb_build_object('StartedAt', $2::text, 'Rows', 0, 'Share', 0, 'Attempts', coalesce((job ->> 'Attempts')::int, 0) + case when running then 1 else 0 end)
        where id = (select id from export_job where (running or stage = 'Waiting') and (heartbeat is null or heartbeat < now() - $1)
            order by created_at limit 1 for update skip locked)
        returning job, stage, run, asked
        """;
    private const string Save = """
        update export_job set heartbeat = now(), stage = $3, running = $4, job = $5, expires_at = $6 where id = $1 and run = $2 and running returning cancel
        """;
    private const string Release = "update export_job set stage = 'Waiting', running = false, heartbeat = null where id = $1 and run = $2 and running";
    private const string AskToCancel = """
        update export_job set cancel = true, stage = case when running then stage else 'Cancelled' end,
            job = case when running then job else job || jsonb_build_object('FinishedAt', $2::text) end
        where id = $1 and (running or stage = 'Waiting')
        """;
    private const string Due = "select id from export_job where stage = 'Done' and expires_at <= $1 order by expires_at limit 100";
    private const string Expire = "update export_job set stage = 'Expired' where id = $1 and stage = 'Done'";

    public async Task<bool> CreateAsync(ExportJob job, ExportRequest asked, int openMax, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Insert);
        Add(command, job.Id, job.Account, job.Region, job.CreatedAt, sealer.Seal(Place(job.Id), JsonSerializer.SerializeToUtf8Bytes(asked, WireJson.Options)));
        AddJob(command, job);
        Add(command, openMax);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    public async Task<ExportJob?> FindAsync(Guid id, CancellationToken ct) => (await ReadAsync(Find, ct, id)).FirstOrDefault();

    public async Task<IReadOnlyList<ExportJob>> ListAsync(string account, int limit, CancellationToken ct) => await ReadAsync(Page, ct, account, limit);

    public async Task<(ExportJob Job, ExportRequest Asked)?> TakeAsync(TimeSpan silence, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Take);
        Add(command, silence, now.ToString("O"));
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var job = Job(reader);
        return (job, JsonSerializer.Deserialize<ExportRequest>(sealer.Open(Place(job.Id), reader.GetFieldValue<byte[]>(3)), WireJson.Options)!);
    }

    public async Task<ExportOrder> SaveAsync(ExportJob job, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Save);
        Add(command, job.Id, job.Run, job.Stage.ToString(), !job.IsAtRest);
        AddJob(command, job);
        command.Parameters.Add(new() { Value = job.ExpiresAt is { } at ? at.ToUniversalTime() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return await command.ExecuteScalarAsync(ct) switch { null => ExportOrder.GiveWay, true => ExportOrder.Cancel, _ => ExportOrder.GoOn };
    }

    public Task ReleaseAsync(Guid id, int run, CancellationToken ct) => ExecuteAsync(Release, ct, id, run);

    public async Task<bool> AskToCancelAsync(Guid id, DateTimeOffset now, CancellationToken ct) => await ExecuteAsync(AskToCancel, ct, id, now.ToString("O")) == 1;

    public async Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Due);
        Add(command, now.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    public Task ExpireAsync(Guid id, CancellationToken ct) => ExecuteAsync(Expire, ct, id);

    private static SealPlace Place(Guid id) => new(Table, id.ToString("N"), 0);

    private async Task<List<ExportJob>> ReadAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        Add(command, values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var jobs = new List<ExportJob>();
        while (await reader.ReadAsync(ct)) jobs.Add(Job(reader));
        return jobs;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        Add(command, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
    }

    private static void AddJob(NpgsqlCommand command, ExportJob job) =>
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(job, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });

    private static ExportJob Job(NpgsqlDataReader reader) =>
        JsonSerializer.Deserialize<ExportJob>(reader.GetString(0), WireJson.Options)! with { Stage = Enum.Parse<ExportStage>(reader.GetString(1)), Run = reader.GetInt32(2) };
}
