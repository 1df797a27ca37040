using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Cluster.Households;

/// <summary>Two servers between which the hand-over of a split can be cut.</summary>
public sealed class ServersWithCuts(PostgresCluster cluster) : TwoServers(cluster, new ShiftedClock(TimeSpan.Zero))
{
    private readonly Cut cut = new();

    public bool Lost { get => cut.Now; set => cut.Now = value; }

    protected override void Configure(IServiceCollection services) => services.AddSingleton<IIncomingGrainCallFilter>(cut);

    private sealed class Cut : IIncomingGrainCallFilter
    {
        public volatile bool Now;

        public Task Invoke(IIncomingGrainCallContext context) =>
            Now && context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is HouseholdCommand { Change: ReceiveSplit } ? throw new TimeoutException("cut") : context.Invoke();
    }
}

public sealed class OwedSplitTests(ServersWithCuts servers) : IClassFixture<ServersWithCuts>
{
    private readonly string old = "O" + Guid.NewGuid().ToString("N")[..15], made = "N" + Guid.NewGuid().ToString("N")[..15];

    [Fact]
    public async Task A_split_that_could_not_be_handed_over_survives_the_commands_after_it_and_is_handed_over_once()
    {
        await servers.Household(old).ExecuteAsync(TwoServers.Command(new RegisterHousehold
        {
            Fields = FieldTexts.Of(("AreaCode", "411424001201"), ("HouseholdType", "1"), ("PolicyStatus", "1"), ("HeadName", "王甲")),
            Members = [Person("P1"), Person("P2")],
        }));
        var split = TwoServers.Command(new SplitHousehold { NewHouseholdCode = made, PersonCodes = ["P2"], NewFields = FieldTexts.None });

        servers.Lost = true;
        await Assert.ThrowsAnyAsync<Exception>(() => servers.Household(old).ExecuteAsync(split));
        var amended = await servers.Household(old).ExecuteAsync(TwoServers.Command(new AmendHousehold { Fields = FieldTexts.Of(("Address", "东头")) }));
        Assert.True(amended is { Changed: true, Errors.Count: 0 });
        Assert.Empty((await servers.Household(old).ExecuteAsync(split)).Errors); // remembered, and still owed
        Assert.Equal("household.split-pending", Assert.Single((await servers.Household(old).ExecuteAsync(TwoServers.Command(
            new SplitHousehold { NewHouseholdCode = made + "X", PersonCodes = ["P1"], NewFields = FieldTexts.None }))).Errors).Code);
        Assert.Null(await servers.Household(made).GetAsync());

        servers.Lost = false;
        await servers.Household(old).RecomputeAsync(ChinaTime.DayOf(servers.Clock.GetUtcNow())); // as the due table does
        Assert.Equal("P2", Assert.Single((await servers.Household(made).GetAsync())!.File.ActiveMembers).PersonCode);
        var left = (await servers.Household(old).GetAsync())!.File;
        Assert.Equal(("P1", "东头"), (Assert.Single(left.ActiveMembers).PersonCode, left.Household.Address));
        Assert.Equal(1, await servers.CountAsync($"select count(*) from household_history where code = '{made}'"));
        Assert.Equal(0, await servers.CountAsync($"select count(*) from household where code = '{old}' and next_due <= current_date"));
    }

    private static FieldTexts Person(string code) => FieldTexts.Of(("PersonCode", code), ("Name", "王" + code), ("Sex", "1"));
}
