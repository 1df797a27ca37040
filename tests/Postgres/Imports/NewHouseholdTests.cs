using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Imports;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Imports;

/// <summary>Households registered many at once must stand as if each grain had written its own.</summary>
public sealed class NewHouseholdTests : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string OtherVillage = "411622101202";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static int last = 50_000;
    private readonly PostgresDatabase postgres;
    private readonly RecordsUnderTest records;
    private readonly ImportJobStore jobs;
    private readonly ImportStagingStore staging;
    private readonly NewHouseholdStore fresh;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public NewHouseholdTests(PostgresDatabase postgres)
    {
        this.postgres = postgres;
        records = new RecordsUnderTest(postgres.ConnectionString);
        (jobs, staging, fresh) = (new ImportJobStore(records.Source), new ImportStagingStore(records.Source, records.Sealer), new NewHouseholdStore(records.Source, records.Sealer));
    }

    public async ValueTask InitializeAsync() =>
        await AdminAsync($"insert into region_epoch (region, parent, level) values ('{SampleHouseholds.Village}', '411622101000', 5), ('{OtherVillage}', '411622101000', 5) on conflict do nothing");

    public ValueTask DisposeAsync() => records.DisposeAsync();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_registered_household_stands_as_its_grain_would_have_written_it(bool atOnce)
    {
        var number = Next() is var next && next % 2 == 0 ? next : Next(); // one that is monitored
        var code = SampleHouseholds.Code(number);
        var job = atOnce ? await BegunAsync() : await StagedAsync(number);
        await records.WriteAsync(code, StateOf(number) with { LastChange = StateOf(number).LastChange! with { ImportId = job.HistoryId } });
        var byGrain = (Rows: await AllAsync(number), State: (await records.ReadAsync(code)).State!);
        foreach (var (table, key, _) in Tables) await AdminAsync($"delete from {table} where {key} = '{code}'");
        if (atOnce) Assert.Equal(RunnerOrder.GoOn, await AtOnceAsync(job, number));
        else await CommitAsync(job);
        Assert.Equal([code], await staging.ToUndoAsync(job.Id, 1, null, 10, Ct));
        var byImport = (Rows: await AllAsync(number), State: (await records.ReadAsync(code)).State!);

        Assert.Equal(byGrain.Rows, byImport.Rows);
        Assert.Equal(3, await CountAsync("household_risk", $"code = '{code}' and oldest <= youngest")); // both risks, and among the monitored
        // What is sealed says the same when it is opened where it stands.
        Assert.Equal(DocumentCodec.Encode(byGrain.State.File!), DocumentCodec.Encode(byImport.State.File!));
        Assert.Equal(byGrain.State.Contribution, byImport.State.Contribution);
        Assert.Equal(byGrain.State.LastChange!.Changes, byImport.State.LastChange!.Changes);
        Assert.Equal(byGrain.State.LastChange.Actor, byImport.State.LastChange.Actor);
        Assert.NotEmpty(byImport.State.LastChange.Changes);
    }

    [Fact]
    public async Task Batches_follow_each_other_through_the_villages_until_nothing_is_left()
    {
        var numbers = Enumerable.Range(0, 25).Select(_ => Next()).ToArray();
        var job = await StagedAsync(numbers);
        var villages = new List<string>();
        long written = 0;
        for (var more = true; more;)
        {
            var batch = await fresh.CommitAsync(job, [], 4, Now, Ct);
            (job, more, written) = (batch.Job, batch.Written > 0, written + batch.Written);
            villages.AddRange(batch.Villages);
        }
        Assert.Equal((25, 25), (written, job.Counts.Written));
        Assert.Equal(villages.Order(), villages);
        Assert.Equal(numbers.Length, await CountAsync("import_household", $"import_id = '{job.Id}' and outcome = 1"));
        Assert.Equal(0, await CountAsync("import_new", $"import_id = '{job.Id}'"));
        Assert.Equal(job.Cursor, (await jobs.FindAsync(job.Id, Ct))!.Cursor);
    }

    [Fact]
    public async Task Who_was_registered_meanwhile_is_left_alone_and_the_others_are_written()
    {
        var (taken, free) = (Next(), Next());
        var job = await StagedAsync(taken, free);
        await records.WriteAsync(SampleHouseholds.Code(taken), StateOf(taken));
        var before = await HouseholdAsync(taken);
        var batch = await CommitAsync(job);
        Assert.Equal((1, 1), (batch.Written, batch.Refused));
        Assert.Equal(before, await HouseholdAsync(taken));
        Assert.Equal(1, await CountAsync("household_history", $"code = '{SampleHouseholds.Code(taken)}'"));
        Assert.Equal([(SampleHouseholds.Code(taken), "household.stale-version")], await staging.ConflictsAsync(job.Id, 1, null, 10, Ct));
    }

    [Fact]
    public async Task A_person_who_came_to_another_household_since_the_preview_keeps_the_household_out()
    {
        var (mine, other) = (Next(), Next());
        var job = await StagedAsync(mine);
        var file = SampleHouseholds.File(other);
        var moved = SampleHouseholds.File(mine).Members[0];
        await records.WriteAsync(SampleHouseholds.Code(other), StateOf(other) with { File = file with { Members = file.Members.Add(moved) } });
        Assert.Equal((0, 1), await OutcomeAsync(job));
        Assert.Equal("import.person-elsewhere", Assert.Single(await staging.ConflictsAsync(job.Id, 1, null, 10, Ct)).Reason);
        Assert.Equal(0, await CountAsync("household", $"code = '{SampleHouseholds.Code(mine)}'"));
    }

    [Fact]
    public async Task A_certificate_that_came_to_another_household_since_the_preview_keeps_the_household_out()
    {
        var (mine, other) = (Next(), Next());
        var job = await StagedAsync(mine);
        var (file, certificate) = (SampleHouseholds.File(other), SampleHouseholds.File(mine).Members[0].CertNumber);
        var state = StateOf(other) with { File = file with { Members = file.Members.SetItem(0, file.Members[0] with { CertNumber = certificate }) } };
        await records.WriteAsync(SampleHouseholds.Code(other), state with { LastChange = state.LastChange! with { At = Now } });
        Assert.Equal((0, 1), await OutcomeAsync(job));
        Assert.Equal("import.certificate-elsewhere", Assert.Single(await staging.ConflictsAsync(job.Id, 1, null, 10, Ct)).Reason);
    }

    [Fact]
    public async Task Nobody_is_registered_in_a_village_that_has_ended()
    {
        var job = await StagedAsync(Next());
        var batch = await fresh.CommitAsync(job, [SampleHouseholds.Village, OtherVillage], 10, Now, Ct);
        Assert.Equal((0, 1), (batch.Written, batch.Refused));
        Assert.Equal("household.unknown-village", Assert.Single(await staging.ConflictsAsync(job.Id, 1, null, 10, Ct)).Reason);
    }

    [Fact]
    public async Task A_runner_that_was_replaced_registers_nobody()
    {
        var number = Next();
        var job = await StagedAsync(number);
        var batch = await fresh.CommitAsync(job with { Run = job.Run + 1 }, [], 10, Now, Ct);
        Assert.Equal(RunnerOrder.GiveWay, batch.Order);
        Assert.Equal(0, await CountAsync("household", $"code = '{SampleHouseholds.Code(number)}'"));
        Assert.Equal(1, await CountAsync("import_new", $"import_id = '{job.Id}'"));
    }

    [Fact]
    public async Task Two_imports_of_the_same_households_at_once_register_each_once()
    {
        var numbers = Enumerable.Range(0, 40).Select(_ => Next()).ToArray();
        var (one, other) = (await StagedAsync(numbers), await StagedAsync([.. numbers.Reverse()]));
        var batches = await Task.WhenAll(Task.Run(() => fresh.CommitAsync(one, [], 100, Now, Ct)), Task.Run(() => fresh.CommitAsync(other, [], 100, Now, Ct)));
        Assert.Equal((40, 40), (batches.Sum(b => b.Written), batches.Sum(b => b.Refused)));
        Assert.Equal(40, await CountAsync("household_history", $"code = any (array['{string.Join("','", numbers.Select(SampleHouseholds.Code))}'])"));
    }

    [Theory]
    [InlineData("household")]
    [InlineData("person")]
    [InlineData("village")]
    public async Task Of_a_batch_that_something_has_come_into_the_way_of_nothing_is_there_at_once(string what)
    {
        var (mine, other, free) = (Next(), Next(), Next());
        var job = await BegunAsync();
        var state = StateOf(mine);
        var nowhere = SampleHouseholds.Village[..11] + "9";
        if (what == "household") await records.WriteAsync(SampleHouseholds.Code(mine), state);
        if (what == "person")
        {
            var file = SampleHouseholds.File(other);
            await records.WriteAsync(SampleHouseholds.Code(other), StateOf(other) with { File = file with { Members = file.Members.Add(state.File!.Members[^1]) } });
        }
        if (what == "village") state = state with { File = state.File! with { Household = state.File.Household with { AreaCode = nowhere } } };
        var before = await HouseholdAsync(mine);

        var rows = fresh.Prepare([Staged(free, StateOf(free)), Staged(mine, state)]);
        Assert.Null(await rows.RegisterAsync(job with { Counts = job.Counts with { Written = 2 } }, Now, Ct));
        Assert.Equal(before, await HouseholdAsync(mine));
        foreach (var (table, key, _) in Tables) Assert.Equal(0, await CountAsync(table, $"{key} = '{SampleHouseholds.Code(free)}'"));
        Assert.Equal(0, await CountAsync("import_household", $"import_id = '{job.Id}'"));
        Assert.Equal(0, (await jobs.FindAsync(job.Id, Ct))!.Counts.Written);
        Assert.Equal(RunnerOrder.GoOn, await AtOnceAsync(job, free));
    }

    [Fact]
    public async Task A_runner_that_was_replaced_registers_nobody_at_once()
    {
        var number = Next();
        var job = await BegunAsync();
        Assert.Equal(RunnerOrder.GiveWay, await AtOnceAsync(job with { Run = job.Run + 1 }, number));
        foreach (var (table, key, _) in Tables) Assert.Equal(0, await CountAsync(table, $"{key} = '{SampleHouseholds.Code(number)}'"));
        Assert.Equal(0, await CountAsync("import_household", $"import_id = '{job.Id}'"));
    }

    /// <summary>Both begin with the others' last: neither waits for the other for ever.</summary>
    [Fact]
    public async Task Of_two_batches_with_the_same_households_at_once_one_is_there()
    {
        var numbers = Enumerable.Range(0, 40).Select(_ => Next()).ToArray();
        var (one, other) = (await BegunAsync(), await BegunAsync());
        var orders = await Task.WhenAll(Task.Run(() => AtOnceAsync(one, numbers)), Task.Run(() => AtOnceAsync(other, [.. numbers.Reverse()])));
        Assert.Equal([null, RunnerOrder.GoOn], orders.Order());
        Assert.Equal(40, await CountAsync("household_history", $"code = any (array['{string.Join("','", numbers.Select(SampleHouseholds.Code))}'])"));
    }

    /// <summary>A runner may die before it has taken over what two before it have written.</summary>
    [Fact]
    public async Task What_several_runners_have_written_is_carried_to_the_one_that_gets_to_the_end()
    {
        var (first, second, both) = (Next(), Next(), Next());
        var job = await BegunAsync();
        await AtOnceAsync(job, first, both);
        await AdminAsync($"update import_job set run = 2 where id = '{job.Id}'");
        await AtOnceAsync(job with { Run = 2 }, second);
        await AdminAsync($"insert into import_household (import_id, run, code, kind, outcome) values ('{job.Id}', 2, '{SampleHouseholds.Code(both)}', 1, 1), ('{job.Id}', 2, 'refused', 5, 0)");
        await staging.CarryAsync(job.Id, 3, Ct);
        string[] codes = [.. new[] { first, second, both }.Select(SampleHouseholds.Code).Order(StringComparer.Ordinal)];
        Assert.Equal(codes, await staging.ToUndoAsync(job.Id, 3, null, 10, Ct));
        Assert.Equal(codes[..2], (await staging.WrittenAsync(job.Id, 3, [.. codes[..2], "refused", "nobody"], Ct)).Order(StringComparer.Ordinal));
    }

    private Task<RunnerOrder?> AtOnceAsync(ImportJob job, params int[] numbers) =>
        fresh.Prepare([.. numbers.Select(n => Staged(n, StateOf(n)))]).RegisterAsync(job, Now, Ct);

    private static StagedHousehold Staged(int number, HouseholdState state) => new(SampleHouseholds.Code(number), StagedKind.New, null, null) { State = state };

    private async Task<(int, int)> OutcomeAsync(ImportJob job) => await CommitAsync(job) is var batch ? (batch.Written, batch.Refused) : default;

    private Task<NewHouseholdBatch> CommitAsync(ImportJob job) => fresh.CommitAsync(job, [], 100, Now, Ct);

    private static int Next() => Interlocked.Increment(ref last);

    private static HouseholdState StateOf(int number)
    {
        var state = SampleHouseholds.State(number, number % 3 == 0 ? OtherVillage : null);
        var file = state.File!;
        if (number % 2 == 0) state = state with { File = file with { Household = file.Household with { MonitorCategory = "1", RiskType1 = "03", RiskType2 = "01" } } };
        return state with { LastChange = state.LastChange! with { Kind = "import", At = Now, ImportId = "I", Registers = true, Registered = state.File } };
    }

    private async Task<ImportJob> StagedAsync(params int[] numbers)
    {
        var begun = await BegunAsync();
        var change = new ImportFile { Incoming = HouseholdFile.Empty, Columns = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, ImportId = begun.HistoryId };
        await fresh.StageAsync(begun.Id, 1, [.. numbers.Select(n => Staged(n, StateOf(n)) with { Change = change })], Ct);
        return begun with { ParsedRun = 1, ComparedAt = Now.AddMinutes(-1) };
    }

    private async Task<ImportJob> BegunAsync()
    {
        var job = new ImportJob { Id = Guid.NewGuid(), Region = "411622000000", Actor = new Actor("wang", "王干事", "county-clerk", "411622000000"), CreatedAt = Now };
        await jobs.CreateAsync(job, Ct);
        await jobs.FilesArrivedAsync(job, Ct);
        return (await jobs.BeginAsync(job.Id, [ImportStage.Uploaded], ImportStage.Committing, Now, Ct))!;
    }

    /// <summary>Where a household stands, by which column, and what differs from write to write.</summary>
    private static readonly (string Table, string Key, string[] Random)[] Tables =
    [
        ("household", "code", ["write_id", "document"]), ("household_phone", "code", []), ("household_member", "household_code", []), ("household_risk", "code", []),
        ("household_history", "code", ["command_id", "content_hash", "document", "document_hash"]), ("owed", "subject", ["at"]),
    ];

    private async Task<List<string>> AllAsync(int number)
    {
        var all = new List<string>();
        foreach (var (table, key, random) in Tables)
        {
            var columns = (await records.RowsAsync($"select column_name from information_schema.columns where table_name = '{table}' order by 1")).Except(random);
            all.AddRange(await records.RowsAsync($"select '{table}', to_jsonb(r)::text from (select {string.Join(", ", columns)} from {table} where {key} = '{SampleHouseholds.Code(number)}') r order by 2"));
        }
        return all;
    }

    private async Task<string[]> HouseholdAsync(int number) =>
        await records.RowsAsync($"select version, write_id, document from household where code = '{SampleHouseholds.Code(number)}'");

    private async Task AdminAsync(string sql)
    {
        await using var admin = NpgsqlDataSource.Create(postgres.AdminConnectionString);
        await using var command = admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<int> CountAsync(string table, string where) => int.Parse((await records.RowsAsync($"select count(*) from {table} where {where}"))[0], null);
}
