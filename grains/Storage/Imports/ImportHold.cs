using System.Globalization;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Imports;

/// <summary>Session locks of the database, which end with the process that holds them: one of all imports, shared by those of single counties, and one per county.</summary>
internal sealed class ImportHold : IAsyncDisposable
{
    private const int All = 0x494d50;

    private readonly NpgsqlConnection connection;

    private ImportHold(NpgsqlConnection connection) => this.connection = connection;

    /// <param name="county">Null for an import of more than one.</param>
    public static async Task<ImportHold> TakeAsync(NpgsqlConnection connection, RegionCode? county, CancellationToken ct)
    {
        var locks = county is { } one ? $"select pg_advisory_lock_shared({All}, 0); select pg_advisory_lock({All}, {NumberOf(one)})" : $"select pg_advisory_lock({All}, 0)";
        await using var command = new NpgsqlCommand(locks, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
        return new ImportHold(connection);
    }

    /// <summary>Counties are told apart by the first six digits of their codes.</summary>
    private static int NumberOf(RegionCode county) => int.Parse(county.ToString().AsSpan(0, 6), NumberStyles.None, CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The session is gone and the locks with it.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
