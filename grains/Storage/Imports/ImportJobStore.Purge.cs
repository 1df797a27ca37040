using Npgsql;

namespace FangFanPin.Storage.Imports;

public sealed partial class ImportJobStore
{
    /// <summary>Served by import_job_newest: an import is never at rest before it was made.</summary>
    private const string Old = """
        select id from import_job
        where created_at < $1 and not running and coalesce((job ->> 'FinishedAt')::timestamptz, created_at) < $1 and job ->> 'PurgedAt' is null
        order by created_at limit $2
        """;

    /// <summary>Nobody can begin a stage while this row is locked, and whoever comes after finds no preview.</summary>
    private const string Mark = """
        update import_job set job = job || case when $2 then '{}' else jsonb_build_object('PurgedAt', $3::text, 'ParsedRun', 0) end
        where id = $1 and not running
        """;

    private const string DeleteUploads = "delete from import_chunk where import_id = $1";

    private const string DeleteStaged = """
        with n as (delete from import_new where import_id = $1), h as (delete from import_household where import_id = $1),
            e as (delete from import_error where import_id = $1)
        delete from import_refused_row where import_id = $1
        """;

    public async Task PurgeAsync(Guid id, bool keepStaged, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await RunAsync(connection, Mark, ct, id, keepStaged, now.ToString("O")) == 0) return;
        await RunAsync(connection, DeleteUploads, ct, id);
        if (!keepStaged) await RunAsync(connection, DeleteStaged, ct, id);
        await transaction.CommitAsync(ct);
    }

    public async Task<IReadOnlyList<Guid>> OldAsync(DateTimeOffset before, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Old);
        Add(command, before.ToUniversalTime(), limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    /// <summary>A province's import has millions of rows: no time limit.</summary>
    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        Add(command, values);
        return await command.ExecuteNonQueryAsync(ct);
    }
}
