using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Accounts;

public sealed class LoginGuardTests(PostgresDatabase db) : IClassFixture<PostgresDatabase>
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly AccountKeys Keys = new(new byte[32]);

    [Fact]
    public async Task The_sixth_try_is_locked_out_whichever_of_three_processes_it_meets()
    {
        await using var processes = new Processes(db.ConnectionString);
        var name = $"a{Guid.NewGuid():N}";
        for (var i = 0; i < 5; i++) Assert.True(await processes[i].EnterAsync(name, $"10.0.0.{i}", Start.AddMinutes(i)));
        for (var i = 0; i < 3; i++) Assert.False(await processes[i].EnterAsync(name, "10.0.1.1", Start.AddMinutes(5)));
        Assert.False(await processes[0].EnterAsync(name, "10.0.1.1", Start.AddMinutes(4 + 15).AddSeconds(-1)));
        Assert.True(await processes[1].EnterAsync(name, "10.0.1.1", Start.AddMinutes(4 + 15)));
    }

    [Fact]
    public async Task Many_tries_at_once_are_no_more_than_five()
    {
        await using var processes = new Processes(db.ConnectionString);
        var name = $"a{Guid.NewGuid():N}";
        var entered = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => processes[i].EnterAsync(name, $"10.1.0.{i}", Start)));
        Assert.Equal(5, entered.Count(e => e));
    }

    [Fact]
    public async Task Failures_further_apart_than_the_window_do_not_add_up()
    {
        await using var processes = new Processes(db.ConnectionString);
        var name = $"a{Guid.NewGuid():N}";
        for (var i = 0; i < 20; i++) Assert.True(await processes[i].EnterAsync(name, "10.0.2.1", Start.AddMinutes(i * 4)));
    }

    [Fact]
    public async Task Five_failures_lock_their_address_for_every_name()
    {
        await using var processes = new Processes(db.ConnectionString);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await processes[i].EnterAsync($"b{Guid.NewGuid():N}", "10.3.0.1", Start));
            Assert.Equal(i == 4, await processes[i].FailedAsync("10.3.0.1", Start));
        }
        Assert.False(await processes[2].EnterAsync($"b{Guid.NewGuid():N}", "10.3.0.1", Start.AddMinutes(14)));
        Assert.True(await processes[2].EnterAsync($"b{Guid.NewGuid():N}", "10.3.0.2", Start.AddMinutes(14)));
        Assert.True(await processes[2].EnterAsync($"b{Guid.NewGuid():N}", "10.3.0.1", Start.AddMinutes(15)));
    }

    [Fact]
    public async Task A_forgiven_try_leaves_the_failures_before_it_and_a_good_login_none()
    {
        await using var processes = new Processes(db.ConnectionString);
        var guard = processes[0];
        var name = $"a{Guid.NewGuid():N}";
        for (var i = 0; i < 4; i++) await guard.EnterAsync(name, "10.4.0.1", Start.AddSeconds(i));
        for (var i = 10; i < 20; i++)
        {
            Assert.True(await guard.EnterAsync(name, "10.4.0.1", Start.AddSeconds(i)));
            await guard.ForgiveAsync(name, Start.AddSeconds(i));
        }
        Assert.True(await guard.EnterAsync(name, "10.4.0.1", Start.AddSeconds(30)));
        Assert.False(await guard.EnterAsync(name, "10.4.0.1", Start.AddSeconds(31)));
        await guard.ClearAsync(name);
        Assert.True(await guard.EnterAsync(name, "10.4.0.1", Start.AddSeconds(32)));
    }

    [Fact]
    public async Task What_was_typed_as_a_name_is_nowhere_in_the_table()
    {
        await using var processes = new Processes(db.ConnectionString);
        await processes[0].EnterAsync("13912345678", "10.5.0.1", Start);
        await using var source = NpgsqlDataSource.Create(db.AdminConnectionString);
        await using var command = source.CreateCommand("select count(*) from login_failure f where convert_from(decode(encode(f::text::bytea, 'escape'), 'escape'), 'UTF8') like '%13912345678%'");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
        await processes[0].SweepAsync(Start.AddHours(2)); // past the failures of every other test here, whichever ran before
        await using var left = source.CreateCommand("select count(*) from login_failure");
        Assert.Equal(0L, await left.ExecuteScalarAsync());
    }

    /// <summary>Three guards that share nothing but the database.</summary>
    private sealed class Processes(string connection) : IAsyncDisposable
    {
        private readonly NpgsqlDataSource[] sources = [.. Enumerable.Range(0, 3).Select(_ => NpgsqlDataSource.Create(connection))];

        public LoginGuard this[int n] => new(sources[n % 3], Keys, new LoginGuardOptions());

        public async ValueTask DisposeAsync()
        {
            foreach (var source in sources) await source.DisposeAsync();
        }
    }
}
