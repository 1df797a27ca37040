using System.Collections.Concurrent;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Cases;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>From the end of publicity over town and county into the register and up to the county's figure, while silo processes are killed on the way.</summary>
[Collection(FaultTests.Name)]
public sealed class ApprovalFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    private const int Cases = 48, Callers = 8, Kills = 4, Family = 3;
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(4);
    private readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("FFP_SEED"), out var given) ? given : Random.Shared.Next();
    private readonly ConcurrentDictionary<string, string> steps = new();
    private readonly ConcurrentBag<(string Id, Guid Command)> told = [];

    [Fact]
    public async Task Killing_silos_between_publicity_and_the_register_loses_no_family_doubles_none_and_the_county_counts_them()
    {
        output.WriteLine($"FFP_SEED={seed}");
        await cluster.TwoSilosAsync();
        var villages = cluster.Villages();
        var before = await PeopleAsync(villages);
        var aged = new AgedCases(cluster, seed);
        for (var i = 0; i < Cases; i++) steps[await aged.PublishedAsync(villages[i % villages.Count], i)] = CaseSteps.Publicity;

        using var done = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(new Random(seed + i), done.Token))).ToList();
        var random = new Random(seed);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var target = Cases * kill / (Kills + 1);
            await Patience.UntilAsync(() => Task.FromResult(Approved >= target ? null : $"{Approved} of {target} approved"), Patience.Generous);
            var victim = (await cluster.TwoSilosAsync())[random.Next(2)];
            victim.Kill();
            await victim.ExitAsync(Patience.Generous);
            if (kill % 2 == 0) await cluster.TwoSilosAsync();
        }
        await cluster.TwoSilosAsync();
        await Patience.UntilAsync(() => Task.FromResult(steps.Values.All(s => s == CaseSteps.Done) ? null : $"at {string.Join(' ', steps.Values.CountBy(s => s))}"), Patience.Generous);
        await done.CancelAsync();
        await Task.WhenAll(callers);

        var faults = new List<string>();
        foreach (var id in steps.Keys) faults.AddRange(await FaultsOfAsync(id));
        Assert.Empty(faults);
        var recount = new Recount(cluster, villages);
        Assert.Empty(await recount.ReadAsync(new Books(cluster)));
        await Patience.UntilAsync(recount.ComplaintAsync, Patience.Recovery);
        Assert.Equal(before + Cases * Family, await PeopleAsync(villages));
    }

    private int Approved => steps.Values.Count(s => s is CaseSteps.Booked or CaseSteps.Done);

    private async Task CallAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (id, step) = steps.ElementAt(random.Next(Cases));
            if (step == CaseSteps.Done) continue;
            try
            {
                if (await cluster.Grains.Case(CaseKey.Of(id)).GetAsync().WaitAsync(AskAgainAfter, CancellationToken.None) is not { } view) continue;
                steps[id] = view.File.Step;
                if (Next(random, view.File) is not var (change, actor)) continue;
                var command = new CaseCommand { CommandId = Guid.NewGuid(), ExpectedVersion = view.Version, Actor = actor, Change = change };
                var answer = await UntilAnsweredAsync(id, command);
                if (answer.Errors.Count > 0) continue;
                told.Add((id, command.CommandId));
                steps[id] = answer.Step!;
            }
            catch (Exception fault) when (fault is TimeoutException or OrleansException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    /// <summary>Mostly onwards; returns and withdrawals in between.</summary>
    private (CaseChange Change, CaseActor Actor)? Next(Random random, CaseFile file)
    {
        CaseActor At(RegionLevel level) => CaseLoad.Officer(cluster.Tree.PathTo(RegionCode.Parse(file.Village)).Last(r => r.Level <= level).Code.ToString());
        var back = random.Next(6) == 0;
        return file.Step switch
        {
            CaseSteps.Publicity => (new EndPublicity(), At(RegionLevel.Village)),
            CaseSteps.Town when back => random.Next(2) == 0 ? (new SendBack { Opinion = "补" }, At(RegionLevel.Town)) : (new Withdraw(), At(RegionLevel.Village)),
            CaseSteps.Town => (new Approve(), At(RegionLevel.Town)),
            CaseSteps.County when back => random.Next(2) == 0 ? (new SendBack { Opinion = "补" }, At(RegionLevel.County)) : (new Withdraw(), At(RegionLevel.Town)),
            CaseSteps.County => (new Approve { DeptCompareText = "无异常" }, At(RegionLevel.County)),
            CaseSteps.Booked => (new ConfirmNational(), At(RegionLevel.County)),
            _ => null,
        };
    }

    private async Task<CaseAnswer> UntilAnsweredAsync(string id, CaseCommand command)
    {
        while (true)
        {
            try
            {
                return await cluster.Grains.Case(CaseKey.Of(id)).ExecuteAsync(command).WaitAsync(AskAgainAfter);
            }
            catch (Exception fault) when (fault is TimeoutException or OrleansException)
            {
                await Task.Delay(100);
            }
        }
    }

    private async Task<List<string>> FaultsOfAsync(string id)
    {
        var faults = new List<string>();
        var grain = cluster.Grains.Case(CaseKey.Of(id));
        await Patience.UntilAsync(async () =>
        {
            await grain.LookAfterAsync();
            return (await grain.GetAsync())!.File.Owes ? $"{id} still owes" : null;
        }, Patience.Generous);
        var file = (await grain.GetAsync())!.File;
        var history = await new CaseReader(cluster.Source, cluster.Sealer).HistoryAsync(id);
        faults.AddRange(history.Zip(history.Skip(1)).Where(p => p.First.To != p.Second.From).Select(p => $"{id}: version {p.Second.Version} leaves {p.Second.From}, the one before had come to {p.First.To}"));
        faults.AddRange(told.Where(t => t.Id == id && history.Count(h => h.CommandId == t.Command) != 1).Select(t => $"{id}: command {t.Command} was acknowledged and stands {history.Count(h => h.CommandId == t.Command)} times"));
        var household = (await cluster.Grains.Household(file.HouseholdCode!).GetAsync())?.File;
        if (household is null) return [.. faults, $"{id}: household {file.HouseholdCode} is not registered"];
        if (household.Members.Length != Family) faults.Add($"{id}: {household.Members.Length} people");
        if (household.Episodes is not [{ RiskEliminated: YesNo.No } episode] || episode.EpisodeId != id) faults.Add($"{id}: {household.Episodes.Length} episodes");
        if (household.Household.Locked == true) faults.Add($"{id}: still locked");
        if ((await cluster.Grains.Case(CaseKey.Of(CaseIds.MeasuresOf(id))).GetAsync())?.File is not { Step: CaseSteps.PlanWaiting }) faults.Add($"{id}: no measures are asked for");
        return faults;
    }

    /// <summary>Of all households in the counties of the villages, by the rows.</summary>
    private async Task<long> PeopleAsync(IReadOnlyList<RegionCode> villages)
    {
        await using var command = cluster.Source.CreateCommand("select count(*) from household_member m join household h on h.code = m.household_code where h.village = any ($1) and m.status = '1'");
        command.Parameters.Add(new() { Value = villages.Select(v => v.ToString()).ToArray() });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
