using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Postgres.Households;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sealing;

/// <summary>Keys are exchanged while people search and write: everything stays found, nothing of a record changes, and in the end nothing is sealed with an old key.</summary>
public sealed class RotationTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const int Households = 120;
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-keys-").FullName;
    private readonly KeySettings settings = new() { Grace = TimeSpan.Zero, BatchRows = 7, Pause = TimeSpan.Zero };
    private PostgresDatabase database = null!;
    private KeyRingSource ring = null!;
    private RingSealer sealer = null!;
    private RecordsUnderTest records = null!;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KeyRotations Rotations => new(records.Source, ring, settings, TimeProvider.System);
    private HouseholdSearch Search => new(records.Source, sealer, new SearchedCounty.OneTree(SearchedCounty.Tree()));

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        ring = Source();
        sealer = new RingSealer(ring);
        records = new RecordsUnderTest(database.ConnectionString, sealer);
    }

    public async ValueTask DisposeAsync()
    {
        await records.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private KeyRingSource Source() => new(settings.FileIn(folder), TimeProvider.System);

    [Theory]
    [InlineData(KeySuite.International)]
    [InlineData(KeySuite.National)]
    public async Task While_keys_are_exchanged_everybody_is_found_writers_go_on_and_nothing_but_the_boxes_changes(KeySuite suite)
    {
        for (var n = 0; n < Households; n++) await records.WriteAsync(n, SearchedCounty.Villages[n % SearchedCounty.Villages.Length]);
        var id = Guid.NewGuid().ToString("N");
        await WriteCaseAsync(id, 5);
        await KeepOthersAsync();
        var before = await PlainAsync();
        Assert.NotNull(await Rotations.StartAsync("security", suite, () => Task.CompletedTask, Ct));
        Assert.Null(await Rotations.StartAsync("security", suite, () => Task.CompletedTask, Ct));

        // Another process that has read the ring before, and looks at the file like this one.
        await using var writers = new RecordsUnderTest(database.ConnectionString, new RingSealer(Source()));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writing = WriteUntilAsync(writers, done.Token);
        var searching = SearchUntilAsync(done.Token);
        await RenewAsync(kills: 9);
        await done.CancelAsync();
        var (written, found) = (await writing, await searching);
        await RenewAsync(kills: 0);

        Assert.True(written > 20 && found > 20, $"{written} written, {found} found");
        await AssertRenewedAsync();
        var after = await PlainAsync();
        foreach (var (key, value) in before.Where(b => !b.Key.Contains(SampleHouseholds.Code(1), StringComparison.Ordinal))) Assert.Equal(value, after[key]);
        var (documents, faults) = await new DocumentVerifier(records.Source, sealer).VerifyAsync(Ct);
        Assert.True(documents > 2 * Households, $"{documents} opened");
        Assert.Empty(faults);
        // What the index would have refused if the exchange had made two hashes of one certificate.
        Assert.NotNull(await new CaseReader(records.Source, sealer).FindByQueryCodeAsync(id[..12].ToUpperInvariant(), Ct));
    }

    [Fact]
    public async Task The_role_of_the_program_can_renew_history_and_nothing_else()
    {
        for (var n = 0; n < 3; n++) await records.WriteAsync(n);
        var (code, other) = (SampleHouseholds.Code(0), SampleHouseholds.Code(1));
        const string Exchange = "select renew_history('household_history', array['{0}'], array[1::bigint], array[h.document], array[{1}]) from household_history h where h.code = '{0}'";
        async Task RefusedAsync(string sql)
        {
            var fault = await Assert.ThrowsAsync<PostgresException>(() => records.RowsAsync(sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fault.SqlState);
        }
        await RefusedAsync(string.Format(null, Exchange, code, "set_byte(h.document, 1, 2)")); // no rotation runs
        await Rotations.StartAsync("security", KeySuite.International, () => Task.CompletedTask, Ct);
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "update key_rotation set stage = 'running'");
        await RefusedAsync($"update household_history set document = document where code = '{code}'");
        await RefusedAsync(string.Format(null, Exchange, code, "h.document")); // still the old key
        await RefusedAsync(string.Format(null, Exchange, code, "set_byte(h.document, 1, 2) || '\\x00'::bytea"));
        await RefusedAsync(string.Format(null, Exchange, code, "set_byte(set_byte(h.document, 1, 2), 0, get_byte(h.document, 0) + 1)"));
        await RefusedAsync(string.Format(null, Exchange, code, "set_byte(h.document, 1, 3)"));
        await RefusedAsync("select renew_history('audit', array['1'], array[1::bigint], array['\\x0101'::bytea], array['\\x0102'::bytea])");
        // Only the row that holds just these bytes.
        Assert.Equal(["0"], await records.RowsAsync(
            $"select renew_history('household_history', array['{other}'], array[1::bigint], array[h.document], array[set_byte(h.document, 1, 2)]) from household_history h where h.code = '{code}'"));
    }

    [Fact]
    public async Task A_row_that_no_key_opens_stops_nothing_but_is_counted()
    {
        for (var n = 0; n < 30; n++) await records.WriteAsync(n);
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"update household set document = set_byte(document, 60, 255 - get_byte(document, 60)) where code = '{SampleHouseholds.Code(11)}'");
        await Rotations.StartAsync("security", KeySuite.International, () => Task.CompletedTask, Ct);
        await RenewAsync(kills: 0);
        var rotation = (await Rotations.ListAsync(1, Ct)).Single();
        Assert.Equal(("done", 2L), (rotation.Stage, rotation.LeftOver)); // the household and its members
        Assert.Equal(["1"], await records.RowsAsync("select count(*) from household where get_byte(document, 1) = 1"));
    }

    [Fact]
    public async Task Every_column_of_bytes_is_renewed_or_known_to_need_no_renewal()
    {
        string[] neither =
        [
            "accounts.enrol_hash", "accounts.mac", "accounts.phone_index", "accounts.totp_secret", "login_failure.subject", "recovery_code.hash", "refresh_token.hash", // of account.key, or plain hashes of random texts
            "audit.before_hash", "household.document_hash", "household_history.document_hash", "case_file.document_hash", "case_history.document_hash", "audit.after_hash", "audit_checkpoint.leaves", "audit_checkpoint.root", "audit_checkpoint.chain", "audit_checkpoint.signature",
            "import_new.contribution", "import_new.members_digest", "import_new.document_hash", "import_new.change_hash", "household.contribution", "household.members_digest", "household_history.content_hash", "region_vector.vector",
            "phone_code.phone_index", "phone_code.code_index", // gone within a day
            "orleansstorage.payloadbinary",
            "sync_line.digest", "sync_household.digest", "sync_village.digest", "sync_village_next.digest", // under a new key everything is compared once more
        ];
        string[] hashes = ["import_new.change", "import_new.head_cert_index", "import_new.phone_index", "household.head_cert_index", "household_phone.phone_index", "household_member.cert_index", "household_member.last6_index", "household_member.phone_index", "case_file.query_index", "case_file.cert_index"];
        var columns = await records.RowsAsync("select table_name || '.' || column_name from information_schema.columns where table_schema = 'public' and data_type = 'bytea'");
        var known = SealedTables.All.Select(t => $"{t.Name}.{t.Box}").Concat(neither).Concat(hashes).ToHashSet();
        Assert.DoesNotContain(columns, c => !known.Contains(c));
    }

    /// <summary>The background's steps, its session killed and taken up again after every few.</summary>
    private async Task RenewAsync(int kills)
    {
        var steps = 0;
        while (true)
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ToString());
            await connection.OpenAsync(Ct);
            var pass = new RenewalPass(new RingSealer(Source()), settings, TimeProvider.System);
            try
            {
                while (true)
                {
                    var rotation = (await Rotations.ListAsync(1, Ct)).Single();
                    if (rotation.Stage == "done") return;
                    var step = pass.StepAsync(connection, rotation, Ct);
                    if (++steps % 11 == 0 && kills-- > 0)
                        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"select pg_terminate_backend({connection.ProcessID})");
                    await step;
                    Assert.True(steps < 5_000, $"no end after {steps} steps: {rotation}");
                }
            }
            catch (NpgsqlException)
            {
                // killed; the next session goes on
            }
        }
    }

    private async Task AssertRenewedAsync()
    {
        var rotation = (await Rotations.ListAsync(1, Ct)).Single();
        Assert.Equal(("done", 0L), (rotation.Stage, rotation.LeftOver));
        foreach (var table in SealedTables.All.Where(t => t.Name != "household_member"))
            Assert.Equal([$"{table.Name} 0"], await records.RowsAsync($"select '{table.Name} ' || count(*) from {table.Name} where get_byte({table.Box}, 1) <> 2"));
        Assert.Equal(["0"], await records.RowsAsync("select count(*) from household where get_byte(head_cert_index, 0) <> 2"));
        Assert.Equal(["0 of all"], await records.RowsAsync("select count(*) filter (where get_byte(phone_index, 0) <> 2) || case when count(*) = (select count(*) from household) then ' of all' else '' end from household_phone"));
        Assert.Equal(["0"], await records.RowsAsync("select count(*) from household_member where get_byte(cert_index, 0) <> 2 or get_byte(last6_index, 0) <> 2 or get_byte(phone_index, 0) <> 2"));
        Assert.Equal(["2|2|2"], await records.RowsAsync("select get_byte(change, 1), get_byte(cert_indexes[1], 0), get_byte(phone_indexes[3], 0) from import_new"));
        Assert.Equal(["0"], await records.RowsAsync("select count(*) from case_file where get_byte(cert_index, 0) <> 2 or get_byte(query_index, 0) <> 2 or subject not like 'id/02%'"));
    }

    private async Task<int> WriteUntilAsync(RecordsUnderTest writer, CancellationToken stop)
    {
        var (count, code) = (0, SampleHouseholds.Code(1));
        var held = await writer.ReadAsync(code);
        while (!stop.IsCancellationRequested)
        {
            held = await writer.WriteAsync(code, SampleHouseholds.Amended(held.State!, 1000 + count), held);
            count++;
        }
        Assert.Equal($"{count + 1}", (await records.RowsAsync($"select version from household where code = '{code}'")).Single());
        return count;
    }

    private async Task<int> SearchUntilAsync(CancellationToken stop)
    {
        var county = new HouseholdQuery { Region = RegionCode.Parse(SearchedCounty.County) };
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            var number = count * 31 % Households;
            var person = SampleHouseholds.File(number).Members[1];
            Assert.Contains((await Search.FindAsync(county with { Certificate = person.CertNumber }, Ct)).Lines, l => l.Code == SampleHouseholds.Code(number));
            Assert.Contains((await Search.FindAsync(county with { Phone = person.Phone }, Ct)).Lines, l => l.Code == SampleHouseholds.Code(number));
            Assert.Contains((await Search.FindAsync(county with { CertificateLastSix = person.CertNumber![^6..] }, Ct)).Lines, l => l.Code == SampleHouseholds.Code(number));
            Assert.NotNull(await new CaseLookups(records.Source, sealer).OpenOfSameSubjectAsync(Opened("another", 5).File!, Ct));
            count++;
        }
        return count;
    }

    /// <summary>Everything that is sealed, opened, with its version.</summary>
    private async Task<Dictionary<string, string>> PlainAsync()
    {
        var all = new Dictionary<string, string>();
        await using var connection = await records.Source.OpenConnectionAsync(Ct);
        foreach (var table in SealedTables.All)
            foreach (var row in await table.StaleAsync(connection, new RotationKeys(255, 255), null, 10_000, Ct))
                all.Add($"{table.Name} {string.Join('/', row.Key)}", $"{row.Place.Version} {Convert.ToHexString(sealer.Open(row.Place, row.Box))}");
        return all;
    }

    /// <summary>A row in each of the other tables.</summary>
    private async Task KeepOthersAsync()
    {
        await new CaseAttachmentStore(records.Source, sealer).StoreAsync(new CaseAttachment(Guid.NewGuid(), null, "a.jpg", "image/jpeg", 3, "x", DateTimeOffset.UtcNow), [1, 2, 3], Ct);
        var import = Guid.NewGuid();
        await records.RowsAsync($"insert into import_job (id, region, created_at, created_by, stage, job) values ('{import}', '41', now(), 'x', 'Preview', '{{}}')");
        await InsertAsync($"insert into import_chunk (import_id, file, chunk, box) values ('{import}', 0, 12, $1)", "import_chunk", $"{import:N}/0/12");
        await InsertAsync($"insert into import_household (import_id, run, code, kind, box) values ('{import}', 1, 'C1', 1, $1)", "import_household", $"{import:N}/C1");
        await InsertAsync($"insert into import_error (import_id, run, source, row, number, code, box) values ('{import}', 1, 2, 3, 4, 'x', $1)", "import_error", $"{import:N}/2/3/4");
        await new NewHouseholdStore(records.Source, sealer).StageAsync(import, 1, [new StagedHousehold("staged", StagedKind.New, null, null) { State = SampleHouseholds.State(7) }], Ct);
        var (visit, export) = (Guid.NewGuid(), Guid.NewGuid());
        await InsertAsync($"insert into visit (id, household, village, visit_type, visited_at, received_at, actor, risk_found, document) values ('{visit}', 'h', 'v', '1', now(), now(), 'a', false, $1)", "visit", $"{visit:N}");
        await InsertAsync($"insert into sync_pending (code, region, case_id, batch_id, since, box) values ('S1', '41', 'c', '{visit}', now(), $1)", "sync_pending", "S1");
        await records.RowsAsync($"insert into warning_batch (id, region, created_at, batch) values ('{visit}', '41', now(), '{{}}')");
        await InsertAsync($"insert into warning_row (batch_id, row, outcome, region, box) values ('{visit}', 7, 3, '41', $1)", "warning_row", $"{visit:N}/7");
        await InsertAsync($"insert into export_job (id, account, region, created_at, stage, asked, job) values ('{export}', 'a', '41', now(), 'Done', $1, '{{}}')", "export_job", $"{export:N}");
    }

    private async Task InsertAsync(string sql, string table, string key)
    {
        await using var command = records.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = sealer.Seal(new SealPlace(table, key, 0), new byte[300]) });
        await command.ExecuteNonQueryAsync(Ct);
    }

    private Task WriteCaseAsync(string id, int person) =>
        records.Storage.WriteStateAsync("case", GrainId.Create("case", "case/" + id), new GrainState<CaseState> { State = Opened(id, person) });

    private static CaseState Opened(string id, int person)
    {
        var now = DateTimeOffset.UtcNow;
        return new CaseState
        {
            File = new CaseFile
            {
                Id = id, Kind = CaseKinds.Recognition, Step = CaseSteps.Waiting, StepSince = now, Village = SampleHouseholds.Village, HeadName = "王甲", RiskSource = "1",
                ClueFoundOn = new DateOnly(2026, 3, 2), CountedFrom = new DateOnly(2026, 3, 2), OpenedAt = now, OpenedBy = "applicant", QueryCode = id.PadRight(12)[..12].ToUpperInvariant(),
                Deadline = CaseDeadline.In(new DateOnly(2026, 3, 2), 1),
                Declaration = new SelfDeclaration
                {
                    ApplicantName = "王甲", ApplicantIdNumber = SampleHouseholds.Certificate(person), ApplicantPhone = SampleHouseholds.Phone(person), Address = "东组", MemberCount = 2,
                    ProblemTypes = ["01"], ProblemText = "住院", Authorized = true, Attachments = [],
                },
            },
            Last = new CaseTransition
            {
                Version = 1, CommandId = Guid.NewGuid(), Action = CaseActions.Declare, To = CaseSteps.Waiting, Actor = new Actor("wang", "王信息员", "editor", SampleHouseholds.Village),
                Party = CaseParty.Officer, At = now,
            },
        };
    }
}
