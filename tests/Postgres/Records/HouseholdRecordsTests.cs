using System.Security.Cryptography;
using FangFanPin.Contracts.Storage;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Npgsql;
using Orleans;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Records;

/// <summary>What is written together with a household, in the same transaction or not at all.</summary>
public sealed class HouseholdRecordsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string OtherVillage = "411622101202";
    private static int last = 1000;
    private readonly RecordsUnderTest records = new(database.ConnectionString);
    private readonly int number = Interlocked.Increment(ref last);
    private string Code => SampleHouseholds.Code(number);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => records.DisposeAsync();

    [Fact]
    public async Task A_state_comes_back_whole()
    {
        var state = SampleHouseholds.State(number) with
        {
            OwedSplit = new OwedSplit(Guid.NewGuid(), "N1", SampleHouseholds.File(3), Actor.System),
            VillageBefore = OtherVillage,
        };
        await records.WriteAsync(Code, state);
        await using var elsewhere = new RecordsUnderTest(database.ConnectionString, records.Sealer);
        var read = (await elsewhere.ReadAsync(Code)).State!;
        Assert.Equal(Flat(state), Flat(read with { Applied = [] }));
        Assert.Equal(state.Contribution, read.Contribution);
    }

    /// <summary>The format that kept the newest commands beside the file: they stand in the history, and are stepped over.</summary>
    [Fact]
    public void A_document_of_the_first_format_is_still_read()
    {
        var (file, id) = (SampleHouseholds.File(number), Guid.NewGuid().ToByteArray());
        var writer = new DocumentWriter();
        writer.Unsigned(1);
        writer.Bytes(DocumentCodec.Encode(file));
        writer.Text(OtherVillage);
        writer.Unsigned(2);
        for (var version = 1; version <= 2; version++)
        {
            writer.Bytes(id);
            writer.Unsigned(3);
            writer.Bytes(SHA256.HashData(id));
            writer.Signed(version);
        }
        var read = StateDocument.Decode(writer.Written);
        Assert.Equal((OtherVillage, null), (read.VillageBefore, read.OwedSplit));
        Assert.True(FileDiff.Between(file, read.File).IsEmpty);
    }

    /// <summary>The format that kept the lists inside the file, in front of the village.</summary>
    [Fact]
    public void A_document_of_the_second_format_is_still_read()
    {
        var file = SampleHouseholds.File(number);
        var writer = new DocumentWriter();
        writer.Unsigned(2);
        writer.Bytes(DocumentCodec.Encode(file));
        writer.Text(OtherVillage);
        var read = StateDocument.Decode(writer.Written);
        Assert.Equal((OtherVillage, null), (read.VillageBefore, read.OwedSplit));
        Assert.True(FileDiff.Between(file, read.File).IsEmpty);
        Assert.True(FileDiff.Between(file, StateDocument.DecodeFile(writer.Written)).IsEmpty);
    }

    [Fact]
    public async Task Every_version_has_its_history_row_exactly_once()
    {
        var held = await records.WriteAsync(number);
        for (var i = 1; i <= 3; i++) await records.WriteAsync(Code, SampleHouseholds.Amended(held.State!, i), held);
        await Assert.ThrowsAsync<InconsistentStateException>(() => records.WriteAsync(number));
        Assert.Equal(["1|register|wang", "2|record-income|wang", "3|record-income|wang", "4|record-income|wang"],
            await records.RowsAsync($"select version, kind, actor from household_history where code = '{Code}' order by version"));
        Assert.Equal(["4|4|wang"], await records.RowsAsync($"select version, changed_version, changed_by from household where code = '{Code}'"));
        Assert.Equal(["household.register", "household.record-income", "household.record-income", "household.record-income"],
            await records.RowsAsync($"select action from audit where object = '{Code}' order by id"));
    }

    [Fact]
    public async Task A_state_brings_the_newest_commands_of_its_history()
    {
        var held = await records.WriteAsync(number);
        var sent = new List<AppliedCommand>();
        for (var i = 0; i <= CommandMemory.Most; i++)
        {
            var next = SampleHouseholds.Amended(held.State!, i);
            var change = next.LastChange! with { Content = i % 3 == 0 ? null : UInt128.MaxValue - (UInt128)i };
            sent.Add(new AppliedCommand(change.CommandId, change.Content, change.Version));
            await records.WriteAsync(Code, next with { LastChange = change }, held);
        }
        Assert.Equal(sent.TakeLast(CommandMemory.Most), (await records.ReadAsync(Code)).State!.Applied);
        Assert.Equal(sent[0], await records.History.CommandAsync(Code, sent[0].CommandId, TestContext.Current.CancellationToken));
        Assert.Null(await records.History.CommandAsync(Code, Guid.NewGuid(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_household_that_asks_an_absent_database_for_a_command_says_so_in_words_that_cross_a_call()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2");
        await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            new HouseholdHistory(nowhere, records.Sealer).CommandAsync(Code, Guid.NewGuid(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_version_that_only_moved_figures_has_no_history_row_and_keeps_the_change_before_it()
    {
        var held = await records.WriteAsync(number);
        await records.WriteAsync(Code, held.State! with { Contribution = CellVector.Empty }, held);
        Assert.Equal(["1"], await records.RowsAsync($"select version from household_history where code = '{Code}'"));
        Assert.Equal(["2|1"], await records.RowsAsync($"select version, changed_version from household where code = '{Code}'"));
        Assert.Equal(1, (await records.ReadAsync(Code)).State!.LastChange!.Version);
    }

    [Fact]
    public async Task An_import_leaves_history_for_every_household_and_no_audit_row_of_its_own()
    {
        var state = SampleHouseholds.State(number);
        await records.WriteAsync(Code, state with { LastChange = state.LastChange! with { Kind = "import", ImportId = "i1" } });
        Assert.Equal(["import|i1"], await records.RowsAsync($"select kind, import_id from household_history where code = '{Code}'"));
        Assert.Empty(await records.RowsAsync($"select 1 from audit where object = '{Code}'"));
    }

    [Fact]
    public async Task Figures_are_owed_when_they_or_the_village_moved_and_only_then()
    {
        var held = await records.WriteAsync(number);
        Assert.Equal([$"{SampleHouseholds.Village}|1"], await DebtsAsync());
        await records.RowsAsync($"delete from owed where subject = '{Code}'");

        await records.WriteAsync(Code, SampleHouseholds.Amended(held.State!, 5), held);
        Assert.Empty(await DebtsAsync());

        await records.WriteAsync(Code, held.State! with { Contribution = SampleHouseholds.Figures(number + 1) }, held);
        Assert.Equal([$"{SampleHouseholds.Village}|3"], await DebtsAsync());
        var since = await records.RowsAsync($"select at from owed where subject = '{Code}'");

        var moved = SampleHouseholds.State(number, OtherVillage) with { Contribution = held.State!.Contribution, VillageBefore = SampleHouseholds.Village };
        await records.WriteAsync(Code, moved, held);
        Assert.Equal([$"{SampleHouseholds.Village}|4", $"{OtherVillage}|4"], await DebtsAsync());
        Assert.Equal(since, await records.RowsAsync($"select at from owed where subject = '{Code}' and target = '{SampleHouseholds.Village}'"));
    }

    [Fact]
    public async Task A_household_that_never_counted_owes_nothing()
    {
        await records.WriteAsync(Code, SampleHouseholds.State(number) with { Contribution = CellVector.Empty });
        Assert.Empty(await DebtsAsync());
    }

    [Fact]
    public async Task Clearing_keeps_the_row_and_its_version_drops_the_members_and_owes_what_was_counted()
    {
        var held = await records.WriteAsync(number);
        await records.RowsAsync($"delete from owed where subject = '{Code}'");
        await records.ClearAsync(Code, held);
        Assert.Equal(["2|||0"], await records.RowsAsync($"select version, document, village, length(contribution) from household where code = '{Code}'"));
        Assert.Empty(await records.RowsAsync($"select 1 from household_member where household_code = '{Code}'"));
        Assert.Equal([$"{SampleHouseholds.Village}|2"], await DebtsAsync());
        await Assert.ThrowsAsync<InconsistentStateException>(() => records.WriteAsync(number));
        await records.WriteAsync(Code, SampleHouseholds.State(number), held);
        Assert.Equal("3", (await records.ReadAsync(Code)).ETag);
        Assert.Equal(["3"], await records.RowsAsync($"select count(*) from household_member where household_code = '{Code}'"));
    }

    [Fact]
    public async Task Member_rows_follow_the_file_and_are_left_alone_when_nobody_changed()
    {
        var held = await records.WriteAsync(number);
        var before = await MembersAsync();
        await records.WriteAsync(Code, SampleHouseholds.Amended(held.State!, 1), held);
        await records.WriteAsync(Code, SampleHouseholds.Amended(SampleHouseholds.State(number), 2), held);
        Assert.Equal(before, await MembersAsync());

        var file = held.State!.File!;
        var changed = file with { Members = [file.Members[0], file.Members[2] with { Name = "王改名" }, file.Members[1] with { PersonCode = "new" }] };
        await records.WriteAsync(Code, held.State with { File = changed }, held);
        var after = await MembersAsync();
        Assert.Equal(before[0], after[0]);
        Assert.Equal([file.Members[0].Name, "王改名", file.Members[1].Name], after.Select(r => r.Split('|')[1]));

        // Another process, which has not seen these rows, writes the same members: still nothing to do.
        await using var elsewhere = new RecordsUnderTest(database.ConnectionString, records.Sealer);
        var theirs = await elsewhere.ReadAsync(Code);
        await elsewhere.WriteAsync(Code, theirs.State! with { File = theirs.State.File! with { Members = [.. theirs.State.File.Members] } }, theirs);
        Assert.Equal(after, await MembersAsync());
    }

    [Fact]
    public async Task A_poisonous_record_is_refused_alone()
    {
        var numbers = Enumerable.Range(0, 40).Select(_ => Interlocked.Increment(ref last)).ToArray();
        var outcomes = await Task.WhenAll(numbers.Select(async n =>
        {
            var state = SampleHouseholds.State(n);
            if (n % 13 == 0) state = state with { File = state.File! with { Household = state.File.Household with { HeadName = "零\0" } } };
            if (n % 17 == 0) state = state with { File = state.File! with { Household = state.File.Household with { HeadName = "半\ud800" } } };
            try
            {
                await records.WriteAsync(SampleHouseholds.Code(n), state);
                return true;
            }
            catch (StoreRefusedException)
            {
                return false;
            }
        }));
        Assert.Equal(numbers.Select(n => n % 13 != 0 && n % 17 != 0), outcomes);
        foreach (var (n, stored) in numbers.Zip(outcomes)) Assert.Equal(stored, (await records.ReadAsync(SampleHouseholds.Code(n))).RecordExists);
    }

    [Fact]
    public async Task Rows_exchanged_behind_the_programs_back_do_not_open()
    {
        var other = SampleHouseholds.Code(Interlocked.Increment(ref last));
        await records.WriteAsync(number);
        await records.WriteAsync(other, SampleHouseholds.State(number));
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString,
            $"update household a set document = b.document from household b where a.code = '{Code}' and b.code = '{other}'");
        await Assert.ThrowsAnyAsync<CryptographicException>(() => records.ReadAsync(Code));
        Assert.True((await records.ReadAsync(other)).RecordExists);
    }

    [Fact]
    public async Task After_a_key_rotation_old_rows_are_read_and_written_again_with_the_new_key()
    {
        var ring = KeyRing.Random();
        await using var before = new RecordsUnderTest(database.ConnectionString, new RingSealer(ring));
        await before.WriteAsync(number);
        await using var after = new RecordsUnderTest(database.ConnectionString, new RingSealer(ring.WithNewKeys(KeySuite.National)));
        var held = await after.ReadAsync(Code);
        await after.WriteAsync(Code, SampleHouseholds.Amended(held.State!, 77), held);
        Assert.Equal(["2"], await after.RowsAsync($"select get_byte(document, 1) from household where code = '{Code}'"));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => before.ReadAsync(Code));
    }

    [Fact]
    public async Task No_table_shows_a_certificate_a_phone_an_account_or_an_address()
    {
        var held = await records.WriteAsync(number);
        var phone = new FieldChange("Household", "", "Phone", SampleHouseholds.Phone(number * 10), "13900000000");
        await records.WriteAsync(Code, held.State! with { LastChange = SampleHouseholds.Change(2, "amend", [phone]) }, held);
        var dump = await DumpAsync();
        Assert.Contains(Code, dump, StringComparison.Ordinal);
        Assert.Contains(SampleHouseholds.NameOf(number, 0), dump, StringComparison.Ordinal);
        var file = held.State!.File!;
        string[] secrets = [file.Household.BankAccount!, file.Household.Address!, file.Household.Phone!, "13900000000", file.Household.CollectorPhone!,
            .. file.Members.SelectMany(m => new[] { m.CertNumber!, m.Phone! })];
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, dump, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(secret)), dump, StringComparison.OrdinalIgnoreCase);
        }
        // Six digits also stand by chance in the hexadecimal of a sealed document: as an end of a number they stand alone.
        foreach (var member in file.Members)
            Assert.DoesNotMatch($"(?<![0-9a-f]){member.CertNumber![^6..]}(?![0-9a-f])", dump);
    }

    private static string Flat(HouseholdState state) => System.Text.Json.JsonSerializer.Serialize(state);
    private Task<string[]> DebtsAsync() => records.RowsAsync($"select target, version from owed where subject = '{Code}' order by target");

    private Task<string[]> MembersAsync() => records.RowsAsync(
        $"select person_code, name, xmin::text, encode(cert_index, 'hex') from household_member where household_code = '{Code}' order by person_code");

    private async Task<string> DumpAsync()
    {
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.AdminConnectionString) { Pooling = false }.ToString());
        var tables = new List<string>();
        await using (var list = admin.CreateCommand("select tablename from pg_tables where schemaname = 'public'"))
        await using (var reader = await list.ExecuteReaderAsync())
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        var text = new System.Text.StringBuilder();
        foreach (var table in tables)
        {
            await using var rows = admin.CreateCommand($"select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
            text.AppendLine((string)(await rows.ExecuteScalarAsync())!);
        }
        return text.ToString();
    }
}
