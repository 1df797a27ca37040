using System.Runtime.CompilerServices;
using FangFanPin.Domain.Imports;
using Npgsql;

namespace FangFanPin.Storage.Imports;

public sealed partial class ImportStagingStore
{
    private const string ToCommit = """
        select code, kind, reason, box from import_household
        where import_id = $1 and run = $2 and code > coalesce($3, '') collate "C" and kind in (1, 2) and outcome = 0 and box is not null
        order by code collate "C" limit $4
        """;
    private const string ToUndo = """
        select code from import_household
        where import_id = $1 and run = $2 and code > coalesce($3, '') collate "C" and outcome = 1 order by code collate "C" limit $4
        """;
    private const string Conflicts = """
        select code, reason from import_household
        where import_id = $1 and run = $2 and code > coalesce($3, '') collate "C" and (kind = 4 or outcome in (3, 5)) order by code collate "C" limit $4
        """;
    private const string Written = "select code from import_household where import_id = $1 and run = $2 and code = any ($3) and outcome = 1";
    private const string Carry = """
        with written as materialized (
            select distinct on (code) code, kind from import_household where import_id = $1 and run <> $2 and outcome = 1 order by code, run desc
        ), later as materialized (
            select n.kind, count(*) from written w join import_household n on n.import_id = $1 and n.run = $2 and n.code = w.code group by n.kind
        ), carried as (
            insert into import_household (import_id, run, code, kind, outcome) select $1, $2, code, kind, 1 from written order by code
            on conflict (import_id, run, code) do update set kind = excluded.kind, outcome = excluded.outcome, reason = null, box = null
        )
        select kind, count from later
        """;
    private const string Sweep = """
        with n as (delete from import_new where import_id = $1 and run <> $2), h as (delete from import_household where import_id = $1 and run <> $2),
            e as (delete from import_error where import_id = $1 and run <> $2)
        delete from import_refused_row where import_id = $1 and run <> $2
        """;
    private const string ByCode = "select code, count(*) from import_error where import_id = $1 and run = $2 group by code";
    private const string Errors = """
        select source, row, number, code, household, box from import_error where import_id = $1 and run = $2
        order by source, row, number limit $3
        """;
    private const string RefusedRows = "select source, row from import_refused_row where import_id = $1 and run = $2 order by source, row";

    public async Task<IReadOnlyList<StagedHousehold>> ToCommitAsync(Guid id, int run, string? after, int limit, CancellationToken ct)
    {
        await using var command = Command(ToCommit, id, run, after, limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var households = new List<StagedHousehold>();
        while (await reader.ReadAsync(ct))
        {
            var code = reader.GetString(0);
            var change = ImportDocuments.DecodeChange(sealer.Open(HouseholdPlace(id, code), reader.GetFieldValue<byte[]>(3)));
            households.Add(new StagedHousehold(code, (StagedKind)reader.GetInt16(1), null, change));
        }
        return households;
    }

    public async Task<IReadOnlyList<string>> ToUndoAsync(Guid id, int run, string? after, int limit, CancellationToken ct)
    {
        await using var command = Command(ToUndo, id, run, after, limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var codes = new List<string>();
        while (await reader.ReadAsync(ct)) codes.Add(reader.GetString(0));
        return codes;
    }

    public async Task<IReadOnlyList<(string Code, string? Reason)>> ConflictsAsync(Guid id, int run, string? after, int limit, CancellationToken ct)
    {
        await using var command = Command(Conflicts, id, run, after, limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var conflicts = new List<(string, string?)>();
        while (await reader.ReadAsync(ct)) conflicts.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        return conflicts;
    }

    public async Task<IReadOnlySet<string>> WrittenAsync(Guid id, int run, IReadOnlyCollection<string> codes, CancellationToken ct)
    {
        await using var command = Command(Written, id, run, codes.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var written = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) written.Add(reader.GetString(0));
        return written;
    }

    public async Task<IReadOnlyDictionary<StagedKind, long>> CarryAsync(Guid id, int to, CancellationToken ct)
    {
        await using var command = Command(Carry, id, to);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var kinds = new Dictionary<StagedKind, long>();
        while (await reader.ReadAsync(ct)) kinds[(StagedKind)reader.GetInt16(0)] = reader.GetInt64(1);
        return kinds;
    }

    public async Task SweepAsync(Guid id, int run, CancellationToken ct)
    {
        await using var command = Command(Sweep, id, run);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyDictionary<string, long>> ErrorsByCodeAsync(Guid id, int run, CancellationToken ct)
    {
        await using var command = Command(ByCode, id, run);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var counts = new Dictionary<string, long>();
        while (await reader.ReadAsync(ct)) counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    public async IAsyncEnumerable<RowError> ErrorsAsync(Guid id, int run, int? limit, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = Command(Errors, id, run, limit ?? int.MaxValue);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) yield return ReadError(id, reader);
    }

    public async IAsyncEnumerable<(int Source, int Row)> RefusedRowsAsync(Guid id, int run, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = Command(RefusedRows, id, run);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) yield return (reader.GetInt32(0), reader.GetInt32(1));
    }

    private RowError ReadError(Guid id, NpgsqlDataReader reader)
    {
        var (source, row, number) = (reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2));
        var plain = sealer.Open(ErrorPlace(id, source, row, number), reader.GetFieldValue<byte[]>(5));
        return ImportDocuments.DecodeError(source, row, reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4), plain);
    }
}
