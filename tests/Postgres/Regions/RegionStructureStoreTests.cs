using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Regions;
using FangFanPin.Storage.Rollup;
using FangFanPin.Tests.Postgres.Rollup;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Regions;

public sealed class RegionStructureStoreTests(RollupDatabase database) : IClassFixture<RollupDatabase>
{
    private static readonly DateOnly Today = new(2026, 3, 2);
    private static int taken;

    private readonly NpgsqlDataSource source = database.Source;
    private readonly RegionDirectory regions = database.Regions;
    private readonly RegionStructureStore structure = database.Structure;
    private readonly RollupStore rollup = database.Store;
    private readonly RollupRows rows = database.Rows;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_name_holds_from_today_and_the_old_one_until_yesterday()
    {
        var town = Next(RegionLevel.Town);
        await DoneAsync(new RegionChange.Rename(town.Code, "新名镇"));
        Assert.Equal("新名镇", regions.Tree.Find(town.Code)!.Name);
        Assert.Equal([town.Name, "新名镇"], await NamesAsync(town.Code));
        await DoneAsync(new RegionChange.Rename(town.Code, "再名镇"));
        Assert.Equal([town.Name, "再名镇"], await NamesAsync(town.Code));
        Assert.Empty((await rollup.ReadOwnAsync(town.Code, Ct)).Debts); // no figure changes with a name
    }

    [Fact]
    public async Task A_move_gives_new_epochs_and_debts_to_the_region_and_both_parents()
    {
        var (town, county) = (Next(RegionLevel.Town), Next(RegionLevel.County));
        var before = await EpochsAsync(town.Code, town.Parent!.Value, county.Code);
        var changed = await DoneAsync(new RegionChange.Move(town.Code, county.Code));
        var after = await EpochsAsync(town.Code, town.Parent!.Value, county.Code);
        Assert.All(before.Zip(after), e => Assert.Equal(e.First + 1, e.Second));
        Assert.Equal(new[] { town.Code, town.Parent!.Value, county.Code }.Order(), changed.Owing.Select(r => r.Code).Order());
        foreach (var region in changed.Owing)
            Assert.Contains((await rollup.ReadOwnAsync(region.Code, Ct)).Debts, d => d.Subject == Debt.Structure);
        Assert.Equal(county.Code, (await rollup.TakeEpochAsync(town.Code, Ct))!.Parent);
        Assert.Contains(regions.Tree.ChildrenOf(county.Code), r => r.Code == town.Code);
        Assert.DoesNotContain(regions.Tree.ChildrenOf(town.Parent!.Value), r => r.Code == town.Code);
    }

    [Fact]
    public async Task A_town_that_is_merged_leaves_its_villages_to_the_other()
    {
        var (town, into) = (Next(RegionLevel.Town), Next(RegionLevel.Town));
        var villages = regions.Tree.ChildrenOf(town.Code);
        await DoneAsync(new RegionChange.Merge(town.Code, into.Code));
        Assert.Null(regions.Tree.Find(town.Code));
        Assert.Null(await rollup.TakeEpochAsync(town.Code, Ct));
        Assert.All(villages, v => Assert.Equal(into.Code, regions.Tree.Find(v.Code)!.Parent));
        var children = await rollup.ReadChildrenAsync(into.Code, RegionLevel.Town, Ct);
        Assert.Subset(children.Children.Select(c => c.Region).ToHashSet(), villages.Select(v => v.Code).ToHashSet());
    }

    [Fact]
    public async Task A_village_ends_only_when_nobody_lives_in_it_and_its_debts_live_on_in_its_successor()
    {
        var (village, into) = (Next(RegionLevel.Village), Next(RegionLevel.Village));
        await rows.PutAsync("M1", village.Code, CellVector.Of((Cell.Of(1, 1, 0), 1)));
        Assert.Equal("region.has-households", (await ApplyAsync(new RegionChange.Merge(village.Code, into.Code))).Error!.Code);

        await rows.PutAsync("M1", into.Code, CellVector.Of((Cell.Of(1, 1, 0), 1)));
        await rows.ExecuteAsync("update owed set at = now() - interval '1 hour' where target = $1", village.Code.ToString());
        await DoneAsync(new RegionChange.Merge(village.Code, into.Code));
        var debts = await rollup.OpenDebtsAsync(Ct);
        Assert.True(debts.At - debts.AsOf(into.Code) > TimeSpan.FromMinutes(59));
        Assert.Empty((await rollup.ReadOwnAsync(village.Code, Ct)).Debts);
    }

    [Fact]
    public async Task A_split_makes_a_region_with_some_of_the_children()
    {
        var town = Next(RegionLevel.Town);
        var villages = regions.Tree.ChildrenOf(town.Code);
        var made = RegionCode.Parse("419999999000");
        await DoneAsync(new RegionChange.Split(town.Code, made, "分出镇", [villages[0].Code, villages[1].Code]));
        Assert.Equal([villages[0].Code, villages[1].Code], regions.Tree.ChildrenOf(made).Select(r => r.Code));
        Assert.Equal(town.Parent, (await rollup.TakeEpochAsync(made, Ct))!.Parent);
        await DoneAsync(new RegionChange.Create(RegionCode.Parse("419999999001"), "新村", made));
        Assert.Equal(RegionLevel.Village, regions.Tree.Find(RegionCode.Parse("419999999001"))!.Level);
    }

    [Fact]
    public async Task What_does_not_fit_the_tree_is_refused_and_changes_nothing()
    {
        var (town, county, village) = (Next(RegionLevel.Town), Next(RegionLevel.County), Next(RegionLevel.Village));
        var version = regions.Tree.Version;
        var unknown = RegionCode.Parse("419998999000");
        Assert.Equal("region.unknown", (await ApplyAsync(new RegionChange.Rename(unknown, "某镇"))).Error!.Code);
        Assert.Equal("region.bad-name", (await ApplyAsync(new RegionChange.Rename(town.Code, " "))).Error!.Code);
        Assert.Equal("region.same", (await ApplyAsync(new RegionChange.Rename(town.Code, town.Name))).Error!.Code);
        Assert.Equal("region.wrong-level", (await ApplyAsync(new RegionChange.Move(village.Code, county.Code))).Error!.Code);
        Assert.Equal("region.not-same-level", (await ApplyAsync(new RegionChange.Merge(town.Code, county.Code))).Error!.Code);
        Assert.Equal("region.is-root", (await ApplyAsync(new RegionChange.Move(regions.Tree.Root!.Code, county.Code))).Error!.Code);
        Assert.Equal("region.code-taken", (await ApplyAsync(new RegionChange.Create(town.Code, "某镇", county.Code))).Error!.Code);
        Assert.Equal("region.not-child", (await ApplyAsync(new RegionChange.Split(town.Code, unknown, "某镇", [village.Code]))).Error!.Code);
        await regions.RefreshAsync(Ct);
        Assert.Equal(version, regions.Tree.Version);
    }

    /// <summary>One entry per region that a change touches; a region's entries follow on each other, and the verifier holds the rows against them.</summary>
    [Fact]
    public async Task A_change_names_what_every_region_was_and_is_and_a_row_changed_behind_the_programs_back_is_found()
    {
        var (town, into) = (Next(RegionLevel.Town), Next(RegionLevel.Town));
        await DoneAsync(new RegionChange.Rename(town.Code, "一名镇"));
        await DoneAsync(new RegionChange.Rename(town.Code, "二名镇"));
        await DoneAsync(new RegionChange.Merge(town.Code, into.Code));
        var entries = await EntriesAsync(town.Code);
        Assert.Equal(["region.rename", "region.rename", "region.merge"], entries.Select(e => e.Action));
        Assert.All(entries, e => Assert.NotEqual("", e.Before)); // regions are seeded, not created
        Assert.Equal(entries.SkipLast(1).Select(e => e.After), entries.Skip(1).Select(e => e.Before));
        Assert.Equal("", entries[^1].After);
        Assert.Equal(3, entries.Select(e => e.Before).Distinct().Count());
        var child = regions.Tree.ChildrenOf(into.Code)[0];
        await DoneAsync(new RegionChange.Rename(child.Code, "三名村"));

        var verifier = new ConfigurationVerifier(source, database.Sealer);
        Assert.Empty(await verifier.VerifyAsync(Ct));
        await AsSuperuserAsync($"update region set name = '四名村' where code = '{child.Code}' and valid_to is null");
        Assert.Equal([(AuditFaults.ConfigurationAltered, child.Code.ToString())], (await verifier.VerifyAsync(Ct)).Select(f => (f.Kind, f.Object)));
        await AsSuperuserAsync($"update region set name = '三名村' where code = '{child.Code}' and valid_to is null; update region set valid_to = null where code = '{town.Code}'");
        Assert.Equal([town.Code.ToString()], (await verifier.VerifyAsync(Ct)).Select(f => f.Object)); // an ended one that lives again
        await AsSuperuserAsync($"update region set valid_to = valid_from where code = '{town.Code}'");
    }

    [Fact]
    public async Task What_cannot_be_recorded_does_not_change_the_tree()
    {
        var town = Next(RegionLevel.Town);
        await AsSuperuserAsync("revoke insert on audit from ffp_app");
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ApplyAsync(new RegionChange.Rename(town.Code, "不记镇")));
            Assert.Equal([town.Name], await NamesAsync(town.Code));
        }
        finally
        {
            await AsSuperuserAsync("grant insert on audit to ffp_app");
        }
    }

    private async Task<List<(string Action, string Before, string After)>> EntriesAsync(RegionCode code)
    {
        await using var command = source.CreateCommand($"select action, coalesce(encode(before_hash, 'hex'), ''), coalesce(encode(after_hash, 'hex'), '') from audit where object = '{code}' order by id");
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var found = new List<(string, string, string)>();
        while (await reader.ReadAsync(Ct)) found.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return found;
    }

    private Task AsSuperuserAsync(string sql) => PostgresCluster.ExecuteAsync(database.AdminConnectionString, sql);

    [Fact]
    public async Task A_code_that_was_used_once_is_not_given_again()
    {
        var (town, into) = (Next(RegionLevel.Town), Next(RegionLevel.Town));
        await DoneAsync(new RegionChange.Merge(town.Code, into.Code));
        Assert.Equal("region.code-taken", (await ApplyAsync(new RegionChange.Create(town.Code, "某镇", into.Parent!.Value))).Error!.Code);
    }

    [Fact]
    public async Task A_command_that_comes_again_after_a_restart_is_answered_as_at_first_and_changes_nothing()
    {
        var (town, into) = (Next(RegionLevel.Town), Next(RegionLevel.Town));
        var (mark, merge) = (new RegionCommandMark(Guid.NewGuid(), 7), new RegionChange.Merge(town.Code, into.Code));
        var first = await structure.ApplyAsync(merge, "tester", Today, mark, Ct);
        Assert.True(first.Ok, first.Error?.Message);
        var restarted = new RegionStructureStore(source, new RegionDirectory(new RegionStore(source), TimeProvider.System, NullLogger<RegionDirectory>.Instance), database.Sealer, TimeProvider.System, NullLogger<RegionStructureStore>.Instance);

        var again = await restarted.ApplyAsync(merge, "tester", Today.AddDays(1), mark with { HouseholdsMoved = 0 }, Ct);
        Assert.Equal((first.Value!.Version, 7, 0), (again.Value!.Version, again.Value.HouseholdsMoved, again.Value.Owing.Count));
        Assert.Equal("region.command-reused", (await restarted.ApplyAsync(new RegionChange.Merge(into.Code, town.Code), "tester", Today, mark, Ct)).Error!.Code);
        Assert.Equal("region.command-reused", (await restarted.ApplyAsync(merge, "somebody else", Today, mark, Ct)).Error!.Code);
        await regions.RefreshAsync(Ct);
        Assert.Equal(first.Value.Version, regions.Tree.Version);
    }

    [Fact]
    public async Task The_same_command_twice_at_once_is_one_change_with_one_answer()
    {
        var town = Next(RegionLevel.Town);
        var (mark, split) = (new RegionCommandMark(Guid.NewGuid(), 0), new RegionChange.Split(town.Code, RegionCode.Parse("419999998000"), "分出镇", [regions.Tree.ChildrenOf(town.Code)[0].Code]));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => structure.ApplyAsync(split, "tester", Today, mark, Ct)));
        Assert.All(answers, a => Assert.True(a.Ok, a.Error?.Message));
        Assert.Single(answers.Select(a => a.Value!.Version).Distinct());
        Assert.Single(answers, a => a.Value!.Owing.Count > 0);
    }

    /// <summary>A region that no other test uses.</summary>
    private Region Next(RegionLevel level)
    {
        var number = Interlocked.Increment(ref taken);
        return regions.Tree.All.Where(r => r.Level == level && regions.Tree.ChildrenOf(r.Code).Length != 1).OrderBy(r => r.Code).ElementAt(number * 7);
    }

    private Task<FangFanPin.Domain.Outcome<RegionChanged>> ApplyAsync(RegionChange change) => structure.ApplyAsync(change, "tester", Today, ct: Ct);

    private async Task<RegionChanged> DoneAsync(RegionChange change)
    {
        var outcome = await ApplyAsync(change);
        Assert.True(outcome.Ok, outcome.Error?.Message);
        Assert.Equal(outcome.Value!.Version, regions.Tree.Version);
        return outcome.Value;
    }

    private async Task<long[]> EpochsAsync(params RegionCode[] codes) =>
        await Task.WhenAll(codes.Select(async c => (await rollup.ReadOwnAsync(c, Ct)).Epoch!.Value));

    private async Task<List<string>> NamesAsync(RegionCode code)
    {
        await using var command = source.CreateCommand("select name from region where code = $1 order by valid_from");
        command.Parameters.Add(new() { Value = code.ToString() });
        var names = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct)) names.Add(reader.GetString(0));
        return names;
    }
}
