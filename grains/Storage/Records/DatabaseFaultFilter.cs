using FangFanPin.Contracts.Storage;
using Orleans;

namespace FangFanPin.Storage.Records;

/// <inheritdoc cref="IDatabaseFaultFilter"/>
public sealed class DatabaseFaultFilter : IDatabaseFaultFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        var call = context.Invoke();
        return call.IsCompletedSuccessfully ? call : DatabaseWords.SayAsync(context.InterfaceName ?? "grain", () => call);
    }
}
