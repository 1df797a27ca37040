using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>
/// Tells this process which accounts changed, wherever they were changed. It listens, and looks every <see cref="LookEvery"/> whether
/// it has heard something or not, so that a lost notification costs less than a second. Changes are read by transaction id: what commits late is not missed.
/// </summary>
public sealed partial class AccessFeed(NpgsqlDataSource database, TimeProvider clock, ILogger<AccessFeed> logger) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(200);
    private const string Listen = "listen access_changed";

    /// <summary>One statement, one snapshot: what is missing from the rows is at or above the bound.</summary>
    private const string Changes = """
        select pg_snapshot_xmin(pg_current_snapshot())::text, array(select distinct account from access_change where xid >= $1::xid8)
        """;
    private long confirmedAt = long.MinValue;

    /// <summary>Names of accounts whose rows or sessions changed; several times for one change.</summary>
    public event Action<IReadOnlyList<string>>? Changed;

    /// <summary>How long ago all changes were known; large before the first look.</summary>
    public TimeSpan Behind => Volatile.Read(ref confirmedAt) is var at && at == long.MinValue ? TimeSpan.MaxValue : clock.GetElapsedTime(at);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        string? from = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stop);
                await using (var listen = new NpgsqlCommand(Listen, connection)) await listen.ExecuteNonQueryAsync(stop);
                while (true)
                {
                    from = await LookAsync(connection, from, stop);
                    await connection.WaitAsync(LookEvery, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                Lost(e);
                await Task.Delay(AgainAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Where the next look begins.</returns>
    private async Task<string> LookAsync(NpgsqlConnection connection, string? from, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        await using var command = new NpgsqlCommand(Changes, connection) { Parameters = { new() { Value = from ?? "0" } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (next, names) = (reader.GetString(0), reader.GetFieldValue<string[]>(1));
        if (names.Length > 0) Changed?.Invoke(names);
        Volatile.Write(ref confirmedAt, began);
        return next;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "changes of accounts cannot be read; every request asks the database until they can")]
    private partial void Lost(Exception e);
}
