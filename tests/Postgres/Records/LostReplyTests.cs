using FangFanPin.Contracts.Storage;
using FangFanPin.Domain.Households;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Records;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Records;

/// <summary>A commit whose reply never came, deadlocks, and callers that give up.</summary>
public sealed class LostReplyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static int last = 500_000;
    private readonly RecordsUnderTest records = new(database.ConnectionString);
    private readonly string code = SampleHouseholds.Code(Interlocked.Increment(ref last));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => records.DisposeAsync();

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_recognised_and_not_doubled()
    {
        await using var storage = Interposed(after: Once(new IOException("the wire was cut")));
        var held = new GrainState<HouseholdState>(SampleHouseholds.State(1));
        await storage.WriteStateAsync("household", RecordsUnderTest.Key(code), held);
        Assert.Equal("1", held.ETag);
        Assert.Equal(["1"], await records.RowsAsync($"select version from household_history where code = '{code}'"));
        held.State = SampleHouseholds.Amended(held.State!, 9);
        await storage.WriteStateAsync("household", RecordsUnderTest.Key(code), held);
        Assert.Equal("2", held.ETag);
    }

    [Fact]
    public async Task Somebody_elses_write_of_the_same_version_is_not_taken_for_ones_own()
    {
        var attempts = 0;
        await using var storage = Interposed(before: async row =>
        {
            if (attempts++ > 0) return;
            await records.WriteAsync(row.Key, SampleHouseholds.State(2));
            throw new IOException("cut before anything was sent");
        });
        var fault = await Assert.ThrowsAsync<InconsistentStateException>(() =>
            storage.WriteStateAsync("household", RecordsUnderTest.Key(code), new GrainState<HouseholdState>(SampleHouseholds.State(1))));
        Assert.Equal("1", fault.StoredEtag);
    }

    [Theory]
    [InlineData("40P01")]
    [InlineData("57P01")]
    public async Task A_deadlock_or_a_restart_of_the_server_sends_the_whole_batch_again(string state)
    {
        await using var storage = Interposed(before: Once(new PostgresException("", "ERROR", "ERROR", state)));
        var held = new GrainState<HouseholdState>(SampleHouseholds.State(1));
        await storage.WriteStateAsync("household", RecordsUnderTest.Key(code), held);
        Assert.Equal("1", held.ETag);
    }

    [Fact]
    public async Task When_the_database_stays_away_the_caller_hears_it_in_our_own_words()
    {
        await using var storage = Interposed(before: _ => throw new NpgsqlException("host 10.0.0.1 said no"));
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            storage.WriteStateAsync("household", RecordsUnderTest.Key(code), new GrainState<HouseholdState>(SampleHouseholds.State(1))));
        Assert.DoesNotContain("10.0.0.1", fault.ToString(), StringComparison.Ordinal);
        Assert.Null(fault.InnerException);
    }

    [Fact]
    public async Task Giving_up_takes_a_write_out_of_the_queue_and_stops_no_statement()
    {
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var storage = Interposed(before: async _ =>
        {
            reached.TrySetResult();
            await go.Task;
        });
        using var cancelled = new CancellationTokenSource();
        var running = storage.WriteStateAsync("household", RecordsUnderTest.Key(code), new GrainState<HouseholdState>(SampleHouseholds.State(1)), cancelled.Token);
        await reached.Task;
        var queued = SampleHouseholds.Code(Interlocked.Increment(ref last));
        var waiting = storage.WriteStateAsync("household", RecordsUnderTest.Key(queued), new GrainState<HouseholdState>(SampleHouseholds.State(2)), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        go.SetResult();
        await running;
        Assert.True((await records.ReadAsync(code)).RecordExists);
        Assert.False((await records.ReadAsync(queued)).RecordExists);
    }

    private static Func<HouseholdRow, Task> Once(Exception fault)
    {
        var thrown = 0;
        return _ => Interlocked.Exchange(ref thrown, 1) == 0 ? Task.FromException(fault) : Task.CompletedTask;
    }

    private RecordsGrainStorage Interposed(Func<HouseholdRow, Task>? before = null, Func<HouseholdRow, Task>? after = null)
    {
        var options = new RecordsOptions { WritesAtOnce = 1, AttemptsMax = 3, RetryPause = TimeSpan.FromMilliseconds(1) };
        var mapping = new Interposer(records.Mapping, before ?? Nothing, after ?? Nothing);
        return new RecordsGrainStorage([RecordsRegistration.Store(records.Source, options, NullLogger.Instance, mapping)]);
    }

    private static Task Nothing(HouseholdRow row) => Task.CompletedTask;

    /// <summary>The real mapping with something happening around its statement.</summary>
    private sealed class Interposer(HouseholdMapping inner, Func<HouseholdRow, Task> before, Func<HouseholdRow, Task> after)
        : IRecordMapping<HouseholdState, HouseholdRow, StoredHousehold>
    {
        public string Name => inner.Name;
        public string KeyOf(GrainId grain) => inner.KeyOf(grain);
        public HouseholdState Empty() => inner.Empty();
        public HouseholdRow Prepare(string key, long version, Guid writeId, HouseholdState? state) => inner.Prepare(key, version, writeId, state);
        public bool TryOpen(StoredHousehold stored, out HouseholdState state) => inner.TryOpen(stored, out state);
        public void Committed(HouseholdRow row) => inner.Committed(row);

        public async Task<IReadOnlySet<string>> SaveAsync(NpgsqlConnection connection, IReadOnlyList<HouseholdRow> rows, CancellationToken ct)
        {
            await before(rows[0]);
            var saved = await inner.SaveAsync(connection, rows, ct);
            await after(rows[0]);
            return saved;
        }

        public Task<IReadOnlyDictionary<string, RowMark>> MarksAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct) =>
            inner.MarksAsync(connection, keys, ct);

        public Task<IReadOnlyDictionary<string, StoredHousehold>> LoadAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct) =>
            inner.LoadAsync(connection, keys, ct);
    }
}
