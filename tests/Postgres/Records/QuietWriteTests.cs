using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Tests.Shared;
using Orleans;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Records;

/// <summary>Changes that leave lists and figures alone go by a shorter statement: what stands in the tables afterwards must not show which way it came.</summary>
public sealed class QuietWriteTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string OtherVillage = "411622101202";
    private readonly RecordsUnderTest records = new(database.ConnectionString);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => records.DisposeAsync();

    private static readonly Func<Random, HouseholdFile, HouseholdFile>[] Changes =
    [
        (r, f) => f with { Household = f.Household with { Address = $"{r.Next(1000)}号" } },
        (r, f) => f with { Household = f.Household with { BankAccount = $"{r.Next()}" } },
        (r, f) => f with { Household = f.Household with { Phone = r.Next(3) == 0 ? null : $"137{r.Next(100_000_000):D8}" } },
        (r, f) => f with { Household = f.Household with { HeadCertNumber = SampleHouseholds.Certificate(r.Next(500)) } },
        (r, f) => f with { Household = f.Household with { HeadName = r.Next(4) == 0 ? null : SampleHouseholds.NameOf(r.Next(64), 0) } },
        (r, f) => f with { Household = f.Household with { PolicyStatus = $"{r.Next(4)}", HouseholdType = $"{r.Next(4)}" } },
        (r, f) => f with { Household = f.Household with { MonitorCategory = r.Next(2) == 0 ? null : "1", RecognizedMonth = r.Next(2) == 0 ? null : new YearMonth(2024, 1 + r.Next(12)) } },
        (r, f) => f with { Household = f.Household with { RiskEliminated = r.Next(2) == 0 ? "1" : "0", EliminatedMonth = r.Next(2) == 0 ? null : new YearMonth(2025, 1 + r.Next(12)) } },
        (r, f) => f with { Household = f.Household with { RiskType1 = r.Next(2) == 0 ? null : "03", RiskType3 = r.Next(2) == 0 ? null : "09" } },
        (r, f) => f with { Household = f.Household with { HouseholdStatus = r.Next(2) == 0 ? "1" : "2" } },
        (r, f) => f with { Household = f.Household with { AreaCode = r.Next(2) == 0 ? SampleHouseholds.Village : OtherVillage } },
        (r, f) => f with { Incomes = f.Incomes.SetItem(1, f.Incomes[1] with { NetPerCapita = r.Next(60_000) / 4m }) },
        (r, f) => f with { Members = f.Members.SetItem(1, f.Members[1] with { Name = SampleHouseholds.NameOf(r.Next(64), 1), MemberStatus = r.Next(2) == 0 ? "1" : "2" }) },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whichever_way_a_change_goes_the_same_rows_stand_there(int seed)
    {
        var random = new Random(seed);
        var (short_, whole) = ($"quiet{seed}", $"whole{seed}");
        var state = SampleHouseholds.State(seed * 10);
        var (mine, theirs) = (await records.WriteAsync(short_, state), await records.WriteAsync(whole, state));
        var quiet = 0;
        for (var version = 2; version <= 60; version++)
        {
            // Now and then the household is read anew, as after an activation: what is known of it then comes from the row.
            if (random.Next(5) == 0) state = (mine = await records.ReadAsync(short_)).State!;
            state = Next(state, version, random);
            if (records.Mapping.Prepare(short_, version, Guid.NewGuid(), state).IsQuiet) quiet++;
            mine = await records.WriteAsync(short_, state, mine);
            // Members that are another object are not known to stand anywhere.
            theirs = await records.WriteAsync(whole, state with { File = state.File! with { Members = [.. state.File.Members] } }, theirs);
            Assert.Equal(await RowsAsync(whole), await RowsAsync(short_));
        }
        Assert.InRange(quiet, 5, 50);
        // Each entry of the audit begins with the document that the one before ended with, whichever way it went.
        foreach (var code in (string[])[short_, whole])
            Assert.Equal(["0"], await records.RowsAsync($"""
                select count(*) from (select before_hash, lag(after_hash) over (order by id) as after_last from audit where object = '{code}') e
                where after_last is not null and before_hash is distinct from after_last
                """));
    }

    private static HouseholdState Next(HouseholdState state, int version, Random random)
    {
        var file = Changes[random.Next(2) == 0 ? random.Next(3) : random.Next(Changes.Length)](random, state.File!);
        return state with
        {
            File = file,
            Contribution = random.Next(10) == 0 ? SampleHouseholds.Figures(random.Next(5)) : state.Contribution,
            NextDue = random.Next(10) == 0 ? new DateOnly(2026, 12, 1 + random.Next(20)) : state.NextDue,
            VillageBefore = file.Household.AreaCode == state.Village ? null : state.Village,
            LastChange = SampleHouseholds.Change(version, "amend", [new FieldChange("Household", "", "Address", null, $"{version}")]),
        };
    }

    private async Task<string[]> RowsAsync(string code) =>
    [
        .. await records.RowsAsync($"""
            select version, village, encode(contribution, 'hex'), next_due, status, class, household_type, policy_status, monitor_category, risk_eliminated, recognized_month,
                eliminated_month, risk_types::text, head_name, encode(head_cert_index, 'hex'), (select encode(p.phone_index, 'hex') from household_phone p where p.code = household.code), member_count, net_per_capita,
                encode(members_digest, 'hex') <> '', changed_version, changed_at, changed_by, income_band, document is not null
            from household where code = '{code}'
            """),
        .. await records.RowsAsync($"select version, at, actor, kind, command_id, import_id, content_hash is null, document_hash is not null from household_history where code = '{code}' order by version"),
        .. await records.RowsAsync($"select at, actor, action, result, trace_id, role, before_hash is not null, after_hash is not null from audit where object = '{code}' order by id"),
        .. await records.RowsAsync($"select person_code, name, status, village from household_member where household_code = '{code}' order by 1"),
        .. await records.RowsAsync($"select risk_type, village from household_risk where code = '{code}' order by 1, 2"),
        .. await records.RowsAsync($"select target, version from owed where subject = '{code}' order by 1"),
    ];

    /// <summary>As after an update of the program that fills a column in another way.</summary>
    [Fact]
    public async Task A_column_that_stands_otherwise_than_this_program_would_write_it_is_put_right_by_the_next_change()
    {
        await records.WriteAsync("otherwise", SampleHouseholds.State(1));
        await records.RowsAsync("update household set class = 7, head_name = null where code = 'otherwise'");
        await using var elsewhere = new RecordsUnderTest(database.ConnectionString, records.Sealer);
        var held = await elsewhere.ReadAsync("otherwise");
        await elsewhere.WriteAsync("otherwise", Next(held.State!, 2, new Random(1)) with { File = held.State!.File! with { Household = held.State.File.Household with { Address = "别处" } } }, held);
        Assert.Equal([$"{SampleHouseholds.NameOf(1, 0)}"], await records.RowsAsync("select head_name from household where code = 'otherwise' and class <> 7"));
    }

    [Fact]
    public async Task A_quiet_change_on_an_old_version_is_refused_and_leaves_no_trace()
    {
        var held = await records.WriteAsync("stale", SampleHouseholds.State(1));
        await using var elsewhere = new RecordsUnderTest(database.ConnectionString, records.Sealer);
        var other = await elsewhere.ReadAsync("stale");
        var next = held.State! with { File = held.State.File! with { Household = held.State.File.Household with { Address = "甲" } }, LastChange = SampleHouseholds.Change(2, "amend", []) };
        await elsewhere.WriteAsync("stale", other.State! with { LastChange = SampleHouseholds.Change(2, "amend", []) }, other);
        var before = await RowsAsync("stale");
        Assert.True(records.Mapping.Prepare("stale", 2, Guid.NewGuid(), next).IsQuiet);
        await Assert.ThrowsAsync<InconsistentStateException>(() => records.WriteAsync("stale", next, held));
        Assert.Equal(before, await RowsAsync("stale"));
    }
}
