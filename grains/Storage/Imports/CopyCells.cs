using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Cells for COPY that several statements have.</summary>
internal static class CopyCells
{
    /// <summary>As columns hold it: an empty text is none.</summary>
    public static Task TextAsync(this NpgsqlBinaryImporter copy, string? text, CancellationToken ct) =>
        HouseholdColumns.Filled(text) is { } filled ? copy.WriteAsync(filled, NpgsqlDbType.Text, ct) : copy.WriteNullAsync(ct);

    public static Task BytesAsync(this NpgsqlBinaryImporter copy, byte[]? bytes, CancellationToken ct) =>
        bytes is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(bytes, NpgsqlDbType.Bytea, ct);

    public static Task ValueAsync<T>(this NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken ct) where T : struct =>
        value is { } filled ? copy.WriteAsync(filled, type, ct) : copy.WriteNullAsync(ct);

    /// <summary>What a staged household and its row have alike, from <c>contribution</c> to <c>head_cert_index</c>.</summary>
    public static async Task StateAsync(this NpgsqlBinaryImporter copy, HouseholdRow row, CancellationToken ct)
    {
        var columns = row.Columns;
        await copy.WriteAsync(columns.Contribution.Encode(), NpgsqlDbType.Bytea, ct);
        await copy.ValueAsync(columns.NextDue, NpgsqlDbType.Date, ct);
        await copy.WriteAsync(row.Document!, NpgsqlDbType.Bytea, ct);
        await copy.TextAsync(columns.Status, ct);
        await copy.WriteAsync(columns.Class, NpgsqlDbType.Smallint, ct);
        await copy.TextAsync(columns.HouseholdType, ct);
        await copy.TextAsync(columns.PolicyStatus, ct);
        await copy.TextAsync(columns.MonitorCategory, ct);
        await copy.TextAsync(columns.RiskEliminated, ct);
        await copy.ValueAsync(columns.RecognizedMonth, NpgsqlDbType.Integer, ct);
        await copy.ValueAsync(columns.EliminatedMonth, NpgsqlDbType.Integer, ct);
        await copy.WriteAsync(columns.Risks(), NpgsqlDbType.Array | NpgsqlDbType.Text, ct);
        await copy.TextAsync(columns.HeadName, ct);
        await copy.BytesAsync(row.HeadCertIndex, ct);
    }
}
