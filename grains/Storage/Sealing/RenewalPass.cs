using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Passes of a rotation over the tables. One batch is one transaction that renews its rows and remembers where it came to, so that it goes on there
/// after any end. The rotation is done when a whole pass finds nothing, or many in a row nothing that they could change.
/// </summary>
internal sealed class RenewalPass(RingSealer sealer, KeySettings settings, TimeProvider clock)
{
    /// <summary>What somebody is just writing is found again in the next pass; what can never be opened must not keep a rotation open for ever.</summary>
    private const int FruitlessMost = 20;

    private const string Begin = "update key_rotation set stage = 'running' where id = $1 and stage = 'waiting'";
    private const string Here = """
        insert into key_rotation_table as k (rotation, name, pass) values ($1, $2, $3) on conflict (rotation, name) do update set
            after = case when k.pass = $3 then k.after end, complete = k.pass = $3 and k.complete,
            pass_found = case when k.pass = $3 then k.pass_found else 0 end, pass_left = case when k.pass = $3 then k.pass_left else 0 end, pass = $3
        returning complete, after
        """;
    private const string Advance = """
        update key_rotation_table set after = $3, complete = $4, renewed = renewed + $5, pass_found = pass_found + $5 + $6, pass_left = pass_left + $6 where rotation = $1 and name = $2
        """;
    private const string Found = "select coalesce(sum(pass_found), 0)::bigint, coalesce(sum(pass_left), 0)::bigint from key_rotation_table where rotation = $1";
    private const string EndPass = """
        update key_rotation set passes = $2, left_over = $3, fruitless = case when $3 > 0 and $4 then fruitless + 1 else 0 end,
            stage = case when $4 and ($3 = 0 or fruitless + 1 >= $5) then 'done' else stage end, finished_at = case when $4 and ($3 = 0 or fruitless + 1 >= $5) then $6 end
        where id = $1
        """;

    /// <summary>One batch of the rotation.</summary>
    /// <returns>Rows renewed; null when there is nothing to do at present.</returns>
    public async Task<long?> StepAsync(NpgsqlConnection connection, KeyRotation rotation, CancellationToken ct)
    {
        if (rotation.Stage == "done" || clock.GetUtcNow() < rotation.ActiveFrom + settings.Grace) return null;
        if (rotation.Stage == "waiting") await KeyRotations.RunAsync(connection, Begin, ct, rotation.Id);
        var pass = rotation.Passes + 1;
        foreach (var table in SealedTables.All)
        {
            var (complete, after) = await HereAsync(connection, rotation.Id, table.Name, pass, ct);
            if (!complete) return await BatchAsync(connection, rotation, table, after, ct);
        }
        await EndAsync(connection, rotation.Id, pass, ct);
        return 0;
    }

    private async Task<long> BatchAsync(NpgsqlConnection connection, KeyRotation rotation, SealedTable table, string[]? after, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rows = await table.StaleAsync(connection, new RotationKeys(rotation.SealKey, rotation.IndexKey), after, settings.BatchRows, ct);
        var whole = rows.Where(Opens).ToList();
        var renewed = whole.Count == 0 ? 0 : await table.RenewAsync(connection, whole, sealer, ct);
        await using var command = KeyRotations.With(connection, Advance, rotation.Id, table.Name);
        command.Parameters.Add(new() { Value = rows.Count == 0 ? DBNull.Value : rows[^1].Key, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        foreach (var value in new object[] { rows.Count < settings.BatchRows, renewed, rows.Count - renewed }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return renewed;
    }

    /// <summary>A damaged row stays as it is; the verifier names it.</summary>
    private bool Opens(StaleRow row)
    {
        try
        {
            sealer.Open(row.Place, row.Box);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException)
        {
            return false;
        }
    }

    private async Task EndAsync(NpgsqlConnection connection, long rotation, int pass, CancellationToken ct)
    {
        await using var found = KeyRotations.With(connection, Found, rotation);
        long all, left;
        await using (var reader = await found.ExecuteReaderAsync(ct))
        {
            await reader.ReadAsync(ct);
            (all, left) = (reader.GetInt64(0), reader.GetInt64(1));
        }
        await KeyRotations.RunAsync(connection, EndPass, ct, rotation, pass, left, all == left, FruitlessMost, clock.GetUtcNow().ToUniversalTime());
    }

    private static async Task<(bool Complete, string[]? After)> HereAsync(NpgsqlConnection connection, long rotation, string table, int pass, CancellationToken ct)
    {
        await using var command = KeyRotations.With(connection, Here, rotation, table, pass);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetBoolean(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<string[]>(1));
    }
}
