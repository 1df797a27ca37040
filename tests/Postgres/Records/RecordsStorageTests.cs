using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Tests.Postgres.Storage;
using FangFanPin.Tests.Shared;
using Orleans.Runtime;

namespace FangFanPin.Tests.Postgres.Records;

/// <summary>The batching provider, held to what every provider must do.</summary>
public sealed class RecordsStorageTests(PostgresDatabase database) : GrainStorageBehaviour<HouseholdState>(database)
{
    private int made;

    protected override string StateName => "household";
    protected override GrainId NewKey() => RecordsUnderTest.Key($"T{Guid.NewGuid():N}"[..32]);

    /// <summary>The number stands in the figure of one income; the member list is the same object or another, by turns.</summary>
    protected override HouseholdState Make(int number)
    {
        var state = SampleHouseholds.State(Interlocked.Increment(ref made) % 3);
        return SampleHouseholds.Amended(state, number);
    }

    protected override int NumberOf(HouseholdState? state) => (int)state!.File!.Incomes[^1].NetPerCapita!.Value;
    protected override HouseholdState Empty() => new();

    protected override Task<OpenedStorage> OpenAsync(string connectionString)
    {
        var records = new RecordsUnderTest(connectionString);
        return Task.FromResult(new OpenedStorage(records.Storage, records));
    }
}
