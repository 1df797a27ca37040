using System.Runtime.CompilerServices;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Tables <c>import_household</c>, <c>import_error</c>, <c>import_refused_row</c>: filled with COPY, read in order.</summary>
public sealed partial class ImportStagingStore(NpgsqlDataSource database, ISealer sealer) : IImportStaging
{
    private const string CopyHouseholds = "copy import_household (import_id, run, code, kind, reason, box) from stdin (format binary)";
    private const string CopyErrors = "copy import_error (import_id, run, source, row, number, code, household, box) from stdin (format binary)";
    private const string CopyRefusedRows = "copy import_refused_row (import_id, run, source, row) from stdin (format binary)";
    private long lastNumber = DateTime.UtcNow.Ticks;

    public async Task WriteAsync(Guid id, int run, IReadOnlyCollection<StagedHousehold> households, IReadOnlyCollection<(int Source, int Row)> refusedRows,
        IReadOnlyCollection<RowError> errors, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        if (households.Count > 0)
        {
            await using var copy = await connection.BeginBinaryImportAsync(CopyHouseholds, ct);
            foreach (var household in households) await WriteAsync(copy, id, run, household, ct);
            await copy.CompleteAsync(ct);
        }
        if (refusedRows.Count > 0)
        {
            await using var copy = await connection.BeginBinaryImportAsync(CopyRefusedRows, ct);
            foreach (var (source, row) in refusedRows)
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(id, ct);
                await copy.WriteAsync(run, ct);
                await copy.WriteAsync(source, ct);
                await copy.WriteAsync(row, ct);
            }
            await copy.CompleteAsync(ct);
        }
        await WriteErrorsAsync(connection, id, run, errors, ct);
    }

    private async Task WriteAsync(NpgsqlBinaryImporter copy, Guid id, int run, StagedHousehold household, CancellationToken ct)
    {
        await copy.StartRowAsync(ct);
        await copy.WriteAsync(id, ct);
        await copy.WriteAsync(run, ct);
        await copy.WriteAsync(household.Code, ct);
        await copy.WriteAsync((short)household.Kind, ct);
        await WriteOrNullAsync(copy, household.Reason, ct);
        if (household.Change is null) await copy.WriteNullAsync(ct);
        else await copy.WriteAsync(sealer.Seal(HouseholdPlace(id, household.Code), ImportDocuments.Encode(household.Change)), ct);
    }

    private async Task WriteErrorsAsync(NpgsqlConnection connection, Guid id, int run, IReadOnlyCollection<RowError> errors, CancellationToken ct)
    {
        if (errors.Count == 0) return;
        await using var copy = await connection.BeginBinaryImportAsync(CopyErrors, ct);
        foreach (var error in errors)
        {
            var number = Interlocked.Increment(ref lastNumber);
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(id, ct);
            await copy.WriteAsync(run, ct);
            await copy.WriteAsync(error.Source, ct);
            await copy.WriteAsync(error.Row, ct);
            await copy.WriteAsync(number, ct);
            await copy.WriteAsync(error.Error.Code, ct);
            await WriteOrNullAsync(copy, error.HouseholdCode, ct);
            await copy.WriteAsync(sealer.Seal(ErrorPlace(id, error.Source, error.Row, number), ImportDocuments.Encode(error)), ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task WriteOrNullAsync(NpgsqlBinaryImporter copy, string? text, CancellationToken ct)
    {
        if (text is null) await copy.WriteNullAsync(ct);
        else await copy.WriteAsync(text, ct);
    }

    private static SealPlace HouseholdPlace(Guid id, string code) => new("import_household", $"{id:N}/{code}", 0);
    private static SealPlace ErrorPlace(Guid id, int source, int row, long number) => new("import_error", $"{id:N}/{source}/{row}/{number}", 0);

    private NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value is null ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } : new() { Value = value });
        }
        return command;
    }
}
