using System.IO.Compression;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Audit;

/// <summary>Months that leave the table for archives: nothing is lost on the way, whatever happens to an archive is found, and nothing young goes.</summary>
public sealed class AuditArchiveTests(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-audit-").FullName;
    private readonly ShiftedClock clock = new();
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

    [Theory]
    [InlineData(KeySuite.International)]
    [InlineData(KeySuite.National)]
    public async Task Old_months_go_into_files_that_prove_themselves_and_young_ones_stay(KeySuite suite)
    {
        await FillAsync(suite);
        var before = (await VerifyAsync()).Entries;
        var entries = await TextsAsync("select actor || object || coalesce(device, '-') from audit where at < now() - interval '13 months' order by id");
        var archived = await ArchiveAsync();
        Assert.Equal(2, archived.Count);
        Assert.Equal(archived.Order(), Directory.GetFiles(Path.Combine(folder, "audit"), "archive-*").Order());
        var report = await VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal(before, report.Entries); // those in archives included
        Assert.Equal(0L, await LongAsync("select count(*) from audit where at < now() - interval '14 months'"));
        Assert.Equal(0L, await LongAsync("select count(*) from audit_subject s where not exists (select from audit a where a.id = s.audit_id)"));
        var unpacked = string.Concat(archived.Select(Unpack));
        foreach (var text in entries) Assert.Contains(text.Split('|')[0], unpacked, StringComparison.Ordinal);
        Assert.Empty(await ArchiveAsync()); // nothing more is old enough
        // Sealing goes on behind.
        await WriteAsync(3, TimeSpan.Zero);
        await SealAsync(suite, 3);
        Assert.Empty((await VerifyAsync()).Faults);
    }

    /// <summary>What the table answered before, the archive answers afterwards: page by page, by kind, of an account and of a household.</summary>
    [Fact]
    public async Task An_inspector_reads_archived_months_as_those_in_the_table_and_nothing_of_a_damaged_one()
    {
        await FillAsync(KeySuite.International);
        var (online, archived) = (new AuditTrail(source), new ArchivedTrail(new CheckpointFile(folder)));
        var all = new AuditPage(DateTimeOffset.MaxValue, long.MaxValue, null, 200);
        var before = await online.OfAccountAsync("张三1", all, Ct);
        Assert.Empty(archived.Months);
        CheckpointKey.Exchange(folder); // archives are signed by the key of their day
        var path = (await ArchiveAsync())[0];
        CheckpointKey.Exchange(folder);
        using var key = CheckpointKey.ToVerify(folder);
        var young = await online.OfAccountAsync("张三1", all, Ct);
        Assert.Equal(2, archived.Months.Count);
        var old = new List<AuditLine>();
        foreach (var month in archived.Months)
            for (var page = all with { Limit = 2 }; ;)
            {
                var some = (await archived.OfAccountAsync(month, "张三1", page, key, Ct))!;
                old.AddRange(some);
                if (some.Count < 2) break;
                page = page with { Before = some[^1].At, BeforeId = some[^1].Id };
            }
        Assert.NotEmpty(old);
        Assert.Equal(before, [.. young, .. old]);
        Assert.Equal(3, (await archived.OfHouseholdsAsync(archived.Months[0], ["1"], all with { Kind = new AuditKind(["read %"]) }, key, Ct))!.Count);
        Assert.Empty((await archived.OfHouseholdsAsync(archived.Months[0], ["1"], all with { Kind = new AuditKind(["list %", "read %"], "%{code}") }, key, Ct))!);
        Assert.Empty((await VerifyAsync()).Faults);

        Pack(path, [.. Unpack(path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Replace("access.forbidden", "ok", StringComparison.Ordinal))]);
        Assert.Null(await archived.OfAccountAsync(archived.Months[^1], "张三1", all, key, Ct));
    }

    [Fact]
    public async Task Whatever_is_done_to_an_archive_is_found_and_named()
    {
        await FillAsync(KeySuite.International);
        var archives = await ArchiveAsync();
        var (path, name) = (archives[0], Path.GetFileName(archives[0]));
        var content = await File.ReadAllBytesAsync(path, Ct);
        var lines = Unpack(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        async Task FoundAsync(string kind, string subject)
        {
            var faults = (await VerifyAsync()).Faults;
            Assert.Contains(faults, f => f.Kind == kind && f.Object == subject);
            await File.WriteAllBytesAsync(path, content, Ct);
            Assert.Empty((await VerifyAsync()).Faults);
        }
        File.Delete(path);
        await FoundAsync(AuditFaults.CheckpointDeleted, "1");
        await File.WriteAllBytesAsync(path, content[..^20], Ct);
        await FoundAsync(AuditFaults.ArchiveDamaged, name);
        Pack(path, lines[..^1]); // without its signed end
        await FoundAsync(AuditFaults.ArchiveDamaged, name);
        Pack(path, [.. lines[..1], .. lines[2..]]); // without a checkpoint
        await FoundAsync(AuditFaults.ArchiveDamaged, name);
        Pack(path, [lines[0].Replace("access.forbidden", "ok", StringComparison.Ordinal), .. lines[1..]]);
        await FoundAsync(AuditFaults.ArchiveDamaged, name);
        await File.WriteAllTextAsync(path, "no archive", Ct);
        await FoundAsync(AuditFaults.ArchiveDamaged, name);
    }

    [Fact]
    public async Task A_month_with_an_altered_entry_is_not_archived_and_can_still_be_told()
    {
        await FillAsync(KeySuite.International);
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "update audit set result = 'ok' where id = 2");
        await Assert.ThrowsAsync<InvalidDataException>(ArchiveAsync);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "audit"), "*.gz"));
        Assert.Equal([(AuditFaults.EntryEdited, "2")], (await VerifyAsync()).Faults.Select(f => (f.Kind, f.Object)));
    }

    [Fact]
    public async Task After_an_end_between_file_and_table_the_next_run_finishes_what_was_begun()
    {
        await FillAsync(KeySuite.International);
        var archives = await ArchiveAsync();
        var audit = Path.Combine(folder, "audit");
        // As if the process had ended before it took anything out of the table, and another within its second file.
        var again = new AuditArchiveTests(cluster);
        await again.InitializeAsync();
        try
        {
            await again.FillAsync(KeySuite.International);
            await PostgresCluster.ExecuteAsync(again.database.AdminConnectionString, "revoke execute on function archive_audit(bigint, int) from ffp_app");
            await Assert.ThrowsAsync<PostgresException>(again.ArchiveAsync);
            Assert.Single(Directory.GetFiles(Path.Combine(again.folder, "audit"), "*.gz"));
            await File.WriteAllTextAsync(Path.Combine(again.folder, "audit", Path.GetFileName(archives[1]) + ".part"), "half", Ct);
            await PostgresCluster.ExecuteAsync(again.database.AdminConnectionString, "grant execute on function archive_audit(bigint, int) to ffp_app");
            Assert.Equal(archives.Select(Path.GetFileName), (await again.ArchiveAsync()).Select(Path.GetFileName));
            Assert.Empty((await again.VerifyAsync()).Faults);
        }
        finally
        {
            await again.DisposeAsync();
        }
        Assert.Equal(2, Directory.GetFiles(audit, "*.gz").Length);
    }

    [Fact]
    public async Task The_role_of_the_program_can_let_go_of_nothing_that_is_younger_than_six_months()
    {
        await WriteAsync(5, TimeSpan.FromDays(170));
        await SealAsync(KeySuite.International, 5);
        await WriteAsync(5, TimeSpan.Zero);
        await SealAsync(KeySuite.International, 5);
        Assert.Equal(0L, await LongAsync("select archive_audit(1000, 1000)"));
        Assert.Equal(10L, await LongAsync("select count(*) from audit"));
    }

    /// <summary>Three months of which two are old enough, several checkpoints in each, and a young one.</summary>
    private async Task FillAsync(KeySuite suite)
    {
        foreach (var months in new[] { 16, 15, 9, 0 })
            for (var i = 0; i < 3; i++)
            {
                await WriteAsync(4, Ago(months));
                await SealAsync(suite, 4);
            }
    }

    private static TimeSpan Ago(int months)
    {
        var now = DateTimeOffset.UtcNow;
        return months == 0 ? TimeSpan.Zero : now - new DateTimeOffset(now.Year, now.Month, 15, 0, 0, 0, TimeSpan.Zero).AddMonths(-months);
    }

    private async Task WriteAsync(int count, TimeSpan ago)
    {
        clock.Shift = -ago;
        await using var audit = new AuditLog(source);
        for (var i = 0; i < count; i++)
            await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), $"张三{i}", "read households/{code}", $"households/{Guid.NewGuid():N}", "access.forbidden", "") { Device = i % 2 == 0 ? null : "“设备”\n", Subject = $"{i}", AfterHash = [1, 2] }, Ct);
    }

    /// <summary>All that were just written, so that each stands in a checkpoint of its own time.</summary>
    private async Task SealAsync(KeySuite suite, int entries)
    {
        await using var connection = await source.OpenConnectionAsync(Ct);
        using var key = CheckpointKey.OfFolder(folder);
        var sealing = new AuditSealing(new CheckpointFile(folder), key, clock, NullLogger.Instance, suite);
        await sealing.StartAsync(connection, Ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while ((entries -= await sealing.PassAsync(connection, deadline.Token)) > 0) await Task.Delay(20, deadline.Token); // other tests' transactions hold sealing up
    }

    private async Task<List<string>> ArchiveAsync()
    {
        clock.Shift = TimeSpan.Zero;
        using var key = CheckpointKey.OfFolder(folder);
        await using var connection = await source.OpenConnectionAsync(Ct);
        var archiving = new AuditArchiving(new CheckpointFile(folder), key, new AuditSettings(), clock);
        var made = new List<string>();
        while (await archiving.MonthAsync(connection, Ct) is { } path) made.Add(path);
        return made;
    }

    private async Task<AuditReport> VerifyAsync()
    {
        using var key = CheckpointKey.ToVerify(folder);
        return await new AuditVerifier(source, new CheckpointFile(folder), key).VerifyAsync(1, Ct);
    }

    private async Task<List<string>> TextsAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var found = new List<string>();
        while (await reader.ReadAsync(Ct)) found.Add(reader.GetString(0)[..2]);
        return found;
    }

    private async Task<long> LongAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    private static string Unpack(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static void Pack(string path, IEnumerable<string> lines)
    {
        using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        foreach (var line in lines) writer.Write(line + "\n");
    }
}
