using FangFanPin.Contracts.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Records;

/// <summary>Runs statements until the database answers or the attempts are used up.</summary>
/// <param name="keepSession">
/// For one caller that runs one statement at a time, a lane: a session that comes from the pool for every statement is reset each time, and is any of a
/// dozen, few of which have tables and plans at hand. Two that shared a kept session would read each other's answers.
/// </param>
internal sealed partial class DatabaseRetry(NpgsqlDataSource source, RecordsOptions options, ILogger logger, bool keepSession = false) : IAsyncDisposable
{
    private NpgsqlConnection? session;

    /// <remarks>What runs must be safe to run again after it was committed. Never cancelled from outside: a caller who gave up may not stop its batch-mates.</remarks>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> statement)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(statement);
            }
            catch (Exception fault) when (attempt < options.AttemptsMax && DatabaseFaults.Of(fault) == DatabaseFault.Passing)
            {
                LogAgain(logger, attempt, DatabaseFaults.CodeOf(fault));
                await Task.Delay(options.RetryPause * (1 << Math.Min(attempt - 1, 6)));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (session is { } open) await open.DisposeAsync();
        session = null;
    }

    private async Task<T> TryAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> statement)
    {
        using var deadline = new CancellationTokenSource(options.StatementMost);
        if (!keepSession)
        {
            await using var connection = await source.OpenConnectionAsync(deadline.Token);
            return await statement(connection, deadline.Token);
        }
        try
        {
            session ??= await source.OpenConnectionAsync(deadline.Token);
            return await statement(session, deadline.Token);
        }
        catch
        {
            await DisposeAsync(); // whatever state it is in: the pool knows what to do with it
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attempt {Attempt} failed with {Code}; the same batch goes again")]
    private static partial void LogAgain(ILogger logger, int attempt, string code);
}

/// <summary>The driver's exceptions do not cross a grain call, and their texts may quote values: callers get these instead.</summary>
internal static class Faults
{
    public static StoreUnavailableException Unavailable(string table, Exception fault) => new($"{table}: the database did not take the statement ({DatabaseFaults.CodeOf(fault)}).");
    public static StoreRefusedException Refused(string table, Exception fault) => new($"{table}: the database refused the record ({DatabaseFaults.CodeOf(fault)}).");
}
