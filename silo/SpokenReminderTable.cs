using FangFanPin.Storage.Records;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Runtime;

namespace FangFanPin.Silo;

/// <summary>
/// A grain's reminder is kept by the process whose part of the ring it falls into, often another one, and the driver's exception cannot be read on the other
/// side of that call: that the database is absent is said in our own words here.
/// </summary>
internal sealed class SpokenReminderTable(IReminderTable inner) : IReminderTable
{
    /// <summary>Puts it before the one table of reminders that is registered.</summary>
    public static void Cover(IServiceCollection services)
    {
        var covered = services.Last(s => s.ServiceType == typeof(IReminderTable));
        services.Replace(ServiceDescriptor.Singleton<IReminderTable>(provider =>
            new SpokenReminderTable((IReminderTable)ActivatorUtilities.CreateInstance(provider, covered.ImplementationType!))));
    }

    public Task StartAsync(CancellationToken ct = default) => DatabaseWords.SayAsync(Name, () => inner.StartAsync(ct));
    public Task StopAsync(CancellationToken ct = default) => inner.StopAsync(ct);
    public Task<ReminderTableData> ReadRows(GrainId grainId) => DatabaseWords.SayAsync(Name, () => inner.ReadRows(grainId));
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => DatabaseWords.SayAsync(Name, () => inner.ReadRows(begin, end));
    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => DatabaseWords.SayAsync(Name, () => inner.ReadRow(grainId, reminderName));
    public Task<string?> UpsertRow(ReminderEntry entry) => DatabaseWords.SayAsync(Name, () => inner.UpsertRow(entry));
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => DatabaseWords.SayAsync(Name, () => inner.RemoveRow(grainId, reminderName, eTag));
    public Task TestOnlyClearTable() => inner.TestOnlyClearTable();

    private const string Name = "reminder";
}
