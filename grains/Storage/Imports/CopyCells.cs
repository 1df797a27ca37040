using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Cells that may be empty, for COPY.</summary>
internal static class CopyCells
{
    /// <summary>As columns hold it: an empty text is none.</summary>
    public static Task TextAsync(this NpgsqlBinaryImporter copy, string? text, CancellationToken ct) =>
        HouseholdColumns.Filled(text) is { } filled ? copy.WriteAsync(filled, NpgsqlDbType.Text, ct) : copy.WriteNullAsync(ct);

    public static Task BytesAsync(this NpgsqlBinaryImporter copy, byte[]? bytes, CancellationToken ct) =>
        bytes is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(bytes, NpgsqlDbType.Bytea, ct);

    public static Task ValueAsync<T>(this NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken ct) where T : struct =>
        value is { } filled ? copy.WriteAsync(filled, type, ct) : copy.WriteNullAsync(ct);
}
