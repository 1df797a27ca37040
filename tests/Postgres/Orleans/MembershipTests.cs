using System.Net;
using FangFanPin.Silo;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Postgres.Orleans;

/// <summary>Our membership statements behind the real provider (deploy/sql/0001_orleans.sql).</summary>
public sealed class MembershipTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static int generations = 1;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private WebApplication app = null!;
    private IMembershipTable table = null!;

    public async ValueTask InitializeAsync()
    {
        app = Server.Build(["--connection", database.ConnectionString, "--role", "silo", "--cluster-id", Guid.NewGuid().ToString("N")]);
        table = app.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Ct);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_new_cluster_has_a_version_and_nobody()
    {
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Ct);
        var all = await table.ReadAllAsync(Ct);
        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
    }

    [Fact]
    public async Task A_member_is_read_back_as_it_was_written()
    {
        var entry = NewEntry();
        Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Ct)).Version.Next(), Ct));
        var row = await table.ReadRowAsync(entry.SiloAddress, Ct);
        var read = Assert.Single(row.Members).Item1;
        Assert.Equal(1, row.Version.Version);
        Assert.Equal(entry.SiloAddress, read.SiloAddress);
        Assert.Equal((entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort), (read.SiloName, read.HostName, read.Status, read.ProxyPort));
        Assert.Equal(entry.StartTime, read.StartTime, TimeSpan.FromMilliseconds(1));
        Assert.Empty((await table.ReadRowAsync(NewEntry().SiloAddress, Ct)).Members);
    }

    [Fact]
    public async Task Of_many_silos_joining_on_the_same_version_one_gets_in()
    {
        var version = (await table.ReadAllAsync(Ct)).Version.Next();
        var joined = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => table.InsertRowAsync(NewEntry(), version, Ct))));
        Assert.Single(joined, true);
        var all = await table.ReadAllAsync(Ct);
        Assert.Single(all.Members);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task A_member_that_is_there_cannot_join_again_and_the_version_stays()
    {
        var entry = NewEntry();
        await table.InsertRowAsync(entry, (await table.ReadAllAsync(Ct)).Version.Next(), Ct);
        var version = (await table.ReadAllAsync(Ct)).Version;
        Assert.False(await table.InsertRowAsync(entry, version.Next(), Ct));
        Assert.Equal(version.Version, (await table.ReadAllAsync(Ct)).Version.Version);
    }

    [Fact]
    public async Task A_change_on_an_old_version_is_refused()
    {
        var entry = NewEntry();
        var old = (await table.ReadAllAsync(Ct)).Version;
        Assert.True(await table.InsertRowAsync(entry, old.Next(), Ct));
        entry.Status = SiloStatus.Dead;
        Assert.False(await UpdateAsync(entry, old));
        entry.AddSuspector(NewEntry().SiloAddress, DateTime.UtcNow);
        Assert.True(await UpdateAsync(entry, (await table.ReadAllAsync(Ct)).Version));
        var read = Assert.Single((await table.ReadAllAsync(Ct)).Members).Item1;
        Assert.Equal(SiloStatus.Dead, read.Status);
        Assert.Single(read.SuspectTimes!);
        Assert.False(await UpdateAsync(NewEntry(), (await table.ReadAllAsync(Ct)).Version));
    }

    [Fact]
    public async Task A_sign_of_life_changes_the_time_and_not_the_version()
    {
        var entry = NewEntry();
        await table.InsertRowAsync(entry, (await table.ReadAllAsync(Ct)).Version.Next(), Ct);
        var version = (await table.ReadAllAsync(Ct)).Version.Version;
        entry.IAmAliveTime = entry.IAmAliveTime.AddMinutes(3);
        await table.UpdateIAmAliveAsync(entry, Ct);
        var all = await table.ReadAllAsync(Ct);
        Assert.Equal(version, all.Version.Version);
        Assert.Equal(entry.IAmAliveTime, all.Members[0].Item1.IAmAliveTime, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Only_the_long_dead_are_cleaned_away()
    {
        var (alive, dead, fresh) = (NewEntry(), NewEntry(), NewEntry());
        (dead.Status, fresh.Status) = (SiloStatus.Dead, SiloStatus.Dead);
        alive.IAmAliveTime = dead.IAmAliveTime = alive.StartTime = dead.StartTime = DateTime.UtcNow.AddDays(-8);
        foreach (var entry in new[] { alive, dead, fresh }) Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Ct)).Version.Next(), Ct));
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-7), Ct);
        Assert.Equal(new[] { alive.SiloAddress, fresh.SiloAddress }.Order(), (await table.ReadAllAsync(Ct)).Members.Select(m => m.Item1.SiloAddress).Order());
    }

    /// <summary>The provider's etag of a row is that of the table.</summary>
    private Task<bool> UpdateAsync(MembershipEntry entry, TableVersion seen) => table.UpdateRowAsync(entry, seen.VersionEtag, seen.Next(), Ct);

    private static MembershipEntry NewEntry() => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, Interlocked.Increment(ref generations)),
        SiloName = "s",
        HostName = "h",
        Status = SiloStatus.Active,
        ProxyPort = 30000,
        StartTime = DateTime.UtcNow,
        IAmAliveTime = DateTime.UtcNow,
        SuspectTimes = [],
    };
}
