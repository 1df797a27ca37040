using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Cases;

/// <summary>A county's days, whose changes name the state before and after.</summary>
public sealed class CaseParameterTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly Actor Somebody = new("chen", "陈主任", "business-admin", "411424000000");
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_form_a_chain_also_when_many_come_at_once_and_an_altered_row_is_found()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var (store, sealer) = Store(source);
        await Task.WhenAll(Enumerable.Range(1, 6).Select(i => store.SetAsync("411424000000", new CaseParameters { WarningDays = i }, Somebody, Ct)));
        var entries = new List<(string Before, string After)>();
        await using (var command = source.CreateCommand("select coalesce(encode(before_hash, 'hex'), ''), encode(after_hash, 'hex'), role from audit where action = 'parameter.case-days' and object = '411424000000' order by id"))
        await using (var reader = await command.ExecuteReaderAsync(Ct))
            while (await reader.ReadAsync(Ct))
            {
                entries.Add((reader.GetString(0), reader.GetString(1)));
                Assert.Equal("business-admin", reader.GetString(2));
            }
        Assert.Equal(6, entries.Count);
        Assert.Equal("", entries[0].Before);
        Assert.Equal(entries.SkipLast(1).Select(e => e.After), entries.Skip(1).Select(e => e.Before));
        Assert.Equal(6, entries.Select(e => e.After).Distinct().Count());

        var verifier = new ConfigurationVerifier(source, sealer);
        Assert.Empty(await verifier.VerifyAsync(Ct));
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "update case_parameter set document = jsonb_set(document, '{WarningDays}', '30') where county = '411424000000'");
        Assert.Equal([(AuditFaults.ConfigurationAltered, "411424000000")], (await verifier.VerifyAsync(Ct)).Select(f => (f.Kind, f.Object)));
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "delete from case_parameter where county = '411424000000'");
        Assert.Single(await verifier.VerifyAsync(Ct));
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_changed()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var (store, _) = Store(source);
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "revoke insert on audit from ffp_app");
        try
        {
            await Assert.ThrowsAsync<PostgresException>(() => store.SetAsync("411425000000", new CaseParameters { WarningDays = 3 }, Somebody, Ct));
        }
        finally
        {
            await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "grant insert on audit to ffp_app");
        }
        Assert.Equal(CaseParameters.Default, await store.ForAsync("411425000000", Ct));
    }

    private static (CaseParameterStore Store, RingSealer Sealer) Store(NpgsqlDataSource source)
    {
        var sealer = new RingSealer(KeyRing.Random());
        return (new CaseParameterStore(source, sealer, TimeProvider.System), sealer);
    }
}
