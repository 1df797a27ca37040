using System.Diagnostics;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Accounts;

/// <summary>Two processes that share nothing but the database; the deadlines are far beyond the promised second, for busy machines.</summary>
public sealed class SessionTests(PostgresDatabase db) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly AccountKeys Keys = new(new byte[32]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_of_an_account_ends_its_sessions_in_every_process_with_or_without_notifications(bool notified)
    {
        if (!notified) await SilenceAsync();
        await using var one = await Process.StartAsync(db.ConnectionString);
        await using var other = await Process.StartAsync(db.ConnectionString);
        foreach (var change in new Func<Account, Account>[]
        {
            a => a with { PasswordHash = "new" }, a => a with { Roles = ["editor"] }, a => a with { Disabled = true }, a => a with { Region = RegionCode.Parse("411425000000") },
        })
        {
            var (account, session) = await one.SignInAsync();
            var (_, untouched) = await one.SignInAsync();
            foreach (var process in new[] { one, other })
            {
                Assert.True(await process.Desk.IsLiveAsync(session.Id, default));
                Assert.True(await process.Desk.IsLiveAsync(untouched.Id, default));
            }
            Assert.True((await one.Accounts.ChangeAsync(account.Name, row => change(row), "test", DateTimeOffset.UtcNow, (row, _) => new AuditEntry(DateTimeOffset.UtcNow, "tester", "test", row.Name, "ok", ""))).Ok);
            foreach (var process in new[] { one, other })
            {
                await UntilAsync(async () => !await process.Desk.IsLiveAsync(session.Id, default), "the session to end");
                Assert.True(await process.Desk.IsLiveAsync(untouched.Id, default));
            }
        }
    }

    [Fact]
    public async Task A_row_changed_behind_the_programs_back_ends_sessions_and_raises_an_alarm()
    {
        await using var process = await Process.StartAsync(db.ConnectionString);
        var (account, session) = await process.SignInAsync();
        Assert.True(await process.Desk.IsLiveAsync(session.Id, default));
        await PostgresCluster.ExecuteAsync(db.AdminConnectionString, $"update accounts set roles = array['admin'] where name = '{account.Name}'");
        await UntilAsync(async () => !await process.Desk.IsLiveAsync(session.Id, default), "the session to end");
        await using var source = NpgsqlDataSource.Create(db.AdminConnectionString);
        await using var command = source.CreateCommand($"select count(*) from audit where actor = '{account.Name}' and result = 'account-tampered'");
        Assert.True((long)(await command.ExecuteScalarAsync())! > 0);
    }

    [Fact]
    public async Task A_long_answer_ends_with_its_session()
    {
        await using var process = await Process.StartAsync(db.ConnectionString);
        var (account, session) = await process.SignInAsync();
        var caller = new Caller(account.Name, "", account.Region, [], false, null!) { Session = session.Id };
        var running = new TaskCompletionSource();
        var stream = process.Desk.WhileLiveAsync(caller, default, async end =>
        {
            running.SetResult();
            await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await running.Task;
        await process.Sessions.EndAsync(session.Id, "test", DateTimeOffset.UtcNow);
        await stream.WaitAsync(Patience);
    }

    [Fact]
    public async Task Without_the_feed_every_answer_is_asked_for_again_within_a_second()
    {
        await using var process = await Process.StartAsync(db.ConnectionString, feed: false);
        var (_, session) = await process.SignInAsync();
        Assert.True(await process.Desk.IsLiveAsync(session.Id, default));
        await process.Sessions.EndAsync(session.Id, "test", DateTimeOffset.UtcNow);
        await UntilAsync(async () => !await process.Desk.IsLiveAsync(session.Id, default), "the session to end");
    }

    [Fact]
    public async Task A_refresh_token_that_comes_twice_ends_the_whole_session()
    {
        await using var process = await Process.StartAsync(db.ConnectionString);
        var (_, session) = await process.SignInAsync([1]);
        var now = DateTimeOffset.UtcNow;
        Assert.Equal(RefreshResult.Renewed, (await process.Sessions.RefreshAsync([1], [2], now, TimeSpan.FromMinutes(30))).Result);
        Assert.Equal(RefreshResult.Renewed, (await process.Sessions.RefreshAsync([2], [3], now, TimeSpan.FromMinutes(30))).Result);
        Assert.Equal(RefreshResult.Stolen, (await process.Sessions.RefreshAsync([1], [4], now, TimeSpan.FromMinutes(30))).Result);
        Assert.Equal(RefreshResult.Ended, (await process.Sessions.RefreshAsync([3], [5], now, TimeSpan.FromMinutes(30))).Result);
        Assert.Equal(RefreshResult.Unknown, (await process.Sessions.RefreshAsync([99], [6], now, TimeSpan.FromMinutes(30))).Result);
        await UntilAsync(async () => !await process.Desk.IsLiveAsync(session.Id, default), "the session to end");
    }

    [Fact]
    public async Task Of_two_renewals_at_once_one_is_a_theft()
    {
        await using var process = await Process.StartAsync(db.ConnectionString);
        await process.SignInAsync([10]);
        var now = DateTimeOffset.UtcNow;
        var results = await Task.WhenAll(Enumerable.Range(11, 2).Select(i => process.Sessions.RefreshAsync([10], [(byte)i], now, TimeSpan.FromMinutes(30))));
        Assert.Equal([RefreshResult.Renewed, RefreshResult.Stolen], results.Select(r => r.Result).Order());
    }

    [Fact]
    public async Task Idle_and_absolute_limits_end_a_session()
    {
        await using var process = await Process.StartAsync(db.ConnectionString);
        await process.SignInAsync([20]);
        await process.SignInAsync([30]);
        var now = DateTimeOffset.UtcNow;
        Assert.Equal(RefreshResult.Ended, (await process.Sessions.RefreshAsync([20], [21], now.AddMinutes(31), TimeSpan.FromMinutes(30))).Result);
        for (var (at, token) = (now, (byte)30); token < 60; at = at.AddMinutes(25), token++)
        {
            var result = (await process.Sessions.RefreshAsync([token], [(byte)(token + 1)], at, TimeSpan.FromMinutes(30))).Result;
            Assert.Equal(at < now.AddHours(12).AddMinutes(-1) ? RefreshResult.Renewed : RefreshResult.Ended, result);
            if (result == RefreshResult.Ended) return;
        }
        Assert.Fail("the session never ended");
    }

    private async Task SilenceAsync()
    {
        foreach (var name in new[] { "access_changed", "account_changed" })
            await PostgresCluster.ExecuteAsync(db.AdminConnectionString, $"""
                create or replace function {name}() returns trigger language plpgsql as $$
                begin
                    insert into access_change (account) values ({(name == "access_changed" ? "old.account" : "old.name")});
                    return null;
                end $$
                """);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var began = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(began.Elapsed < Patience, $"waited {Patience} for {what}");
            await Task.Delay(20);
        }
    }

    private sealed class Process : IAsyncDisposable
    {
        private readonly NpgsqlDataSource source;
        private readonly AccessFeed feed;

        private Process(string connection)
        {
            source = NpgsqlDataSource.Create(connection);
            (Accounts, Sessions) = (new AccountStore(source, Keys), new SessionStore(source));
            feed = new AccessFeed(source, TimeProvider.System, NullLogger<AccessFeed>.Instance);
            Desk = new SessionDesk(Sessions, Accounts, feed, new Trail(new AuditLog(source), new AccountMeter(), TimeProvider.System), TimeProvider.System);
        }

        public AccountStore Accounts { get; }
        public SessionStore Sessions { get; }
        public SessionDesk Desk { get; }

        public static async Task<Process> StartAsync(string connection, bool feed = true)
        {
            var process = new Process(connection);
            if (!feed) return process;
            await process.feed.StartAsync(default);
            await UntilAsync(() => Task.FromResult(process.feed.Behind < TimeSpan.FromSeconds(1)), "the feed to be heard");
            return process;
        }

        public async Task<(Account Account, LoginSession Session)> SignInAsync(byte[]? token = null)
        {
            var account = new Account($"s{Guid.NewGuid():N}"[..20], "hash", "测试", ["viewer"], RegionCode.Parse("411424000000"), MustChange: false, Disabled: false);
            await Accounts.CreateAsync(account);
            var now = DateTimeOffset.UtcNow;
            var session = new LoginSession(Guid.NewGuid(), account.Name, account.Stamp, now, now, now.AddHours(12), "local", "test");
            await Sessions.OpenAsync(session, token ?? Guid.NewGuid().ToByteArray(), 10);
            return (account, session);
        }

        public async ValueTask DisposeAsync()
        {
            await feed.StopAsync(default);
            Desk.Dispose();
            await source.DisposeAsync();
        }
    }
}
