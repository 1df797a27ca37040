using FangFanPin.Contracts.Storage;
using FangFanPin.Silo;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Postgres.Orleans;

/// <summary>Our reminder statements behind the real provider (deploy/sql/0001_orleans.sql).</summary>
public sealed class ReminderTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static readonly GrainType Type = GrainType.Create("due-shard");
    private WebApplication app = null!;
    private IReminderTable table = null!;

    public async ValueTask InitializeAsync()
    {
        app = Server.Build(["--connection", database.ConnectionString, "--role", "silo"]);
        table = app.Services.GetRequiredService<IReminderTable>();
        await table.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_reminder_is_read_back_and_its_etag_moves_with_each_write()
    {
        var entry = NewEntry();
        var first = await table.UpsertRow(entry);
        var second = await table.UpsertRow(entry);
        Assert.NotEqual(first, second);
        var read = (await table.ReadRow(entry.GrainId, entry.ReminderName))!;
        Assert.Equal((entry.GrainId, entry.ReminderName, entry.Period, second), (read.GrainId, read.ReminderName, read.Period, read.ETag));
        Assert.Equal(entry.StartAt, read.StartAt, TimeSpan.FromMilliseconds(1));
        Assert.Null(await table.ReadRow(entry.GrainId, "another"));
    }

    [Fact]
    public async Task An_absent_database_is_said_in_words_that_cross_a_call()
    {
        await using var nowhere = Server.Build(["--connection", "Host=127.0.0.1;Port=1;Username=nobody;Timeout=2", "--role", "silo"]);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => nowhere.Services.GetRequiredService<IReminderTable>().StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_period_beyond_the_range_of_int_milliseconds_survives()
    {
        var entry = NewEntry();
        entry.Period = TimeSpan.FromDays(60);
        await table.UpsertRow(entry);
        Assert.Equal(entry.Period, (await table.ReadRow(entry.GrainId, entry.ReminderName))!.Period);
    }

    [Fact]
    public async Task Only_the_current_etag_removes_a_reminder()
    {
        var entry = NewEntry();
        var old = await table.UpsertRow(entry);
        var now = await table.UpsertRow(entry);
        Assert.False(await table.RemoveRow(entry.GrainId, entry.ReminderName, old!));
        Assert.True(await table.RemoveRow(entry.GrainId, entry.ReminderName, now!));
        Assert.False(await table.RemoveRow(entry.GrainId, entry.ReminderName, now!));
    }

    [Fact]
    public async Task Concurrent_first_writes_leave_one_reminder()
    {
        var entry = NewEntry();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => table.UpsertRow(entry))));
        Assert.Single((await table.ReadRows(entry.GrainId)).Reminders);
    }

    [Fact]
    public async Task The_ranges_of_a_ring_hold_every_reminder_exactly_once()
    {
        var entries = Enumerable.Range(0, 64).Select(_ => NewEntry()).ToList();
        foreach (var entry in entries) await table.UpsertRow(entry);
        uint[] cuts = [0, 1u << 30, 1u << 31, 3u << 30, uint.MaxValue];
        var found = new List<GrainId>();
        for (var i = 0; i < cuts.Length; i++)
            found.AddRange((await table.ReadRows(cuts[i], cuts[(i + 1) % cuts.Length])).Reminders.Select(r => r.GrainId));
        var mine = entries.Select(e => e.GrainId).ToHashSet();
        Assert.Equal(mine.Order(), found.Where(mine.Contains).Order());
        Assert.Superset(mine, (await table.ReadRows(7, 7)).Reminders.Select(r => r.GrainId).ToHashSet());
    }

    private static ReminderEntry NewEntry() => new()
    {
        GrainId = GrainId.Create(Type, $"due/{Guid.NewGuid():N}"),
        ReminderName = "due",
        StartAt = DateTime.UtcNow,
        Period = TimeSpan.FromMinutes(1),
    };
}
