using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Warnings;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Warnings;

/// <summary>Tables <c>warning_batch</c> and <c>warning_row</c>.</summary>
public sealed class WarningBatchStore(NpgsqlDataSource database, ISealer sealer) : IWarningBatches
{
    private const string Table = "warning_row";
    private const string Insert = "insert into warning_batch (id, region, created_at, batch) values ($1, $2, $3, $4) on conflict do nothing";
    private const string Copy = "copy warning_row (batch_id, row, outcome, region, reason, box) from stdin (format binary)";
    private const string Find = "select batch, run from warning_batch where id = $1";
    private const string Page = """
        select batch, run from warning_batch where $1::uuid is null or (created_at, id) < (select created_at, id from warning_batch where id = $1)
        order by created_at desc, id desc limit $2
        """;
    private const string Take = """
        update warning_batch set run = run + 1, heartbeat = now()
        where id = (select id from warning_batch where running and heartbeat < now() - $1 order by created_at limit 1 for update skip locked) returning batch, run
        """;
    private const string Columns = "select row, region, outcome, household, case_id, reason, box from warning_row";
    private const string Waiting = $"{Columns} where batch_id = $1 and outcome = 0 order by row limit $2";
    private const string Rows = $"{Columns} where batch_id = $1 and ($2::smallint is null or outcome = $2) and row > $3 order by row limit $4";
    private const string Row = $"{Columns} where batch_id = $1 and row = $2";
    private const string Beat = "update warning_batch set heartbeat = now(), running = $3, batch = $4 where id = $1 and run = $2 and running";
    private const string Done = """
        update warning_row r set outcome = d.outcome, region = d.region, household = d.household, case_id = d.case_id, reason = d.reason
        from unnest($2::int[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[]) as d (row, outcome, region, household, case_id, reason)
        where r.batch_id = $1 and r.row = d.row
        """;
    private const string Located = "update warning_row set outcome = $3, region = $4, household = $5, case_id = $6 where batch_id = $1 and row = $2 and outcome = 3";
    private const string Counts = "select outcome, count(*) from warning_row where batch_id = $1 group by outcome";

    public async Task CreateAsync(WarningBatch batch, IAsyncEnumerable<WarningRow> rows, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var insert = new NpgsqlCommand(Insert, connection))
        {
            Add(insert, batch.Id, batch.Region, batch.CreatedAt.ToUniversalTime());
            insert.Parameters.Add(Json(batch));
            if (await insert.ExecuteNonQueryAsync(ct) == 0) return;
        }
        await using (var copy = await connection.BeginBinaryImportAsync(Copy, ct))
        {
            await foreach (var row in rows.WithCancellation(ct)) await WriteAsync(copy, batch.Id, row, ct);
            await copy.CompleteAsync(ct);
        }
        await transaction.CommitAsync(ct);
    }

    public async Task<WarningBatch?> FindAsync(Guid id, CancellationToken ct) => (await BatchesAsync(Command(Find, id), ct)).FirstOrDefault();

    public async Task<IReadOnlyList<WarningBatch>> ListAsync(Guid? before, int limit, CancellationToken ct)
    {
        var command = database.CreateCommand(Page);
        command.Parameters.Add(new() { Value = before is { } id ? id : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        Add(command, limit);
        return await BatchesAsync(command, ct);
    }

    public async Task<WarningBatch?> TakeAsync(TimeSpan silence, CancellationToken ct) => (await BatchesAsync(Command(Take, silence), ct)).FirstOrDefault();
    public Task<IReadOnlyList<WarningRow>> WaitingAsync(Guid id, int limit, CancellationToken ct) => RowsAsync(id, Command(Waiting, id, limit), ct);

    public async Task<bool> SaveAsync(WarningBatch batch, IReadOnlyCollection<WarningRow> done, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var beat = new NpgsqlCommand(Beat, connection))
        {
            Add(beat, batch.Id, batch.Run, batch.FinishedAt is null);
            beat.Parameters.Add(Json(batch));
            if (await beat.ExecuteNonQueryAsync(ct) == 0) return false;
        }
        if (done.Count > 0)
        {
            await using var save = new NpgsqlCommand(Done, connection);
            Add(save, batch.Id);
            WarningRow[] rows = [.. done];
            save.WithColumn(rows, NpgsqlDbType.Integer, r => r.Row).WithColumn(rows, NpgsqlDbType.Smallint, r => (short)r.Outcome).WithColumn(rows, NpgsqlDbType.Text, r => r.Region)
                .WithColumn(rows, NpgsqlDbType.Text, r => r.Household).WithColumn(rows, NpgsqlDbType.Text, r => r.CaseId).WithColumn(rows, NpgsqlDbType.Text, r => r.Reason);
            await save.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);
        return true;
    }

    public async Task<IReadOnlyDictionary<WarningOutcome, long>> CountAsync(Guid id, CancellationToken ct)
    {
        await using var command = Command(Counts, id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var counts = new Dictionary<WarningOutcome, long>();
        while (await reader.ReadAsync(ct)) counts[(WarningOutcome)reader.GetInt16(0)] = reader.GetInt64(1);
        return counts;
    }

    public Task<IReadOnlyList<WarningRow>> RowsAsync(Guid id, WarningOutcome? outcome, int after, int limit, CancellationToken ct)
    {
        var command = Command(Rows, id);
        command.Parameters.Add(new() { Value = outcome is { } one ? (short)one : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        Add(command, after, limit);
        return RowsAsync(id, command, ct);
    }

    public async Task<WarningRow?> RowAsync(Guid id, int row, CancellationToken ct) => (await RowsAsync(id, Command(Row, id, row), ct)).FirstOrDefault();

    public async Task<bool> LocatedAsync(Guid id, WarningRow row, CancellationToken ct)
    {
        await using var command = Command(Located, id, row.Row, (short)row.Outcome, row.Region);
        foreach (var text in new[] { row.Household, row.CaseId }) command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    public Task<IReadOnlyDictionary<string, (string Code, string Village)>> ByCertificateAsync(IReadOnlyCollection<string> certificates, CancellationToken ct) =>
        WarningMatches.ByCertificateAsync(database, sealer, certificates, ct);

    public Task<IReadOnlyDictionary<NamedPerson, (string Code, string Village)>> ByNameAsync(IReadOnlyCollection<NamedPerson> people, CancellationToken ct) =>
        WarningMatches.ByNameAsync(database, people, ct);

    private async Task WriteAsync(NpgsqlBinaryImporter copy, Guid batch, WarningRow row, CancellationToken ct)
    {
        await copy.StartRowAsync(ct);
        await copy.WriteAsync(batch, ct);
        await copy.WriteAsync(row.Row, ct);
        await copy.WriteAsync((short)row.Outcome, ct);
        await copy.WriteAsync(row.Region, ct);
        if (row.Reason is { } reason) await copy.WriteAsync(reason, ct);
        else await copy.WriteNullAsync(ct);
        if (row.Warning is { } warning) await copy.WriteAsync(sealer.Seal(Place(batch, row.Row), JsonSerializer.SerializeToUtf8Bytes(warning, WireJson.Options)), ct);
        else await copy.WriteNullAsync(ct);
    }

    private async Task<IReadOnlyList<WarningRow>> RowsAsync(Guid id, NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<WarningRow>();
        while (await reader.ReadAsync(ct))
        {
            var warning = reader.IsDBNull(6) ? null : JsonSerializer.Deserialize<DeptWarning>(sealer.Open(Place(id, reader.GetInt32(0)), reader.GetFieldValue<byte[]>(6)), WireJson.Options);
            rows.Add(new WarningRow(reader.GetInt32(0), reader.GetString(1), warning, (WarningOutcome)reader.GetInt16(2), Text(reader, 3), Text(reader, 4), Text(reader, 5)));
        }
        return rows;
    }

    private static async Task<List<WarningBatch>> BatchesAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var batches = new List<WarningBatch>();
        while (await reader.ReadAsync(ct)) batches.Add(JsonSerializer.Deserialize<WarningBatch>(reader.GetString(0), WireJson.Options)! with { Run = reader.GetInt32(1) });
        return batches;
    }

    private static SealPlace Place(Guid batch, int row) => new(Table, $"{batch:N}/{row}", 0);
    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    private static NpgsqlParameter Json<T>(T value) => new() { Value = JsonSerializer.Serialize(value, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        Add(command, values);
        return command;
    }
}
