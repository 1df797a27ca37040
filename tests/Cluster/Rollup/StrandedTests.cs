using FangFanPin.Contracts.Regions;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Rollup;

/// <summary>Households of villages that end, through the cluster.</summary>
public sealed class StrandedTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private IRegionStructureGrain Structure => servers.Grains.GetGrain<IRegionStructureGrain>(IRegionStructureGrain.Key);

    [Fact]
    public async Task A_household_written_into_a_village_that_had_just_ended_is_found_moved_on_and_counted()
    {
        var villages = servers.Tree.VillagesBelow(RegionCode.Parse("411424001000")).Take(3).Select(v => v.Code).ToArray();
        var codes = Enumerable.Range(0, 5).Select(i => $"S{Guid.NewGuid():N}"[..16] + i).ToArray();
        foreach (var code in codes) await RegisterAsync(code, villages[0]);
        await servers.SettledAsync();

        // As if another process had written the last one after the village was found empty: the rows of the others move first.
        await servers.ExecuteAsync($"update household set village = 'late' where code = '{codes[^1]}'");
        Assert.Equal(codes.Length - 1, (await MergeAsync(villages[0], villages[1])).HouseholdsMoved);
        await MergeAsync(villages[1], villages[2]); // the village that took its place ends as well
        await servers.ExecuteAsync($"""
            update household set village = '{villages[0]}' where code = '{codes[^1]}';
            insert into owed (target, subject, version) values ('{villages[0]}', '{codes[^1]}', 1);
            """);

        await Structure.GatherStrandedAsync(); // or the keeper was first
        foreach (var code in codes) Assert.Equal(villages[2].ToString(), (await servers.Household(code).GetAsync())!.File.Household.AreaCode);
        Assert.Equal(1, await servers.CountAsync($"select count(*) from household_history where code = '{codes[^1]}' and kind = 'follow-village' and actor = 'system'"));
        await servers.SettledAsync();
        await CountedAsync(codes, villages[2]);
        Assert.Equal(0, await Structure.GatherStrandedAsync());
    }

    private async Task<RegionChangeAnswer> MergeAsync(RegionCode village, RegionCode into)
    {
        var answer = await Structure.ApplyAsync(new RegionChangeCommand
        {
            CommandId = Guid.NewGuid(), Actor = new Actor("admin", "管理员", "admin", "410000000000"), Change = new RegionChange.Merge(village, into),
        });
        Assert.Empty(answer.Errors);
        return answer;
    }

    private async Task RegisterAsync(string code, RegionCode village)
    {
        var answer = await servers.Household(code).ExecuteAsync(TwoServers.Command(new RegisterHousehold
        {
            Fields = FieldTexts.Of(("AreaCode", village.ToString()), ("HouseholdType", "1"), ("PolicyStatus", "1"), ("HeadName", "王甲")),
            Members = [FieldTexts.Of(("PersonCode", code + "01"), ("Name", "王乙"), ("Sex", "1"))],
        }));
        Assert.Empty(answer.Errors);
    }

    private async Task CountedAsync(string[] codes, RegionCode village)
    {
        var today = ChinaTime.DayOf(servers.Clock.GetUtcNow());
        var files = await Task.WhenAll(codes.Select(async c => (await servers.Household(c).GetAsync())!.File));
        var expected = CellVector.Sum(files.Select(f => Contribution.Of(f, today).Vector));
        foreach (var region in servers.Tree.PathTo(village))
            await Patience.UntilAsync(
                async () => (await servers.Region(region).GetFiguresAsync()) is { Stamp.Complete: true } figures && figures.Total.Equals(expected)
                    ? null
                    : $"{region.Level} {region.Code} should show the {codes.Length} households and nothing else",
                Generous);
    }
}
