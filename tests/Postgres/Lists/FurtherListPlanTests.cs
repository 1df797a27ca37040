using System.Diagnostics;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Exports;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Sync;
using FangFanPin.Storage.Warnings;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Lists;

/// <summary>
/// The lists beside those of households and people: each reader is run as it stands over full tables, and the database says whether it began to read
/// one of them from end to end.
/// </summary>
public sealed class FurtherListPlanTests(FilledLists filled, ITestOutputHelper output) : IClassFixture<FilledLists>
{
    private static readonly DateOnly Today = new(2026, 11, 26);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<FilledLists, NpgsqlDataSource, Task>> Readers = new()
    {
        ["cases"] = async (filled, source) =>
        {
            foreach (var region in filled.Plain.Path)
            foreach (var query in Queries(VillageRanges.Below(filled.Plain.Regions.Tree, region.Code)))
            {
                var first = await new CaseSearch(source).FindAsync(query, Ct);
                if (first.Next is { } next) await new CaseSearch(source).FindAsync(query with { After = next }, Ct);
            }
        },
        ["cases by hand"] = async (filled, source) =>
        {
            foreach (var query in new[] { new CaseQuery([], 50) { DoneBy = "u7", Today = Today }, new CaseQuery([], 50) { OpenedBy = "u7", Today = Today } })
                Assert.NotEmpty((await new CaseSearch(source).FindAsync(query, Ct)).Lines);
            string[] villages = [.. filled.Plain.Regions.Tree.VillagesBelow(filled.Plain.Path[2].Code).Select(v => v.Code.ToString())];
            var handled = new CaseQuery(VillageRanges.Below(filled.Plain.Regions.Tree, filled.Plain.Path[2].Code), 50) { Handled = [new HandledVillages(RegionLevel.Town, villages)], Today = Today };
            Assert.NotEmpty((await new CaseSearch(source).FindAsync(handled, Ct)).Lines);
        },
        ["one case"] = async (_, source) => Assert.Empty(await new CaseReader(source, FilledLists.Sealer).HistoryAsync("case/nobody", Ct)),
        ["publicity"] = async (filled, source) => Assert.Empty(await new CaseReader(source, FilledLists.Sealer).PublishedAsync(filled.Plain.Path[^1].Code.ToString(), Today, Ct)),
        ["visits of a household"] = async (_, source) => Assert.Empty(await new VisitStore(source, FilledLists.Sealer).OfHouseholdAsync("nobody", 50, Ct)),
        ["due visits"] = async (filled, source) =>
        {
            var schedule = VisitSchedule.Of(new CaseParameters(), Today);
            foreach (var region in filled.Plain.Path)
            {
                var ranges = VillageRanges.Below(filled.Plain.Regions.Tree, region.Code);
                var first = await new DueVisitStore(source).FindAsync(ranges, schedule, null, 51, Ct);
                Assert.NotEmpty(first);
                await new DueVisitStore(source).FindAsync(ranges, schedule, first[^1].Village + first[^1].Household, 51, Ct);
            }
        },
        ["imports"] = async (_, source) =>
        {
            var first = await new ImportJobStore(source).ListAsync(_ => true, null, 50, Ct);
            Assert.Equal(50, first.Count);
            await new ImportJobStore(source).ListAsync(_ => true, Guid.NewGuid(), 50, Ct);
        },
        ["lines of an import"] = async (_, source) =>
        {
            var staging = new ImportStagingStore(source, FilledLists.Sealer);
            await foreach (var error in staging.ErrorsAsync(Guid.NewGuid(), 1, 1000, Ct)) Assert.Fail($"nothing was wrong: {error}");
            await foreach (var error in staging.ErrorsAsync(Guid.NewGuid(), 1, null, Ct)) Assert.Fail($"nothing was wrong: {error}");
            Assert.Empty(await staging.ConflictsAsync(Guid.NewGuid(), 1, null, 100, Ct));
        },
        ["exports"] = async (_, source) => Assert.NotEmpty(await new ExportJobStore(source, FilledLists.Sealer).ListAsync("u7", 50, Ct)),
        ["synchronisations"] = async (_, source) =>
        {
            var batches = new SyncBatchStore(source, FilledLists.Sealer);
            Assert.Equal(20, (await batches.ListAsync(null, 20, Ct)).Count);
            await batches.ListAsync(Guid.NewGuid(), 20, Ct);
        },
        ["lines of a synchronisation"] = async (filled, source) =>
        {
            var batches = new SyncBatchStore(source, FilledLists.Sealer);
            var newest = (await ScalarAsync(filled, "select id from sync_batch where exists (select from sync_line where batch_id = sync_batch.id)")) as Guid?;
            var county = filled.Plain.Path.Single(r => r.Level == RegionLevel.County).Code.ToString();
            var first = await batches.LinesAsync(newest!.Value, county, SyncLineKind.New, null, 100, Ct);
            Assert.NotEmpty(first);
            await batches.LinesAsync(newest.Value, county, SyncLineKind.New, first[^1].Code, 100, Ct);
        },
        ["warning batches"] = async (_, source) => Assert.Equal(20, (await new WarningBatchStore(source, FilledLists.Sealer).ListAsync(null, 20, Ct)).Count),
        ["rows of warnings"] = async (filled, source) =>
        {
            var newest = await ScalarAsync(filled, "select batch_id from warning_row order by batch_id, row limit 1") as Guid?;
            var store = new WarningBatchStore(source, FilledLists.Sealer);
            Assert.NotEmpty(await store.RowsAsync(newest!.Value, null, 0, 100, Ct));
            await store.RowsAsync(newest.Value, default(FangFanPin.Domain.Warnings.WarningOutcome), 100, 100, Ct);
        },
        ["audit"] = async (_, source) =>
        {
            var trail = new AuditTrail(source);
            Assert.NotEmpty(await trail.OfAccountAsync("u7", new AuditPage(DateTimeOffset.UtcNow, long.MaxValue, null, 50), Ct));
            await trail.OfHouseholdsAsync(["7"], new AuditPage(DateTimeOffset.UtcNow, long.MaxValue, null, 50), Ct);
        },
        ["accounts"] = async (_, source) => Assert.Equal(50, (await new AccountStore(source, new AccountKeys(new byte[32])).ListAsync("u5", 50, Ct)).Count),
        ["sessions"] = async (_, source) => Assert.NotEmpty(await new SessionStore(source).ListAsync("u7", DateTimeOffset.UtcNow, Ct)),
        ["households without a plan"] = async (_, source) => await new CaseLookups(source, FilledLists.Sealer).WithoutPlanAsync(256, Ct),
    };

    public static TheoryData<string> Names => [.. Readers.Keys];

    [Fact]
    public void Every_list_that_is_said_to_be_judged_here_is()
    {
        string[] elsewhere = [ListEndpoints.Typical, ListEndpoints.Household, ListEndpoints.Village, ListEndpoints.Memory, "readers of whole areas (ListPlanTests)"];
        Assert.Equal(ListEndpoints.All.Values.Distinct().Except(elsewhere).Append("households without a plan").Order(), Readers.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task No_reader_begins_to_read_a_table_from_end_to_end(string name)
    {
        var took = await ScannedAsync(name, Readers[name]);
        output.WriteLine($"{name}: {took.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task A_table_that_is_read_whole_is_found() =>
        await Assert.ThrowsAsync<Xunit.Sdk.EqualException>(() => ScannedAsync("probe", async (_, source) =>
        {
            await using var command = source.CreateCommand("select count(*) from case_file where step = 'waiting'");
            await command.ExecuteScalarAsync(Ct);
        }));

    /// <summary>A session reports what it read when it ends.</summary>
    private async Task<TimeSpan> ScannedAsync(string name, Func<FilledLists, NpgsqlDataSource, Task> read)
    {
        var session = $"probe-{name}"[..Math.Min(60, $"probe-{name}".Length)];
        var before = await ScansAsync();
        var watch = Stopwatch.StartNew();
        await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(filled.Plain.Admin) { Pooling = false, ApplicationName = session }))
            await read(filled, source);
        var took = watch.Elapsed;
        while (await ScalarAsync(filled, $"select count(*) from pg_stat_activity where application_name = '{session}'") is > 0L) await Task.Delay(20, Ct);
        Assert.Equal(before, await ScansAsync());
        return took;
    }

    private async Task<string> ScansAsync() => (string)(await ScalarAsync(filled,
        $"select string_agg(relname || ' ' || seq_scan, ', ' order by relname) from pg_stat_user_tables where relname = any ('{{{string.Join(',', FilledLists.Large)}}}')"))!;

    private static async Task<object?> ScalarAsync(FilledLists filled, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(filled.Plain.Admin) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }

    private static IEnumerable<CaseQuery> Queries(IReadOnlyList<(RegionCode From, RegionCode To)> below)
    {
        var month = Stretch.Of(new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 31));
        var all = new CaseQuery(below, 50) { Today = Today };
        yield return all;
        foreach (var group in Enum.GetValues<CaseGroup>()) yield return all with { Group = group };
        yield return all with { Kind = "measures", Overdue = true };
        yield return all with { Name = "王秀" };
        yield return all with { Household = "nobody" };
        yield return all with { Opened = month };
        yield return all with { Closed = month };
    }
}
