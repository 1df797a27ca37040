using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Audit;

/// <summary>What somebody with every right in the database, but not on the data folder, can do to the audit, and that it is found and named.</summary>
public sealed class AuditChainTests(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-audit-").FullName;
    private PostgresDatabase database = null!;
    private NpgsqlDataSource source = null!;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        source = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_untouched_audit_is_whole_and_every_entry_is_sealed_once()
    {
        await WriteAsync(25);
        await SealAsync();
        await WriteAsync(7);
        await SealAsync();
        var report = await VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((2, 32), (report.Checkpoints, report.Entries));
    }

    [Theory]
    [InlineData("update audit set result = 'ok' where id = 12", AuditFaults.EntryEdited, "12")]
    [InlineData("update audit set at = at + interval '1 second' where id = 12", AuditFaults.EntryEdited, "12")]
    [InlineData("update audit set device = null where id = 12", AuditFaults.EntryEdited, "12")]
    [InlineData("delete from audit where id = 12", AuditFaults.EntryDeleted, "12")]
    [InlineData("delete from audit where id >= 28", AuditFaults.EntriesTruncated, "28 29 30")]
    [InlineData("delete from audit_checkpoint where number = 2", AuditFaults.CheckpointDeleted, "2")]
    [InlineData("delete from audit_checkpoint where number >= 2; delete from audit where id > 10", AuditFaults.CheckpointDeleted, "2 3")]
    [InlineData("truncate audit_checkpoint; truncate audit", AuditFaults.CheckpointDeleted, "1 2 3")]
    [InlineData("update audit_checkpoint set root = sha256(root) where number = 2", AuditFaults.CheckpointRewritten, "2")]
    [InlineData("update audit_checkpoint set at = at - interval '1 day' where number = 2", AuditFaults.CheckpointRewritten, "2")]
    [InlineData("update audit_checkpoint set number = number + 100 where number = 3", AuditFaults.CheckpointDeleted, "3")]
    [InlineData("insert into audit (id, at, actor, action, object, result, trace_id) overriding system value values (-5, now() - interval '1 hour', 'a', 'read', 'x', 'ok', '')", AuditFaults.EntryUnsealed, "-5")]
    public async Task Whatever_is_changed_behind_the_programs_back_is_found_and_named(string tampering, string kind, string named)
    {
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(10);
            await SealAsync();
        }
        await AsSuperuserAsync(tampering);
        var faults = (await VerifyAsync()).Faults;
        Assert.Equal(named, string.Join(' ', faults.Where(f => f.Kind == kind).Select(f => f.Object)));
    }

    /// <summary>Everything that follows from the entries, computed anew as the program would, except the signature.</summary>
    [Fact]
    public async Task Checkpoints_rewritten_to_fit_an_edited_entry_are_found_by_signature_and_file()
    {
        await WriteAsync(10);
        await SealAsync();
        await WriteAsync(10);
        await SealAsync();
        await AsSuperuserAsync("update audit set actor = 'somebody else' where id = 15");
        await AsSuperuserAsync("delete from audit_checkpoint where number = 2");
        var elsewhere = Directory.CreateTempSubdirectory("ffp-forger-").FullName;
        using var forger = CheckpointKey.OfFolder(elsewhere);
        var forged = new CheckpointFile(elsewhere);
        forged.Append(new CheckpointFile(folder).All().OfType<Checkpoint>().Take(1));
        await using (var connection = await source.OpenConnectionAsync(Ct))
        {
            var sealing = new AuditSealing(forged, forger, TimeProvider.System, NullLogger.Instance);
            await sealing.StartAsync(connection, Ct);
            await SettledAsync();
            Assert.Equal(10, await sealing.PassAsync(connection, Ct));
        }
        Assert.Equal([(AuditFaults.CheckpointRewritten, "2")], (await VerifyAsync()).Faults.Select(f => (f.Kind, f.Object)));
        Directory.Delete(elsewhere, recursive: true);
    }

    /// <summary>A sealer that runs goes on with the new key; what was signed before verifies by the public half that stays; the old private half signs nothing more.</summary>
    [Fact]
    public async Task After_an_exchange_of_the_signing_key_old_checkpoints_verify_and_the_old_key_signs_nothing_more()
    {
        await WriteAsync(5);
        await SealAsync();
        var elsewhere = Directory.CreateTempSubdirectory("ffp-stolen-").FullName;
        foreach (var name in new[] { CheckpointKey.FileName, CheckpointKey.PublicFileName }) File.Copy(Path.Combine(folder, name), Path.Combine(elsewhere, name));
        await using var connection = await source.OpenConnectionAsync(Ct);
        using var running = CheckpointKey.OfFolder(folder);
        using var verifier = CheckpointKey.ToVerify(folder);
        var sealing = new AuditSealing(new CheckpointFile(folder), running, TimeProvider.System, NullLogger.Instance);
        await sealing.StartAsync(connection, Ct);
        Assert.Equal(64, CheckpointKey.Exchange(folder).Length);
        CheckpointKey.Exchange(folder);
        await WriteAsync(5);
        await SettledAsync();
        Assert.Equal(5, await sealing.PassAsync(connection, Ct));

        var signers = new CheckpointFile(folder).All().Select(c => verifier.NumberOf(c!.Chain, c.Signature));
        Assert.Equal([0, 2], signers); // it had loaded the keys before they were exchanged
        var report = await new AuditVerifier(source, new CheckpointFile(folder), verifier).VerifyAsync(1, Ct);
        Assert.Empty(report.Faults);
        Assert.Equal(2, report.Checkpoints);

        using var stolen = CheckpointKey.OfFolder(elsewhere);
        var last = new CheckpointFile(folder).Last()!;
        new CheckpointFile(folder).Append([Checkpoint.Next(last, DateTimeOffset.UtcNow, [999], new byte[32], stolen, FangFanPin.Storage.Sealing.KeySuite.International)]);
        Assert.Equal([(AuditFaults.FileDamaged, "3")], (await VerifyAsync()).Faults.Where(f => f.Kind == AuditFaults.FileDamaged).Select(f => (f.Kind, f.Object)));
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public void A_public_key_that_the_one_before_did_not_sign_is_believed_by_nobody()
    {
        CheckpointKey.OfFolder(folder).Dispose();
        CheckpointKey.Exchange(folder);
        var path = Path.Combine(folder, CheckpointKey.PublicFileName);
        var text = File.ReadAllText(path);
        CheckpointKey.ToVerify(folder).Dispose();
        using var foreign = System.Security.Cryptography.ECDsa.Create();
        File.WriteAllText(path, text + foreign.ExportSubjectPublicKeyInfoPem());
        Assert.Throws<InvalidDataException>(() => CheckpointKey.ToVerify(folder));
        File.WriteAllText(path, foreign.ExportSubjectPublicKeyInfoPem());
        Assert.Throws<InvalidDataException>(() => CheckpointKey.OfFolder(folder));
        // Killed between the two files: the newer one never signed anything, and the next exchange takes its place.
        File.WriteAllText(path, text);
        var own = File.ReadAllText(Path.Combine(folder, CheckpointKey.FileName));
        CheckpointKey.Exchange(folder);
        File.WriteAllText(Path.Combine(folder, CheckpointKey.FileName), own);
        CheckpointKey.Exchange(folder);
        using var whole = CheckpointKey.OfFolder(folder);
        Assert.Equal(2, whole.NumberOf(new byte[32], whole.Sign(new byte[32])));
    }

    [Fact]
    public async Task After_a_truncation_the_chain_goes_on_from_the_file_and_the_gap_stays_visible()
    {
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(5);
            await SealAsync();
        }
        await AsSuperuserAsync("delete from audit_checkpoint where number = 3; delete from audit where id > 10");
        await WriteAsync(5);
        await SealAsync();
        var faults = (await VerifyAsync()).Faults;
        Assert.Equal([(AuditFaults.CheckpointDeleted, "3")], faults.Select(f => (f.Kind, f.Object)));
    }

    [Fact]
    public async Task A_file_that_a_crash_left_behind_is_caught_up_and_one_that_was_cut_or_edited_is_found()
    {
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(5);
            await SealAsync();
        }
        var path = Assert.Single(Directory.GetFiles(Path.Combine(folder, "audit")));
        var lines = await File.ReadAllLinesAsync(path, Ct);
        await File.WriteAllTextAsync(path, $"{lines[0]}\n{lines[1]}\n{lines[2][..40]}", Ct); // killed within the third line
        Assert.Equal([AuditFaults.FileCut], (await VerifyAsync()).Faults.Select(f => f.Kind));
        await WriteAsync(1);
        await SealAsync();
        Assert.Empty((await VerifyAsync()).Faults);
        await File.WriteAllLinesAsync(path, [lines[0], lines[1].Replace("\"count\":5", "\"count\":4", StringComparison.Ordinal), .. (await File.ReadAllLinesAsync(path, Ct))[2..]], Ct);
        Assert.Contains((await VerifyAsync()).Faults, f => f is { Kind: AuditFaults.FileDamaged, Checkpoint: 2 });
    }

    /// <summary>Transactions that overlap, end in any order or are rolled back, with passes between: at rest every entry is sealed, once.</summary>
    [Fact]
    public async Task Whatever_the_order_of_commits_no_entry_is_left_out()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await using var connection = await source.OpenConnectionAsync(Ct);
        using var key = CheckpointKey.OfFolder(folder);
        var sealing = new AuditSealing(new CheckpointFile(folder), key, TimeProvider.System, NullLogger.Instance);
        await sealing.StartAsync(connection, Ct);
        var open = new List<(NpgsqlConnection Session, NpgsqlTransaction Transaction)>();
        for (var step = 0; step < 400; step++)
        {
            var dice = random.Next(10);
            if (dice < 3 && open.Count < 6)
            {
                var session = await source.OpenConnectionAsync(Ct);
                open.Add((session, await session.BeginTransactionAsync(Ct)));
            }
            else if (dice < 6 && open.Count > 0)
            {
                // Enough ids at a time that the start of the scan moves on.
                await using var command = new NpgsqlCommand("insert into audit (at, actor, action, object, result, trace_id) select now(), 'a', 'read', 'x', 'ok', '' from generate_series(1, $1)", open[random.Next(open.Count)].Session) { Parameters = { new() { Value = random.Next(1, 400) } } };
                await command.ExecuteNonQueryAsync(Ct);
            }
            else if (dice < 8 && open.Count > 0) await EndAsync(open, random.Next(open.Count), random.Next(4) > 0);
            else await sealing.PassAsync(connection, Ct);
        }
        while (open.Count > 0) await EndAsync(open, 0, commit: true);
        await SettledAsync();
        while (await sealing.PassAsync(connection, Ct) > 0) { } // more may wait than one pass takes
        var report = await VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((long)(await AsSuperuserAsync("select count(*) from audit"))!, report.Entries);
        Assert.True(report.Entries > 2_000, $"{report.Entries} entries");
    }

    [Fact]
    public async Task The_log_goes_on_after_its_session_was_ended_and_says_so_when_nothing_can_be_written()
    {
        await using var audit = new AuditLog(source);
        Task AppendAsync(string name) => audit.AppendAsync(new AuditEntry(DateTimeOffset.UtcNow, name, "read", "x", "ok", ""), Ct);
        await AppendAsync("before");
        await AsSuperuserAsync("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await AppendAsync("after");
        await AsSuperuserAsync("revoke insert on audit from ffp_app");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AppendAsync("refused"));
        await AsSuperuserAsync("grant insert on audit to ffp_app");
        await AppendAsync("again");
        Assert.Equal("before after again", await AsSuperuserAsync("select string_agg(actor, ' ' order by id) from audit"));
    }

    [Fact]
    public async Task The_programs_role_can_neither_change_nor_delete_what_is_recorded()
    {
        await WriteAsync(3);
        await SealAsync();
        foreach (var sql in new[] { "update audit set actor = ''", "delete from audit", "truncate audit", "update audit_checkpoint set total = 0", "delete from audit_checkpoint", "delete from audit_subject" })
        {
            await using var command = source.CreateCommand(sql);
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct))).SqlState);
        }
    }

    [Fact]
    public async Task Sealed_documents_swapped_between_households_or_put_back_are_found_and_named()
    {
        await using var records = new RecordsUnderTest(database.ConnectionString);
        for (var i = 1; i <= 4; i++) await records.WriteAsync(i);
        var verifier = new DocumentVerifier(source, records.Sealer);
        var (documents, none) = await verifier.VerifyAsync(Ct);
        Assert.Equal(8, documents); // with their history
        Assert.Empty(none);
        var (one, two) = (SampleHouseholds.Code(1), SampleHouseholds.Code(2));
        await AsSuperuserAsync($"update household h set document = o.document from household o where h.code in ('{one}', '{two}') and o.code in ('{one}', '{two}') and o.code <> h.code");
        var (_, faults) = await verifier.VerifyAsync(Ct);
        Assert.Equal([(AuditFaults.DocumentForeign, one), (AuditFaults.DocumentForeign, two)], faults.Select(f => (f.Kind, f.Object)));
    }

    /// <summary>By somebody who has the database and the keys, but not the audit's.</summary>
    [Theory]
    [InlineData(Forgery.Document, AuditFaults.DocumentAltered)]
    [InlineData(Forgery.DocumentWithItsHash, AuditFaults.DocumentAltered)]
    [InlineData(Forgery.History, AuditFaults.DocumentAltered)]
    [InlineData(Forgery.VersionBefore, AuditFaults.DocumentRolledBack)]
    [InlineData(Forgery.VersionBeforeWithHistory, AuditFaults.DocumentRolledBack)]
    [InlineData(Forgery.Deleted, AuditFaults.DocumentDeleted)]
    public async Task A_document_that_was_sealed_anew_with_other_content_put_back_or_deleted_is_found(Forgery forgery, string kind)
    {
        await using var records = new RecordsUnderTest(database.ConnectionString);
        var code = SampleHouseholds.Code(3);
        var first = await records.WriteAsync(3);
        await records.WriteAsync(4);
        var before = await RowAsync(code);
        var at = DateTimeOffset.UtcNow;
        var amended = SampleHouseholds.Amended(first.State!, 77);
        await records.WriteAsync(code, amended with { LastChange = amended.LastChange! with { At = new DateTimeOffset(at.Ticks / 10 * 10, TimeSpan.Zero) } }, first);
        var verifier = new DocumentVerifier(source, records.Sealer);
        Assert.Empty((await verifier.VerifyAsync(Ct)).Faults);
        var (place, other) = (new SealPlace("household", code, 2), "something else"u8.ToArray());
        string Hex(byte[] bytes) => $"'\\x{Convert.ToHexString(bytes)}'::bytea";
        var back = $"update household set document = {Hex(before.Document)}, document_hash = {Hex(before.Hash)}, version = 1, changed_version = 1, changed_at = '{before.At:O}' where code = '{code}'";
        await AsSuperuserAsync(forgery switch
        {
            Forgery.Document => $"update household set document = {Hex(records.Sealer.Seal(place, other))} where code = '{code}'",
            Forgery.DocumentWithItsHash => $"update household set document = {Hex(records.Sealer.Seal(place, other))}, document_hash = {Hex(records.Sealer.Fingerprint(place, other))} where code = '{code}'",
            Forgery.History => $"update household_history set document = {Hex(records.Sealer.Seal(place with { Table = "household_history" }, other))} where code = '{code}' and version = 2",
            Forgery.VersionBefore => back,
            Forgery.VersionBeforeWithHistory => $"delete from household_history where code = '{code}' and version = 2; {back}",
            _ => $"delete from household_history where code = '{code}'; delete from household_member where household_code = '{code}'; delete from household where code = '{code}'",
        });
        var faults = (await verifier.VerifyAsync(Ct)).Faults;
        Assert.Equal([kind], faults.Select(f => f.Kind).Distinct());
        Assert.All(faults, f => Assert.Contains(code, f.Object, StringComparison.Ordinal));
    }

    public enum Forgery { Document, DocumentWithItsHash, History, VersionBefore, VersionBeforeWithHistory, Deleted }

    /// <summary>Every entry of a change names the state that it found and the one that it left, and they follow on each other.</summary>
    [Fact]
    public async Task Changes_name_the_state_before_and_after_and_form_a_chain()
    {
        await using var records = new RecordsUnderTest(database.ConnectionString);
        var held = await records.WriteAsync(7);
        for (var i = 0; i < 3; i++) held = await records.WriteAsync(SampleHouseholds.Code(7), SampleHouseholds.Amended(held.State!, i), held);
        var hashes = await records.RowsAsync($"select coalesce(encode(before_hash, 'hex'), ''), encode(after_hash, 'hex') from audit where object = '{SampleHouseholds.Code(7)}' order by id");
        Assert.Equal(4, hashes.Length);
        Assert.Equal("", hashes[0].Split('|')[0]);
        Assert.Equal(hashes.SkipLast(1).Select(h => h.Split('|')[1]), hashes.Skip(1).Select(h => h.Split('|')[0]));
        Assert.Equal(4, hashes.Select(h => h.Split('|')[1]).Distinct().Count());
    }

    private async Task<(byte[] Document, byte[] Hash, DateTimeOffset At)> RowAsync(string code)
    {
        await using var command = source.CreateCommand($"select document, document_hash, changed_at from household where code = '{code}'");
        await using var reader = await command.ExecuteReaderAsync(Ct);
        await reader.ReadAsync(Ct);
        return (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2));
    }

    private static async Task EndAsync(List<(NpgsqlConnection Session, NpgsqlTransaction Transaction)> open, int index, bool commit)
    {
        var (session, transaction) = open[index];
        open.RemoveAt(index);
        if (commit) await transaction.CommitAsync(Ct);
        else await transaction.RollbackAsync(Ct);
        await session.DisposeAsync();
    }

    private async Task WriteAsync(int count)
    {
        await using var audit = new AuditLog(source);
        // One after the other, so that their ids are known.
        for (var i = 0; i < count; i++)
            await audit.AppendAsync(new AuditEntry(DateTimeOffset.UtcNow.AddHours(-1), $"a{i}", "read households/{code}", $"households/{i}", "access.forbidden", $"{i:x}") { Role = "viewer", Address = "10.0.0.1", Device = "test\0\ud800", Subject = $"{i}" }, Ct);
    }

    private async Task SealAsync()
    {
        await using var connection = await source.OpenConnectionAsync(Ct);
        using var key = CheckpointKey.OfFolder(folder);
        var sealing = new AuditSealing(new CheckpointFile(folder), key, TimeProvider.System, NullLogger.Instance);
        await sealing.StartAsync(connection, Ct);
        await SettledAsync();
        Assert.True(await sealing.PassAsync(connection, Ct) > 0);
    }

    /// <summary>Transactions of other tests on this server, in whatever database, hold sealing up: waits until none is older than the entries.</summary>
    private async Task SettledAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        await using var command = source.CreateCommand("select count(*) from audit where age(xmin) <= age(pg_snapshot_xmin(pg_current_snapshot())::xid)");
        while ((long)(await command.ExecuteScalarAsync(deadline.Token))! > 0) await Task.Delay(20, deadline.Token);
    }

    private async Task<AuditReport> VerifyAsync()
    {
        using var key = CheckpointKey.ToVerify(folder);
        return await new AuditVerifier(source, new CheckpointFile(folder), key).VerifyAsync(1, Ct);
    }

    private async Task<object?> AsSuperuserAsync(string sql)
    {
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.AdminConnectionString) { Pooling = false }.ToString());
        await using var command = admin.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
