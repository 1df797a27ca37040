using Npgsql;

namespace FangFanPin.Storage.Sealing;

/// <summary>How far a rotation is in one table.</summary>
/// <param name="RowsAbout">The database's own estimate of the rows there.</param>
public sealed record RotationTable(string Name, long Renewed, int Pass, bool Complete, long RowsAbout);

/// <summary>更换密钥.</summary>
/// <param name="Stage"><c>waiting</c>: every process learns the keys; <c>running</c>: old rows are sealed anew; <c>done</c>.</param>
/// <param name="ActiveFrom">UTC; from then on writes use the new keys.</param>
/// <param name="LeftOver">Rows that could not be sealed anew; none when all is well.</param>
public sealed record KeyRotation(
    long Id, DateTimeOffset StartedAt, string StartedBy, KeySuite Suite, int SealKey, int IndexKey, DateTimeOffset ActiveFrom, string Stage, int Passes, long LeftOver,
    DateTimeOffset? FinishedAt, IReadOnlyList<RotationTable> Tables);

/// <summary>Tables <c>key_rotation</c> and <c>key_rotation_table</c>, and the step that adds the keys.</summary>
public sealed class KeyRotations(NpgsqlDataSource database, KeyRingSource ring, KeySettings settings, TimeProvider clock)
{
    private const string Columns = "id, started_at, started_by, suite, seal_key, index_key, active_from, stage, passes, left_over, finished_at";
    private const string Insert = "insert into key_rotation (started_at, started_by, suite, seal_key, index_key, active_from) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id";
    private const string Newest = $"select {Columns} from key_rotation order by id desc limit $1";
    private const string Tables = """
        select k.name, k.renewed, k.pass, k.complete, greatest(c.reltuples, 0)::bigint from key_rotation_table k
        left join pg_class c on c.relname = k.name and c.relnamespace = 'public'::regnamespace where k.rotation = $1 order by k.name
        """;

    /// <summary>Adds a sealing and an index key, to be used once every process has had the time to see them, and lets the background work begin then.</summary>
    /// <param name="record">Runs before anything is changed for good: what cannot be recorded does not happen.</param>
    /// <returns>Null when another rotation is not done yet.</returns>
    /// <exception cref="InvalidDataException">The file of the ring cannot be read or its provider refuses.</exception>
    public async Task<long?> StartAsync(string by, KeySuite suite, Func<Task> record, CancellationToken ct = default)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Two that start at once: the second waits here for the first, and then finds it.
        await RunAsync(connection, "lock table key_rotation in exclusive mode", ct);
        var next = ring.Newest().WithNewKeys(suite, now + settings.Grace);
        var id = (long?)await ScalarAsync(connection, Insert, ct, now.ToUniversalTime(), by, suite.ToString(), next.Seal.Id, next.Index.Id, next.From!.Value.ToUniversalTime());
        if (id is null) return null;
        await record();
        // A commit that fails after this leaves keys that are used and a ring that is whole; the next rotation adds others.
        ring.File.Write(next);
        await transaction.CommitAsync(ct);
        return id;
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<KeyRotation>> ListAsync(int limit, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await ListAsync(connection, limit, ct);
    }

    internal static async Task<IReadOnlyList<KeyRotation>> ListAsync(NpgsqlConnection connection, int limit, CancellationToken ct)
    {
        var rotations = new List<KeyRotation>();
        await using (var command = With(connection, Newest, limit))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
                rotations.Add(new KeyRotation(
                    reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), Enum.Parse<KeySuite>(reader.GetString(3)), reader.GetInt32(4), reader.GetInt32(5),
                    reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7), reader.GetInt32(8), reader.GetInt64(9), reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10), []));
        for (var i = 0; i < rotations.Count; i++) rotations[i] = rotations[i] with { Tables = await TablesAsync(connection, rotations[i].Id, ct) };
        return rotations;
    }

    private static async Task<IReadOnlyList<RotationTable>> TablesAsync(NpgsqlConnection connection, long rotation, CancellationToken ct)
    {
        await using var command = With(connection, Tables, rotation);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tables = new List<RotationTable>();
        while (await reader.ReadAsync(ct)) tables.Add(new RotationTable(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetBoolean(3), reader.GetInt64(4)));
        return tables;
    }

    internal static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = With(connection, sql, values);
        return await command.ExecuteScalarAsync(ct);
    }

    internal static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = With(connection, sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    internal static NpgsqlCommand With(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
