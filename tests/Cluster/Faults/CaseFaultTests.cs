using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Cases;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>Cases while silo processes are killed: what callers were told is what happened, once, and the households have it.</summary>
[Collection(FaultTests.Name)]
public sealed class CaseFaultTests(FaultCluster cluster, ITestOutputHelper output)
{
    private const int Declarations = 24, Plans = 16, Callers = 16, Some = 400;
    private readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("FFP_SEED"), out var given) ? given : Random.Shared.Next();

    [Fact]
    public async Task Killing_a_silo_in_mid_procedure_loses_and_doubles_no_step_and_every_debt_is_paid()
    {
        output.WriteLine($"FFP_SEED={seed}");
        await cluster.TwoSilosAsync();
        var load = new CaseLoad(cluster, seed, Callers);
        await load.OpenAsync(Declarations, Plans);
        var random = new Random(seed);
        await load.WhileAsync(async () =>
        {
            for (var round = 0; round < 3; round++)
            {
                var silos = await cluster.TwoSilosAsync();
                await load.MoreAnswersAsync(Some);
                var victim = silos[random.Next(2)];
                victim.Kill();
                await victim.ExitAsync(Patience.Generous);
                if (round != 1) await cluster.TwoSilosAsync(); // once the cluster has to find out by itself
                await load.MoreAnswersAsync(Some);
            }
        });
        await cluster.TwoSilosAsync();
        output.WriteLine($"{load.Answers.Count} commands answered, {load.Answers.Count(a => a.Answer.Errors.Count == 0)} of them done; faults met: {load.Failures}");
        output.WriteLine(string.Join(", ", load.Answers.Where(a => a.Answer.Errors.Count > 0).GroupBy(a => a.Answer.Errors[0].Code).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}")));
        var reader = new CaseReader(cluster.Source, cluster.Sealer);
        var faults = new List<string>();
        foreach (var id in load.Ids) faults.AddRange(await FaultsOfAsync(id, [.. load.Answers.Where(a => a.Id == id)], reader));
        Assert.Empty(faults);
        Assert.Contains(load.Answers, a => a.Answer.Errors.Any(e => e.Code == CaseErrors.StaleVersion.Code)); // hands did meet on the same case
    }

    private async Task<List<string>> FaultsOfAsync(string id, IReadOnlyList<CaseAnswered> answers, CaseReader reader)
    {
        var faults = new List<string>();
        var history = await reader.HistoryAsync(id);
        var told = answers.Where(a => a.Answer.Errors.Count == 0).ToDictionary(a => a.Command.CommandId);
        foreach (var twice in history.GroupBy(h => h.CommandId).Where(g => g.Count() > 1)) faults.Add($"{id}: command {twice.Key} stands {twice.Count()} times in the history");
        foreach (var missing in told.Keys.Except(history.Select(h => h.CommandId))) faults.Add($"{id}: {told[missing].Command.Change.GetType().Name} was acknowledged and is not in the history");
        foreach (var refused in answers.Where(a => a.Answer.Errors.Count > 0).Select(a => a.Command.CommandId).Intersect(history.Select(h => h.CommandId))) faults.Add($"{id}: {refused} was refused and done");
        foreach (var (a, b) in history.Zip(history.Skip(1)))
            if (a.To != b.From) faults.Add($"{id}: version {b.Version} leaves {b.From}, but {a.Version} had come to {a.To}");
        faults.AddRange(Replayed(id, history, told, await SettledAsync(id)));
        return faults;
    }

    /// <summary>Every debt paid, by the same call that the due shards make.</summary>
    private async Task<CaseFile> SettledAsync(string id)
    {
        var grain = cluster.Grains.Case(CaseKey.Of(id));
        await Patience.UntilAsync(async () =>
        {
            await grain.LookAfterAsync();
            return (await grain.GetAsync())!.File.Owes ? $"{id} still owes" : null;
        }, Patience.Generous);
        var file = (await grain.GetAsync())!.File;
        if (file.Plan is null) return file;
        var measures = (await cluster.Grains.Household(file.HouseholdCode!).GetAsync())!.File.Measures;
        Assert.Equal(file.Plan.Measures.Where(m => m.Status != MeasureStates.Proposed).Select(m => (m.MeasureId, m.Status)).Order(), measures.Select(m => (m.MeasureId!, m.Status!)).Order());
        return file;
    }

    /// <summary>The decisions alone, in the order of the history, lead to the very state that two silos and their successors made.</summary>
    private IEnumerable<string> Replayed(string id, IReadOnlyList<CaseTransition> history, Dictionary<Guid, CaseAnswered> told, CaseFile real)
    {
        CaseFile? file = null;
        var areas = new CaseAreas(new Books.FixedTree(cluster.Tree));
        foreach (var entry in history)
        {
            if (!told.TryGetValue(entry.CommandId, out var done))
            {
                yield return $"{id}: {entry.Action} of version {entry.Version} was done and nobody was told";
                yield break;
            }
            var household = real.HouseholdCode is { } code ? new HouseholdFacts(code, real.Village, true, "李乙", false, false, Episode(real)) : null;
            var context = new CaseContext(id, done.Command.Actor, entry.At, CaseParameters.Default, areas, DataDictionary.Shipped, household);
            var outcome = CaseDecision.Decide(file, done.Command.Change, context);
            if (!outcome.Ok)
            {
                yield return $"{id}: {entry.Action} of version {entry.Version} would have been refused: {outcome.Error!.Code}";
                yield break;
            }
            file = outcome.Value!.File with { Owed = [], OwedCases = [] };
        }
        if (file is null || (file.Step, file.DueOn, file.Opened, file.Clues.Length) != (real.Step, real.DueOn, real.Opened, real.Clues.Length)) yield return $"{id}: at {real.Step} due {real.DueOn}, but its history leads to {file?.Step} due {file?.DueOn}";
    }

    private static Domain.Records.RiskEpisode? Episode(CaseFile file) =>
        file.Plan is { } plan ? new Domain.Records.RiskEpisode { EpisodeId = plan.EpisodeId, RiskEliminated = "0", RiskType1 = "01", RecognizedMonth = null, ApprovedOn = null, MonitorCategory = "1" } : null;
}
