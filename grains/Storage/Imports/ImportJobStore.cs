using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Imports;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Table <c>import_job</c>. The columns decide who may write, the document says the rest.</summary>
public sealed partial class ImportJobStore(NpgsqlDataSource database) : IImportJobs
{
    private const string Insert =
        "insert into import_job (id, region, created_at, created_by, stage, job) values ($1, $2, $3, $4, $5, $6)";
    private const string Find = "select job, stage, run from import_job where id = $1";
    private const string Page = """
        select job, stage, run from import_job
        where $1::uuid is null or (created_at, id) < (select created_at, id from import_job where id = $1)
        order by created_at desc, id desc limit $2
        """;
    private const int ReadAtOnce = 200;
    private const string Delete = "delete from import_job where id = $1";
    private const string FilesArrived = "update import_job set stage = $2, job = $3 where id = $1 and stage = 'Uploading'";
    private const string Begin = """
        update import_job set stage = $3, running = true, run = run + 1, heartbeat = now(), cancel = false,
            job = job || jsonb_build_object('Attempts', 0, 'StageStartedAt', $4::text, 'Fault', null, 'FinishedAt', null)
        where id = $1 and not running and stage = any ($2) returning job, stage, run
        """;
    private const string TakeOver = """
        update import_job set run = run + 1, heartbeat = now(), job = job || jsonb_build_object('Attempts', coalesce((job ->> 'Attempts')::int, 0) + 1)
        where id = $1 and running and heartbeat < now() - $2 returning job, stage, run
        """;
    private const string Silent = "select id from import_job where running and heartbeat < now() - $1 order by heartbeat limit 100";
    private const string Beat = "update import_job set heartbeat = now() where id = $1 and run = $2 and running returning cancel";
    private const string Save = """
        update import_job set heartbeat = now(), stage = $3, running = $4, job = $5 where id = $1 and run = $2 and running returning cancel
        """;
    private const string SaveOutcomes = """
        update import_household h set outcome = o.outcome, reason = coalesce(o.reason, h.reason)
        from unnest($3::text[], $4::smallint[], $5::text[]) as o (code, outcome, reason)
        where h.import_id = $1 and h.run = $2 and h.code = o.code
        """;
    private const string Release = "update import_job set heartbeat = '-infinity' where id = $1 and run = $2 and running";
    private const string AskToCancel = "update import_job set cancel = true where id = $1 and running";

    public async Task CreateAsync(ImportJob job, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Insert);
        Add(command, job.Id, job.Region, job.CreatedAt, job.Actor.Account, job.Stage.ToString());
        AddJob(command, job);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<ImportJob?> FindAsync(Guid id, CancellationToken ct) => await OneAsync(Find, ct, id);

    public async Task<IReadOnlyList<ImportJob>> ListAsync(Func<string, bool> mayRead, Guid? before, int limit, CancellationToken ct)
    {
        var jobs = new List<ImportJob>();
        // What may be read only the caller knows: pages, until enough of it is found. Without a limit the database would read and sort all of them.
        while (jobs.Count < limit)
        {
            var page = await PageAsync(before, ct);
            jobs.AddRange(page.Where(j => mayRead(j.Region)).Take(limit - jobs.Count));
            if (page.Count < ReadAtOnce) break;
            before = page[^1].Id;
        }
        return jobs;
    }

    private async Task<List<ImportJob>> PageAsync(Guid? before, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Page);
        command.Parameters.Add(new() { Value = before is { } id ? id : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = ReadAtOnce });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var page = new List<ImportJob>();
        while (await reader.ReadAsync(ct)) page.Add(Read(reader));
        return page;
    }

    public Task DeleteAsync(Guid id, CancellationToken ct) => ExecuteAsync(Delete, ct, id);

    public async Task FilesArrivedAsync(ImportJob job, CancellationToken ct)
    {
        await using var command = database.CreateCommand(FilesArrived);
        Add(command, job.Id, nameof(ImportStage.Uploaded));
        AddJob(command, job with { Stage = ImportStage.Uploaded });
        await command.ExecuteNonQueryAsync(ct);
    }

    public Task<ImportJob?> BeginAsync(Guid id, IReadOnlyCollection<ImportStage> from, ImportStage stage, DateTimeOffset now, CancellationToken ct) =>
        OneAsync(Begin, ct, id, from.Select(s => s.ToString()).ToArray(), stage.ToString(), now.ToString("O"));

    public Task<ImportJob?> TakeOverAsync(Guid id, TimeSpan silent, CancellationToken ct) => OneAsync(TakeOver, ct, id, silent);

    public async Task<IReadOnlyList<Guid>> SilentAsync(TimeSpan silent, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Silent);
        Add(command, silent);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    public async Task<RunnerOrder> BeatAsync(Guid id, int run, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Beat);
        Add(command, id, run);
        return Order(await command.ExecuteScalarAsync(ct));
    }

    public async Task<RunnerOrder> SaveAsync(ImportJob job, IReadOnlyCollection<(string Code, StagedOutcome Outcome, string? Reason)> outcomes, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var order = await SaveAsync(job, connection, transaction, ct);
        if (order == RunnerOrder.GiveWay) return order;
        if (outcomes.Count > 0) await SaveOutcomesAsync(job, outcomes, connection, transaction, ct);
        await transaction.CommitAsync(ct);
        return order;
    }

    /// <summary>As part of a transaction, which the caller must not commit when told to give way.</summary>
    internal static async Task<RunnerOrder> SaveAsync(ImportJob job, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Save, connection, transaction);
        Add(command, job.Id, job.Run, job.Stage.ToString(), !job.IsAtRest);
        AddJob(command, job);
        return Order(await command.ExecuteScalarAsync(ct));
    }

    public Task ReleaseAsync(Guid id, int run, CancellationToken ct) => ExecuteAsync(Release, ct, id, run);

    public async Task<bool> AskToCancelAsync(Guid id, CancellationToken ct) => await ExecuteAsync(AskToCancel, ct, id) == 1;

    private static async Task SaveOutcomesAsync(
        ImportJob job, IReadOnlyCollection<(string Code, StagedOutcome Outcome, string? Reason)> outcomes, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SaveOutcomes, connection, transaction);
        Add(command, job.Id, job.ParsedRun, outcomes.Select(o => o.Code).ToArray(), outcomes.Select(o => (short)o.Outcome).ToArray());
        command.Parameters.Add(new() { Value = outcomes.Select(o => o.Reason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static RunnerOrder Order(object? cancel) => cancel switch { null => RunnerOrder.GiveWay, true => RunnerOrder.Cancel, _ => RunnerOrder.GoOn };

    private async Task<ImportJob?> OneAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        Add(command, values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
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

    private static void AddJob(NpgsqlCommand command, ImportJob job) =>
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(job, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });

    /// <summary>Where column and document differ, the column is newer.</summary>
    private static ImportJob Read(NpgsqlDataReader reader) =>
        JsonSerializer.Deserialize<ImportJob>(reader.GetString(0), WireJson.Options)! with { Stage = Enum.Parse<ImportStage>(reader.GetString(1)), Run = reader.GetInt32(2) };
}
