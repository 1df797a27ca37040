using Npgsql;
using Orleans;

namespace FangFanPin.Storage.Records;

/// <summary>
/// A grain that asks the database itself may meet its absence. The driver's exception cannot be read on the other side of a call, where it would look like a
/// defect of ours: it leaves as <see cref="Contracts.Storage.StoreUnavailableException"/>.
/// </summary>
public sealed class DatabaseFaultFilter : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        var call = context.Invoke();
        return call.IsCompletedSuccessfully ? call : AnsweredAsync(call, context);
    }

    private static async Task AnsweredAsync(Task call, IIncomingGrainCallContext context)
    {
        try
        {
            await call;
        }
        catch (NpgsqlException fault) when (DatabaseFaults.Of(fault) == DatabaseFault.Passing)
        {
            throw Faults.Unavailable(context.InterfaceName ?? "grain", fault);
        }
    }
}
