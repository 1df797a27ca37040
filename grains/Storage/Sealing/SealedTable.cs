using FangFanPin.Domain.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Sealing;

/// <summary>A row that is sealed with an old key.</summary>
/// <param name="Key">Its primary key as texts.</param>
/// <param name="Hash">Fingerprint of the content; null where there is none.</param>
internal sealed record StaleRow(string[] Key, SealPlace Place, byte[] Box, byte[]? Hash = null);

/// <summary>
/// A table with a sealed column, and how its rows are sealed anew. Rows that somebody else is writing are passed over; the next pass finds them.
/// Nothing but the box changes, so that versions, histories and figures do not notice.
/// </summary>
internal class SealedTable
{
    /// <summary>Name, and what the place of its boxes is called where <see cref="PlaceTable"/> says nothing else.</summary>
    public required string Name { get; init; }

    /// <summary>The sealed column.</summary>
    public required string Box { get; init; }

    /// <summary>Of the place for which its boxes are sealed; null: the table itself.</summary>
    public string? PlaceTable { get; init; }

    /// <summary>Columns of the primary key with their types.</summary>
    public required (string Column, string Type)[] Key { get; init; }

    /// <summary>SQL over row <c>t</c>: the key of the box's place.</summary>
    public required string PlaceKey { get; init; }

    /// <summary>SQL: the version of the box's place.</summary>
    public string Version { get; init; } = "0::bigint";

    /// <summary>SQL: hashed with another key than <c>$2</c>; for tables that have hashes.</summary>
    public string StaleHashes { get; init; } = "false";

    /// <summary>Has a column <c>document_hash</c>.</summary>
    public bool Hashed { get; init; }

    /// <summary>Insert-only for the program: sealed anew by a function that can do nothing else.</summary>
    public bool History { get; init; }

    private string Columns => string.Join(", ", Key.Select(k => $"t.{k.Column}"));

    /// <summary>The next rows under old keys, in the order of the primary key.</summary>
    public virtual async Task<IReadOnlyList<StaleRow>> StaleAsync(NpgsqlConnection connection, RotationKeys keys, string[]? after, int limit, CancellationToken ct)
    {
        var behind = after is null ? "" : $"and ({Columns}) > ({string.Join(", ", Key.Select((k, i) => $"($4::text[])[{i + 1}]::{k.Type}"))})";
        var sql = $"""
            select array[{string.Join(", ", Key.Select(k => $"t.{k.Column}::text"))}], {PlaceKey}, {Version}, t.{Box}, {(Hashed ? "t.document_hash" : "null::bytea")} from {Name} t
            where t.{Box} is not null and (get_byte(t.{Box}, 1) <> $1 or {StaleHashes}) {behind} and $2 > 0 order by {Columns} limit $3
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[] { keys.Seal, keys.Index, limit }) command.Parameters.Add(new() { Value = value });
        if (after is not null) command.Parameters.Add(new() { Value = after });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<StaleRow>();
        while (await reader.ReadAsync(ct)) rows.Add(new StaleRow(reader.GetFieldValue<string[]>(0), new SealPlace(PlaceTable ?? Name, reader.GetString(1), reader.GetInt64(2)), reader.GetFieldValue<byte[]>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4)));
        return rows;
    }

    /// <returns>How many were sealed anew: those that nobody was writing.</returns>
    public virtual async Task<long> RenewAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, RingSealer sealer, CancellationToken ct)
    {
        var fresh = rows.Select(r => sealer.Renew(r.Place, r.Box)).ToArray();
        if (History) return await HistoryAsync(connection, rows, fresh, ct);
        await using var command = new NpgsqlCommand(UpdateSql("", ""), connection);
        BindRows(command, rows, fresh);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Locks the rows that are free and unchanged, never waiting for one, and exchanges their boxes. Key columns are <c>$1…</c>, then the old boxes,
    /// then the new ones; <paramref name="more"/> columns follow, named in <paramref name="set"/> as <c>g.…</c>.
    /// </summary>
    /// <param name="beside">One more statement, over <c>given g</c> and the locked rows <c>free</c>, named like <c>name as (…)</c>.</param>
    protected string UpdateSql(string more, string set, string? beside = null)
    {
        var n = Key.Length;
        var arrays = string.Join(", ", Enumerable.Range(1, n + 2 + (more.Length == 0 ? 0 : more.Split(',').Length)).Select(i => $"${i}"));
        var names = string.Join(", ", Key.Select((_, i) => $"k{i}"));
        var same = string.Join(" and ", Key.Select((k, i) => $"t.{k.Column} = g.k{i}::{k.Type}"));
        return $"""
            with given as materialized (select * from unnest({arrays}) as g ({names}, old, fresh{(more.Length == 0 ? "" : ", " + more)})),
            free as materialized (select {Columns} from {Name} t join given g on {same} and t.{Box} = g.old order by {Columns} for no key update of t skip locked),
            renewed as (
                update {Name} t set {Box} = g.fresh{set} from given g, free f
                where {same} and t.{Box} = g.old and {string.Join(" and ", Key.Select(k => $"t.{k.Column} = f.{k.Column}"))}
                returning 1){(beside is null ? "" : ", " + beside)}
            select count(*) from renewed
            """;
    }

    protected void BindRows(NpgsqlCommand command, IReadOnlyList<StaleRow> rows, byte[][] fresh)
    {
        for (var i = 0; i < Key.Length; i++) command.Parameters.Add(Texts(rows.Select(r => r.Key[i])));
        command.Parameters.Add(Boxes(rows.Select(r => (byte[]?)r.Box)));
        command.Parameters.Add(Boxes(fresh));
    }

    protected static NpgsqlParameter Texts(IEnumerable<string?> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    protected static NpgsqlParameter Boxes(IEnumerable<byte[]?> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    private async Task<long> HistoryAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, byte[][] fresh, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select renew_history($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new() { Value = Name });
        command.Parameters.Add(Texts(rows.Select(r => r.Place.Key)));
        command.Parameters.Add(new() { Value = rows.Select(r => r.Place.Version).ToArray() });
        command.Parameters.Add(Boxes(rows.Select(r => (byte[]?)r.Box)));
        command.Parameters.Add(Boxes(fresh));
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}

/// <summary>The keys that everything shall be sealed and hashed with.</summary>
internal sealed record RotationKeys(int Seal, int Index);
