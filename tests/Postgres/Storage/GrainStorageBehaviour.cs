using System.Collections.Concurrent;
using FangFanPin.Storage.Migrations;
using FangFanPin.Tests.Shared;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Storage;

/// <summary>
/// What every storage provider of the system must do, whatever it stores. A derived class opens its provider on a database and says how
/// a number is put into a state and read back.
/// </summary>
public abstract class GrainStorageBehaviour<TState>(PostgresDatabase database) : IAsyncLifetime, IClassFixture<PostgresDatabase>
    where TState : class
{
    private const int Writers = 1000;
    private const int Keys = 10;
    /// <summary>Attempts in flight when writers repeat: enough to collide all the time, few enough to end.</summary>
    private const int AttemptsAtOnce = 64;
    private static readonly TimeSpan DatabaseAnswersWithin = TimeSpan.FromSeconds(60);
    private OpenedStorage opened = null!;

    /// <summary>A provider that is ready for use, with what must be closed after it.</summary>
    protected sealed record OpenedStorage(IGrainStorage Storage, IAsyncDisposable Lifetime);

    protected abstract Task<OpenedStorage> OpenAsync(string connectionString);
    protected abstract string StateName { get; }
    protected abstract GrainId NewKey();
    /// <summary>A state that differs from the states of all other numbers.</summary>
    protected abstract TState Make(int number);
    protected abstract int NumberOf(TState? state);
    protected abstract TState Empty();

    public async ValueTask InitializeAsync() => opened = await OpenAsync(database.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        await opened.Lifetime.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task State_never_written_is_read_as_absent()
    {
        var state = await ReadAsync(NewKey());
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.NotNull(state.State);
    }

    [Fact]
    public async Task First_write_is_read_back_with_its_etag()
    {
        var key = NewKey();
        var written = await WriteAsync(key, Fresh(7));
        var read = await ReadAsync(key);
        Assert.True(written.RecordExists);
        Assert.True(read.RecordExists);
        Assert.Equal(7, NumberOf(read.State));
        Assert.Equal(written.ETag, read.ETag);
        Assert.False(string.IsNullOrEmpty(read.ETag));
    }

    [Fact]
    public async Task Each_rewrite_moves_the_etag_on()
    {
        var key = NewKey();
        var state = await WriteAsync(key, Fresh(0));
        var seen = new HashSet<string>();
        for (var n = 1; n <= 5; n++)
        {
            Assert.True(seen.Add(state.ETag!));
            state.State = Make(n);
            await WriteAsync(key, state);
        }
        Assert.Equal(5, NumberOf((await ReadAsync(key)).State));
    }

    [Fact]
    public async Task First_write_that_lost_the_race_is_refused_and_changes_nothing()
    {
        var key = NewKey();
        await WriteAsync(key, Fresh(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(key, Fresh(2)));
        Assert.Equal(1, NumberOf((await ReadAsync(key)).State));
    }

    [Fact]
    public async Task Stale_etag_is_refused_and_changes_nothing()
    {
        var key = NewKey();
        await WriteAsync(key, Fresh(1));
        var mine = await ReadAsync(key);
        var theirs = await ReadAsync(key);
        theirs.State = Make(2);
        await WriteAsync(key, theirs);
        mine.State = Make(3);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(key, mine));
        await Assert.ThrowsAsync<InconsistentStateException>(() => ClearAsync(key, mine));
        var now = await ReadAsync(key);
        Assert.Equal(2, NumberOf(now.State));
        Assert.Equal(theirs.ETag, now.ETag);
    }

    [Fact]
    public async Task Cleared_state_is_absent_and_its_old_etag_is_stale()
    {
        var key = NewKey();
        var state = await WriteAsync(key, Fresh(1));
        var before = new GrainState<TState>(Make(9), state.ETag) { RecordExists = true };
        await ClearAsync(key, state);
        Assert.False(state.RecordExists);
        Assert.False((await ReadAsync(key)).RecordExists);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(key, before));
        Assert.False((await ReadAsync(key)).RecordExists);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_does_nothing()
    {
        var key = NewKey();
        await ClearAsync(key, await ReadAsync(key));
        Assert.False((await ReadAsync(key)).RecordExists);
    }

    [Fact]
    public async Task State_written_again_after_a_clear_goes_on_with_higher_versions()
    {
        var key = NewKey();
        var state = await WriteAsync(key, Fresh(1));
        var first = long.Parse(state.ETag!);
        await ClearAsync(key, state);
        var again = await ReadAsync(key);
        again.State = Make(2);
        await WriteAsync(key, again);
        Assert.True(long.Parse(again.ETag!) > first + 1, $"version {again.ETag} after {first} and a clear");
        Assert.Equal(2, NumberOf((await ReadAsync(key)).State));
        // Whoever still holds the activation's own object after the clear goes on without reading.
        var other = NewKey();
        var held = await WriteAsync(other, Fresh(1));
        await ClearAsync(other, held);
        held.State = Make(3);
        await WriteAsync(other, held);
        Assert.Equal(3, NumberOf((await ReadAsync(other)).State));
    }

    [Fact]
    public async Task Of_a_thousand_first_writers_on_ten_keys_ten_win()
    {
        var keys = Enumerable.Range(0, Keys).Select(_ => NewKey()).ToArray();
        var winners = new ConcurrentBag<(GrainId Key, int Number)>();
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => Task.Run(async () =>
        {
            try
            {
                await WriteAsync(keys[n % Keys], Fresh(n));
                winners.Add((keys[n % Keys], n));
            }
            catch (InconsistentStateException)
            {
                Interlocked.Increment(ref refused);
            }
        })));
        Assert.Equal(Keys, winners.Count);
        Assert.Equal(Writers - Keys, refused);
        foreach (var (key, number) in winners) Assert.Equal(number, NumberOf((await ReadAsync(key)).State));
    }

    [Fact]
    public async Task A_thousand_writers_who_repeat_on_ten_keys_lose_no_update()
    {
        var keys = Enumerable.Range(0, Keys).Select(_ => NewKey()).ToArray();
        using var attempts = new SemaphoreSlim(AttemptsAtOnce);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => Task.Run(async () =>
        {
            while (true)
            {
                await attempts.WaitAsync();
                try
                {
                    if (await TryIncrementAsync(keys[n % Keys])) return;
                }
                finally
                {
                    attempts.Release();
                }
            }
        })));
        foreach (var key in keys) Assert.Equal(Writers / Keys, NumberOf((await ReadAsync(key)).State));
    }

    [Fact]
    public async Task Writes_fail_while_the_database_is_away_and_go_on_when_it_is_back()
    {
        await using var server = await PrivatePostgres.StartAsync();
        await PostgresCluster.ExecuteAsync(server.AdminConnectionString, "create database ffp");
        var connection = new NpgsqlConnectionStringBuilder(PostgresCluster.On(server.AdminConnectionString, "ffp")) { Timeout = 5, CommandTimeout = 10 }.ToString();
        new Migrator(connection).Migrate();
        var away = await OpenAsync(connection);
        await using (away.Lifetime)
        {
            var key = NewKey();
            var state = await WriteAsync(key, Fresh(1), away.Storage);
            await server.StopAsync();
            state.State = Make(2);
            var attempt = WriteAsync(key, state, away.Storage);
            var first = await Task.WhenAny(attempt, Task.Delay(DatabaseAnswersWithin, TestContext.Current.CancellationToken));
            Assert.True(first == attempt, $"no answer within {DatabaseAnswersWithin} while the database is away");
            Assert.IsNotType<InconsistentStateException>(await Assert.ThrowsAnyAsync<Exception>(() => attempt));
            await server.StartAgainAsync();
            var read = await EventuallyAsync(() => ReadAsync(key, away.Storage));
            Assert.Equal(1, NumberOf(read.State));
            read.State = Make(3);
            await WriteAsync(key, read, away.Storage);
            Assert.Equal(3, NumberOf((await ReadAsync(key, away.Storage)).State));
        }
        NpgsqlConnection.ClearAllPools();
    }

    protected GrainState<TState> Fresh(int number) => new(Make(number));

    protected async Task<GrainState<TState>> ReadAsync(GrainId key, IGrainStorage? storage = null)
    {
        var state = new GrainState<TState>(Empty());
        await (storage ?? opened.Storage).ReadStateAsync(StateName, key, state);
        return state;
    }

    protected async Task<GrainState<TState>> WriteAsync(GrainId key, GrainState<TState> state, IGrainStorage? storage = null)
    {
        await (storage ?? opened.Storage).WriteStateAsync(StateName, key, state);
        return state;
    }

    protected Task ClearAsync(GrainId key, GrainState<TState> state) => opened.Storage.ClearStateAsync(StateName, key, state);

    private async Task<bool> TryIncrementAsync(GrainId key)
    {
        var state = await ReadAsync(key);
        state.State = Make(state.RecordExists ? NumberOf(state.State) + 1 : 1);
        try
        {
            await WriteAsync(key, state);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    /// <summary>The first sessions after a restart may still be the broken ones of the pool.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> attempt)
    {
        using var deadline = new CancellationTokenSource(DatabaseAnswersWithin);
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception e) when ((e is NpgsqlException or IOException) && !deadline.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
            }
        }
    }
}
