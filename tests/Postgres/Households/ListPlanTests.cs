using System.Text.Json;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Households;
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
    public async Task A_table_that_is_read_whole_would_be_found()
    {
        await using var connection = await plain.Source.OpenConnectionAsync(Ct);
        var plan = await PlanAsync(connection, "force_custom_plan", "select code from household where member_count = 3 order by changed_at, code limit 5", []);
        Assert.Throws<Xunit.Sdk.TrueException>(() => Judge(plan, "probe"));
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
                var found = await Search.FindAsync(query with { After = place is null ? null : new HouseholdPlace(place.Village, place.Household), Limit = Limit }, Ct);
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
