using FangFanPin.Contracts.Storage;
using Npgsql;
using Orleans;

namespace FangFanPin.Storage.Records;

/// <inheritdoc cref="IDatabaseFaultFilter"/>
public sealed class DatabaseFaultFilter : IDatabaseFaultFilter
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
