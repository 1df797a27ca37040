using System.Text.Json;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Figures;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Imports;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Households;

/// <summary>
/// Plans of the lists, with everything that the real planner may use: the twelve typical queries, first and tenth page, from the province down to a
/// village, planned for their values and planned once for all values, as a session does that has asked often.
/// </summary>
public sealed class ListPlanTests(PlainDatabase plain) : IClassFixture<PlainDatabase>
{
    private const int Limit = 50;

    /// <summary>Rows that a sort may see: a few pages, or all of a village or a small town.</summary>
    private const int SortedMax = 2000;

    /// <summary>Pages of 8 KiB that one page of a list may touch.</summary>
    private const int BlocksMax = 30_000;

    private static readonly string[] Large = ["household", "household_member", "household_history", "household_risk", "audit"];
    private static readonly PlainDatabase.PlainHashes Sealer = new();
    private HouseholdSearch Search => new(plain.Source, Sealer, plain.Regions);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Queries => [.. TypicalQueries.All.Select(q => q.Name)];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Neither_first_nor_tenth_page_reads_or_sorts_more_than_a_page_needs(string name)
    {
        var typical = TypicalQueries.All.Single(q => q.Name == name);
        Assert.True(await FindsAsync(typical), $"{name} finds nobody: its plans would prove nothing");
        await using var connection = await plain.Source.OpenConnectionAsync(Ct);
        foreach (var region in plain.Path)
        {
            var query = typical.Of(region.Code);
            foreach (var after in new[] { null, await TenthAsync(typical, query) })
            {
                var range = VillageRanges.Below(plain.Regions.Tree, region.Code).First(r => after is null || string.CompareOrdinal(r.To.ToString(), after.Village) >= 0);
                var step = new SearchStep(region.Level < RegionLevel.Town, range.From, range.To, after, Limit + 1);
                foreach (var (text, parameters) in Statements(typical, query, step))
                foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
                    Judge(await PlanAsync(connection, mode, text, parameters), $"{name}, {region.Name}, {(after is null ? "first" : "tenth")} page, {mode}");
            }
        }
    }

    [Fact]
    public async Task Readers_of_whole_areas_read_a_page_and_no_more()
    {
        await using var connection = await plain.Source.OpenConnectionAsync(Ct);
        foreach (var region in plain.Path.Where(r => r.Level <= RegionLevel.Town))
        foreach (var persons in new[] { true, false })
        foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
        {
            var (from, to) = VillageRanges.Below(plain.Regions.Tree, region.Code)[0];
            var query = new HouseholdQuery { Region = region.Code, Status = "1" };
            var step = new SearchStep(region.Level < RegionLevel.Town, from, to, new PersonPlace(from.ToString(), "53" + "1".PadLeft(14, '0'), persons ? "x" : null), 4001);
            var (text, parameters) = persons ? Parts(new PersonSearchSql(new PersonQuery { Household = query }, Sealer, step)) : Parts(new HouseholdSearchSql(query, Sealer, step));
            var plan = await PlanAsync(connection, mode, text, parameters);
            Judge(plan, $"{region.Name}, {(persons ? "people" : "households")}, {mode}");
            Assert.DoesNotContain(Nodes(plan), n => n.GetProperty("Node Type").GetString() == "Hash Join");
        }

        static (string, List<NpgsqlParameter>) Parts(SearchSql sql) => (sql is PersonSearchSql p ? p.Text : ((HouseholdSearchSql)sql).Text, sql.Parameters);
    }

    /// <summary>A batch of a load asks it for three thousand, before each has its row.</summary>
    [Theory, InlineData("force_custom_plan"), InlineData("force_generic_plan")]
    public async Task Whether_persons_stand_in_a_household_is_looked_for_one_by_one(string mode)
    {
        await using var connection = await plain.Source.OpenConnectionAsync(Ct);
        var plan = await PlanAsync(connection, mode, NewHouseholdRows.SomebodyElsewhere, [new() { Value = Enumerable.Range(0, 3000).Select(i => $"nobody{i}").ToArray() }]);
        var looks = Nodes(plan).Where(n => n.TryGetProperty("Relation Name", out _)).ToList();
        Assert.Equal("household_member_by_person", Assert.Single(looks).GetProperty("Index Name").GetString());
        Assert.True(plan.GetProperty("Shared Hit Blocks").GetInt64() < BlocksMax, plan.ToString());
    }

    [Fact]
    public async Task A_table_that_is_read_whole_would_be_found()
    {
        await using var connection = await plain.Source.OpenConnectionAsync(Ct);
        var plan = await PlanAsync(connection, "force_custom_plan", "select code from household where member_count = 3 order by changed_at, code limit 5", []);
        Assert.Throws<Xunit.Sdk.TrueException>(() => Judge(plan, "probe"));
    }

    /// <summary>Counted by the database itself, so whatever statements these readers send are judged.</summary>
    [Fact]
    public async Task No_reader_behind_another_list_reads_a_large_table_whole()
    {
        await FillHistoryAsync();
        var probe = new NpgsqlConnectionStringBuilder(plain.Admin) { Pooling = false, ApplicationName = "probe" }.ToString();
        var before = await ScansAsync();
        await using (var source = NpgsqlDataSource.Create(probe))
        {
            var empty = plain.Regions.Tree.All.Last(r => r.Level == RegionLevel.Village && string.CompareOrdinal(r.Code.ToString(), plain.Path[^1].Code.ToString()) > 0);
            var history = new HouseholdHistory(source, Sealer);
            var reader = new HouseholdReader(source, Sealer, new TreeLookups(plain.Regions));
            Assert.Empty(await history.ChangesAsync("nobody", 7, 50, Ct));
            Assert.Null(await history.AtAsync("nobody", 3, Ct));
            Assert.Null(await reader.FindAsync("nobody", Ct));
            Assert.Empty(await reader.FindAsync(["nobody", "nowhere"], Ct));
            await foreach (var _ in reader.OfVillageAsync(empty.Code.ToString(), "", Ct)) Assert.Fail("nobody lives there");
            Assert.NotNull(await ((IAreaOf)reader).FindAsync("53" + "1".PadLeft(14, '0'), Ct));
            RegionCode[] villages = [.. plain.Regions.Tree.VillagesBelow(plain.Path[^2].Code).Select(v => v.Code)];
            Assert.Empty(await new ContributionReader(source).ReadAsync(villages, null, 200, Ct));
            var stored = new StoredHouseholds(source, Sealer, plain.Regions);
            Assert.Single(await stored.HouseholdsOfAsync(["53" + "1".PadLeft(14, '0') + "01"], Ct));
            Assert.Empty(await stored.PlatformHouseholdsAsync(["80016"], Ct));
            Assert.Empty(await stored.WithCertificatesElsewhereAsync(Preview, [Staged("80016")], Ct));
            await foreach (var _ in AuditOfAsync(source)) { }
        }
        while (await ScalarAsync("select count(*) from pg_stat_activity where application_name = 'probe'") > 0) await Task.Delay(20, Ct); // it reports when it ends
        Assert.Equal(before, await ScansAsync());
    }

    private static readonly ImportJob Preview = new()
    {
        Id = Guid.NewGuid(), Region = "410000000000", Actor = Actor.System, CreatedAt = DateTimeOffset.UtcNow, ComparedAt = DateTimeOffset.UtcNow.AddYears(1),
    };

    private static StagedHousehold Staged(string certificate) => new("nobody", StagedKind.New, null, new ImportFile
    {
        ImportId = "", Columns = System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty, Incoming = HouseholdFile.Empty with { Members = [new() { PersonCode = "nobody01", CertNumber = certificate }] },
    });

    private async Task FillHistoryAsync() => await PostgresCluster.ExecuteAsync(plain.Admin, """
        insert into household_history (code, version, at, actor, kind, command_id, document)
        select code, n, now() - n * interval '1 day', 'plain', 'amend', gen_random_uuid(), '\x00' from (select code from household order by code limit 50000) h, generate_series(2, 4) as n;
        insert into audit (at, actor, action, object, result, trace_id) select now() - n * interval '1 minute', 'u' || n % 500, 'household.amend', n::text, 'done', '' from generate_series(1, 100000) as n;
        analyze household_history; analyze audit
        """);

    /// <summary>As a page of the audit is asked for: by account.</summary>
    private static async IAsyncEnumerable<long> AuditOfAsync(NpgsqlDataSource source)
    {
        foreach (var sql in new[] { "select id from audit where actor = 'u7' order by at desc limit 50" })
        {
            await using var command = source.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct)) yield return reader.GetInt64(0);
        }
    }

    private async Task<string> ScansAsync()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(plain.Admin) { Pooling = false }.ToString());
        await using var command = source.CreateCommand("select string_agg(relname || ' ' || seq_scan, ', ' order by relname) from pg_stat_user_tables where relname = any ($1)");
        command.Parameters.Add(new() { Value = Large });
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(plain.Admin) { Pooling = false }.ToString());
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    private static IEnumerable<(string Text, List<NpgsqlParameter> Parameters)> Statements(TypicalQuery typical, HouseholdQuery query, SearchStep step)
    {
        SearchWindow? window;
        if (typical.Persons)
        {
            var sql = new PersonSearchSql(new PersonQuery { Household = query }, Sealer, step);
            window = sql.Window;
            yield return (sql.Text, sql.Parameters);
            if (window is not null) yield return (window.Edge, [.. sql.Parameters.Take(window.Parameters)]);
        }
        else
        {
            var sql = new HouseholdSearchSql(query, Sealer, step);
            window = sql.Window;
            yield return (sql.Text, sql.Parameters);
            if (window is not null) yield return (window.Edge, [.. sql.Parameters.Take(window.Parameters)]);
        }
    }

    private async Task<bool> FindsAsync(TypicalQuery typical)
    {
        var query = typical.Of(plain.Path[0].Code);
        return typical.Persons
            ? (await Search.FindAsync(new PersonQuery { Household = query }, Ct)).Lines.Length > 0
            : (await Search.FindAsync(query, Ct)).Lines.Length > 0;
    }

    /// <summary>Where the tenth page begins, or the last one that there is; null when the first is the only one.</summary>
    private async Task<PersonPlace?> TenthAsync(TypicalQuery typical, HouseholdQuery query)
    {
        PersonPlace? place = null;
        for (var page = 1; page < 10; page++)
        {
            PersonPlace? next;
            if (typical.Persons) next = (await Search.FindAsync(new PersonQuery { Household = query, After = place, Limit = Limit }, Ct)).Next;
            else
            {
                var found = await Search.FindAsync(query with { After = place is null ? null : new FangFanPin.Domain.Households.HouseholdPlace(place.Village, place.Household), Limit = Limit }, Ct);
                next = found.Next is { } n ? new PersonPlace(n.Village, n.Code, null) : null;
            }
            if (next is null) return place;
            place = next;
        }
        return place;
    }

    private static async Task<JsonElement> PlanAsync(NpgsqlConnection connection, string mode, string text, List<NpgsqlParameter> parameters)
    {
        await RunAsync(connection, $"set plan_cache_mode = {mode}");
        var types = string.Join(", ", parameters.Select(p => SqlLiteral.TypeOf(p.Value!)));
        await RunAsync(connection, $"prepare q{(types.Length > 0 ? $" ({types})" : "")} as {text}");
        var values = string.Join(", ", parameters.Select(p => SqlLiteral.Of(p.Value!)));
        await using var explain = new NpgsqlCommand($"explain (analyze, buffers, costs off, timing off, format json) execute q{(values.Length > 0 ? $" ({values})" : "")}", connection);
        var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync(Ct))!).RootElement[0].GetProperty("Plan");
        await RunAsync(connection, "deallocate q");
        return plan;
    }

    private static void Judge(JsonElement plan, string where)
    {
        foreach (var node in Nodes(plan))
        {
            var type = node.GetProperty("Node Type").GetString();
            var table = node.TryGetProperty("Relation Name", out var relation) ? relation.GetString() : null;
            Assert.True(!(type == "Seq Scan" && Large.Contains(table)), $"{where}: all of {table} is read\n{plan}");
            if (type is not ("Sort" or "Incremental Sort")) continue;
            var rows = node.GetProperty("Plans").EnumerateArray().Sum(input => input.GetProperty("Actual Rows").GetDouble() * input.GetProperty("Actual Loops").GetDouble());
            Assert.True(type == "Incremental Sort" || rows <= SortedMax, $"{where}: {rows} rows are sorted\n{plan}");
        }
        var blocks = plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
        Assert.True(blocks <= BlocksMax, $"{where}: {blocks} blocks\n{plan}");
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement plan) =>
        plan.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().SelectMany(Nodes).Prepend(plan) : [plan];

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
