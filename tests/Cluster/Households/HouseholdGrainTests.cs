using FangFanPin.Domain.Households;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Households;

public sealed class HouseholdGrainTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private const string Village = "411424001201";

    private static string NewCode() => "T" + Guid.NewGuid().ToString("N")[..20].ToUpperInvariant();

    private static RegisterHousehold Registration(int members = 3) => new()
    {
        Fields = FieldTexts.Of(("AreaCode", Village), ("HouseholdType", "1"), ("PolicyStatus", "1"), ("HeadName", "王甲")),
        Members = [.. Enumerable.Range(1, members).Select(i => FieldTexts.Of(("PersonCode", $"P{i}"), ("Name", "王" + i), ("Sex", "1")))],
    };

    private async Task<string> RegisteredAsync()
    {
        var code = NewCode();
        var answer = await servers.Household(code).ExecuteAsync(TwoServers.Command(Registration()));
        Assert.Empty(answer.Errors);
        return code;
    }

    [Fact]
    public async Task Same_command_sent_twice_is_applied_once()
    {
        var code = NewCode();
        var command = TwoServers.Command(Registration());
        var first = await servers.Household(code).ExecuteAsync(command);
        var again = await servers.Household(code).ExecuteAsync(command);
        Assert.Equal((first.Version, first.Changed, 0), (again.Version, again.Changed, again.Errors.Count));
        Assert.Equal(1, await servers.CountAsync($"select count(*) from household_history where code = '{code}'"));
    }

    [Fact]
    public async Task A_repeat_is_recognised_after_more_commands_than_a_grain_remembers()
    {
        var code = await RegisteredAsync();
        var (old, other) = (TwoServers.Command(Amend("Address", "东头")), Amend("Address", "西头"));
        var first = await servers.Household(code).ExecuteAsync(old);
        for (var i = 0; i <= CommandMemory.Most; i++) await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", $"{i}号")));
        var again = await servers.Household(code).ExecuteAsync(old);
        Assert.Equal((first.Version, 0), (again.Version, again.Errors.Count));
        Assert.Equal("household.command-reused", (await servers.Household(code).ExecuteAsync(TwoServers.Command(other, id: old.CommandId))).Errors.Single().Code);
        Assert.Equal(CommandMemory.Most + 3, await servers.CountAsync($"select count(*) from household_history where code = '{code}'"));
    }

    [Fact]
    public async Task A_command_id_with_other_content_is_refused_and_changes_nothing()
    {
        var code = await RegisteredAsync();
        var id = Guid.NewGuid();
        await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", "东头"), id: id));
        var reused = await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", "西头"), id: id));
        Assert.Equal("household.command-reused", reused.Errors.Single().Code);
        Assert.Equal("东头", (await servers.Household(code).GetAsync())!.File.Household.Address);
    }

    [Fact]
    public async Task A_late_copy_of_a_refused_command_is_refused_too()
    {
        var code = await RegisteredAsync();
        var stale = TwoServers.Command(Amend("Address", "东头"), seen: 9);
        Assert.Equal("household.stale-version", (await servers.Household(code).ExecuteAsync(stale)).Errors.Single().Code);
        for (var version = 2; version <= 9; version++) await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", $"{version}号")));
        Assert.Equal(9, (await servers.Household(code).GetAsync())!.Version);
        Assert.Equal("household.stale-version", (await servers.Household(code).ExecuteAsync(stale)).Errors.Single().Code);
        Assert.Equal("9号", (await servers.Household(code).GetAsync())!.File.Household.Address);
    }

    [Fact]
    public async Task A_stale_version_is_refused_and_the_current_one_named()
    {
        var code = await RegisteredAsync();
        var seen = (await servers.Household(code).GetAsync())!.Version;
        var won = await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", "东头"), seen));
        var lost = await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", "西头"), seen));
        Assert.Equal(("household.stale-version", won.Version), (lost.Errors.Single().Code, lost.Version));
    }

    [Fact]
    public async Task Of_many_writers_that_saw_the_same_version_exactly_one_wins()
    {
        var code = await RegisteredAsync();
        var seen = (await servers.Household(code).GetAsync())!.Version;
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("Address", $"{i}号"), seen))));
        Assert.Single(answers, a => a.Changed);
        Assert.Equal(2, await servers.CountAsync($"select count(*) from household_history where code = '{code}'"));
    }

    [Fact]
    public async Task A_command_that_changes_nothing_makes_no_version()
    {
        var code = await RegisteredAsync();
        var answer = await servers.Household(code).ExecuteAsync(TwoServers.Command(Amend("HeadName", "王甲")));
        Assert.False(answer.Changed);
        Assert.Equal(1, await servers.CountAsync($"select count(*) from household_history where code = '{code}'"));
    }

    [Fact]
    public async Task A_split_leaves_every_member_in_exactly_one_household()
    {
        var (code, fresh) = (await RegisteredAsync(), NewCode());
        var command = TwoServers.Command(new SplitHousehold { NewHouseholdCode = fresh, PersonCodes = ["P2"] });
        Assert.Empty((await servers.Household(code).ExecuteAsync(command)).Errors);
        Assert.Empty((await servers.Household(code).ExecuteAsync(command)).Errors);
        var (old, made) = ((await servers.Household(code).GetAsync())!.File, (await servers.Household(fresh).GetAsync())!.File);
        Assert.Equal(["P1", "P3"], old.ActiveMembers.Select(m => m.PersonCode!).Order());
        Assert.Equal(("P2", Village), (made.ActiveMembers.Single().PersonCode, made.Household.AreaCode));
    }

    [Fact]
    public async Task A_split_into_a_code_that_is_taken_is_refused()
    {
        var (code, taken) = (await RegisteredAsync(), await RegisteredAsync());
        var answer = await servers.Household(code).ExecuteAsync(TwoServers.Command(new SplitHousehold { NewHouseholdCode = taken, PersonCodes = ["P2"] }));
        Assert.Equal("household.exists", answer.Errors.Single().Code);
        Assert.Equal(3, (await servers.Household(code).GetAsync())!.File.ActiveMembers.Count());
    }

    private static AmendHousehold Amend(string field, string text) => new() { Fields = FieldTexts.Of((field, text)) };
}
