using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sealing;

public sealed class KeysFitTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_with_other_keys_than_those_of_the_rows_does_not_start()
    {
        await using var records = new RecordsUnderTest(database.ConnectionString);
        await new KeysFit(records.Source, new RingSealer(KeyRing.Random())).StartAsync(Ct); // nothing is stored yet
        await records.WriteAsync(1);
        await new KeysFit(records.Source, records.Sealer).StartAsync(Ct);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => new KeysFit(records.Source, new RingSealer(KeyRing.Random())).StartAsync(Ct));
        Assert.Contains("keys.json", refused.Message, StringComparison.Ordinal);
    }
}
