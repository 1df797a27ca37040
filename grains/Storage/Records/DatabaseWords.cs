using FangFanPin.Contracts.Storage;
using Npgsql;

namespace FangFanPin.Storage.Records;

/// <summary>For what is asked within a grain call: the driver's exception cannot be read on the other side of it, where it would look like a defect of ours.</summary>
public static class DatabaseWords
{
    /// <param name="what">Whatever is asked, as <see cref="StoreUnavailableException"/> names it.</param>
    /// <exception cref="StoreUnavailableException">The database is absent.</exception>
    public static async Task<T> SayAsync<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NpgsqlException fault) when (DatabaseFaults.Of(fault) == DatabaseFault.Passing)
        {
            throw Faults.Unavailable(what, fault);
        }
    }

    /// <inheritdoc cref="SayAsync{T}(string, Func{Task{T}})"/>
    public static Task SayAsync(string what, Func<Task> ask) => SayAsync(what, async () =>
    {
        await ask();
        return true;
    });
}
