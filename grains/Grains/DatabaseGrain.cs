using FangFanPin.Contracts.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Grains;

/// <summary>
/// A grain that asks the database itself, and not only through its state. Its calls go through <see cref="IDatabaseFaultFilter"/>; a filter of the whole silo
/// would cost every write of a household a twentieth of the server.
/// </summary>
public abstract class DatabaseGrain : Grain, IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) =>
        ServiceProvider.GetService<IDatabaseFaultFilter>() is { } filter ? filter.Invoke(context) : context.Invoke();
}
