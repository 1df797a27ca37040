using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Imports;

public sealed class ImportStoreTests : IClassFixture<PostgresDatabase>, IAsyncDisposable
{
    private readonly NpgsqlDataSource database;
    private readonly RingSealer sealer = new(KeyRing.Random());
    private readonly ImportJobStore jobs;
    private readonly ImportStagingStore staging;
    private readonly ImportFileStore files;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ImportStoreTests(PostgresDatabase postgres)
    {
        database = NpgsqlDataSource.Create(postgres.ConnectionString);
        (jobs, staging, files) = (new ImportJobStore(database), new ImportStagingStore(database, sealer), new ImportFileStore(database, sealer));
    }

    [Fact]
    public async Task A_job_is_read_back_as_it_was_saved()
    {
        var job = await NewAsync() with { Files = [new UploadedFile("户.xlsx", 7)], Skipped = ["说明"], Fault = ImportErrors.Encrypted };
        await jobs.FilesArrivedAsync(job, Ct);
        var read = await jobs.FindAsync(job.Id, Ct);
        Assert.Equal((ImportStage.Uploaded, "户.xlsx", "说明", ImportErrors.Encrypted), (read!.Stage, read.Files[0].Name, read.Skipped[0], read.Fault));
        Assert.Equal(job.Actor, read.Actor);
    }

    [Fact]
    public async Task Of_many_who_begin_a_stage_one_does()
    {
        var job = await UploadedAsync();
        var begun = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => BeginAsync(job.Id)));
        Assert.Equal(1, Assert.Single(begun, b => b is not null)!.Run);
    }

    [Fact]
    public async Task A_runner_that_was_replaced_can_neither_save_nor_beat()
    {
        var old = (await BeginAsync((await UploadedAsync()).Id))!;
        Assert.Null(await jobs.TakeOverAsync(old.Id, TimeSpan.FromSeconds(10), Ct));
        Assert.DoesNotContain(old.Id, await jobs.SilentAsync(TimeSpan.FromSeconds(10), Ct));
        await jobs.ReleaseAsync(old.Id, old.Run, Ct);
        Assert.Contains(old.Id, await jobs.SilentAsync(TimeSpan.FromSeconds(10), Ct));
        var next = await jobs.TakeOverAsync(old.Id, TimeSpan.FromSeconds(10), Ct);
        Assert.Equal((old.Run + 1, 1), (next!.Run, next.Attempts));
        Assert.Equal(RunnerOrder.GiveWay, await jobs.BeatAsync(old.Id, old.Run, Ct));
        Assert.Equal(RunnerOrder.GiveWay, await jobs.SaveAsync(old with { Stage = ImportStage.Failed }, [], Ct));
        Assert.Equal(ImportStage.Parsing, (await jobs.FindAsync(old.Id, Ct))!.Stage);
        Assert.Equal(RunnerOrder.GoOn, await jobs.SaveAsync(next, [], Ct));
    }

    [Fact]
    public async Task A_wish_to_cancel_reaches_the_runner_and_ends_with_rest()
    {
        var job = (await BeginAsync((await UploadedAsync()).Id))!;
        Assert.True(await jobs.AskToCancelAsync(job.Id, Ct));
        Assert.Equal(RunnerOrder.Cancel, await jobs.BeatAsync(job.Id, job.Run, Ct));
        await jobs.SaveAsync(job with { Stage = ImportStage.Cancelled }, [], Ct);
        Assert.False(await jobs.AskToCancelAsync(job.Id, Ct));
    }

    [Fact]
    public async Task Outcomes_are_saved_with_the_cursor_or_not_at_all()
    {
        var job = (await BeginAsync((await UploadedAsync()).Id))! with { ParsedRun = 1 };
        await staging.WriteAsync(job.Id, 1, [Household("H1"), Household("H2"), Household("H3")], [], [], Ct);
        await jobs.SaveAsync(job with { Cursor = "H1" }, [("H1", StagedOutcome.Written, null)], Ct);
        Assert.Equal(RunnerOrder.GiveWay, await jobs.SaveAsync(job with { Run = job.Run + 1 }, [("H2", StagedOutcome.Written, null)], Ct));
        Assert.Equal(["H2", "H3"], (await staging.ToCommitAsync(job.Id, 1, null, 10, Ct)).Select(h => h.Code));
        Assert.Equal(["H3"], (await staging.ToCommitAsync(job.Id, 1, "H2", 10, Ct)).Select(h => h.Code));
        Assert.Equal(["H1"], await staging.ToUndoAsync(job.Id, 1, null, 10, Ct));
        var read = (await staging.ToCommitAsync(job.Id, 1, null, 1, Ct))[0].Change!;
        Assert.Equal(Household("H2").Change!.Incoming.Household, read.Incoming.Household);
        Assert.Equal(["HouseholdCode", "Phone"], read.Columns["Household"]);
    }

    [Fact]
    public async Task Errors_come_back_in_the_order_of_the_file()
    {
        var id = (await NewAsync()).Id;
        var errors = new[] { new RowError(1, 2, null, ImportErrors.NoCode, null, null), new RowError(0, 9, "性别", ImportErrors.ErrorValue, "#N/A", "H1"), new RowError(0, 4, "甲", ImportErrors.NoArea, "", "H1") };
        await staging.WriteAsync(id, 1, [], [], errors, Ct);
        var read = new List<RowError>();
        await foreach (var error in staging.ErrorsAsync(id, 1, 2, Ct)) read.Add(error);
        Assert.Equal([errors[2], errors[1]], read);
        Assert.Equal(1, (await staging.ErrorsByCodeAsync(id, 1, Ct))["import.error-value"]);
    }

    [Theory]
    [InlineData(0), InlineData(5), InlineData(ImportFileStore.ChunkBytes), InlineData(3 * ImportFileStore.ChunkBytes + 17), InlineData(9 * ImportFileStore.ChunkBytes + 17)]
    public async Task An_uploaded_file_is_read_anywhere_in_any_order(int length)
    {
        var id = (await NewAsync()).Id;
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        // Every second piece can be packed, each says something else, and more of them than are kept.
        for (var i = 0; i < length; i++) if (i / ImportFileStore.ChunkBytes is var piece && piece % 2 == 1) bytes[i] = (byte)('a' + i % (17 + piece));
        Assert.Equal(length, await files.StoreAsync(id, 0, new MemoryStream(bytes), Ct));
        using var stream = files.Open(id, 0, length);
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var at = random.Next(length + 1);
            var part = new byte[random.Next(100_000)];
            stream.Seek(at - length, SeekOrigin.End);
            var read = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            Assert.Equal(Math.Min(part.Length, length - at), read);
            Assert.True(bytes.AsSpan(at, read).SequenceEqual(part.AsSpan(0, read)));
        }
    }

    private async Task<ImportJob> NewAsync()
    {
        var job = new ImportJob { Id = Guid.NewGuid(), Region = "411424000000", Actor = new Actor("u", "导入员", "importer", "411424000000"), CreatedAt = DateTimeOffset.UtcNow };
        await jobs.CreateAsync(job, Ct);
        return job;
    }

    private async Task<ImportJob> UploadedAsync()
    {
        var job = await NewAsync();
        await jobs.FilesArrivedAsync(job, Ct);
        return job;
    }

    private Task<ImportJob?> BeginAsync(Guid id) => jobs.BeginAsync(id, [ImportStage.Uploaded], ImportStage.Parsing, DateTimeOffset.UtcNow, Ct);

    private static StagedHousehold Household(string code) => new(code, StagedKind.New, null, new ImportFile
    {
        Incoming = new HouseholdFile { Household = new Household { HouseholdCode = code, Phone = "13800000000" } },
        Columns = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("Household", ["HouseholdCode", "Phone"]),
        ImportId = "I",
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
