using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Storage.Households;
using FangFanPin.Tests.Cluster.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>Holds what the callers were told against what the database has: every acknowledged change once, and nothing else.</summary>
internal sealed class Books(FaultCluster cluster)
{
    private readonly TreeLookups villages = new(new FixedTree(cluster.Tree));
    private readonly HouseholdMapping mapping = new(cluster.Sealer);

    /// <returns>What is wrong, one line each; empty when nothing is.</returns>
    public async Task<IReadOnlyList<string>> FaultsAsync(Load load)
    {
        var stored = await OpenAsync(load.Codes);
        return [.. RefusalFaults(load), .. await HistoryFaultsAsync(load), .. StateFaults(load, stored), .. await LiveFaultsAsync(load, stored)];
    }

    /// <summary>Every household of the database with its opened document and its stored contribution.</summary>
    public async Task<IReadOnlyList<Opened>> EverythingAsync()
    {
        var codes = new List<string>();
        await using (var command = cluster.Source.CreateCommand("select code from household"))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync()) codes.Add(reader.GetString(0));
        return [.. (await OpenAsync(codes)).Values];
    }

    private async Task<IReadOnlyDictionary<string, Opened>> OpenAsync(IReadOnlyList<string> codes)
    {
        await using var connection = await cluster.Source.OpenConnectionAsync();
        var rows = await mapping.LoadAsync(connection, codes, default);
        return rows.Values.ToDictionary(r => r.Key, r => mapping.TryOpen(r, out var state)
            ? new Opened(r.Key, r.Version, state)
            : throw new InvalidOperationException($"{r.Key} has no document"));
    }

    /// <summary>What callers may be told who only guess what a household looks like; nothing that a fault could have caused.</summary>
    private static readonly string[] Understandable =
        [HouseholdErrors.Exists.Code, HouseholdErrors.StaleVersion.Code, HouseholdErrors.Deregistered.Code, HouseholdErrors.NotDeregistered.Code, HouseholdErrors.SameVillage.Code,
         HouseholdErrors.MemberExists.Code, HouseholdErrors.TooManyMembers.Code];

    private static IEnumerable<string> RefusalFaults(Load load) => load.Answers
        .SelectMany(a => a.Answer.Errors.Select(e => (a.Command.Change, e.Code))).Where(e => !Understandable.Contains(e.Code))
        .Select(e => $"{e.Change.GetType().Name} was refused: {e.Code}").Distinct();

    private async Task<List<string>> HistoryFaultsAsync(Load load)
    {
        var history = new HashSet<(string Code, long Version, Guid Command)>();
        await using (var command = cluster.Source.CreateCommand("select code, version, command_id from household_history where code = any ($1)"))
        {
            command.Parameters.Add(new() { Value = load.Codes.ToArray() });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) history.Add((reader.GetString(0), reader.GetInt64(1), reader.GetGuid(2)));
        }
        var told = load.Answers.Where(a => a.Answer.Changed).Select(a => (a.Code, a.Answer.Version, Command: a.Command.CommandId)).ToHashSet();
        return
        [
            .. told.Except(history).Select(t => $"lost: {t}"),
            .. history.Except(told).Select(h => $"never acknowledged as this: {h}"),
            .. history.GroupBy(h => h.Command).Where(g => g.Count() > 1).Select(g => $"applied {g.Count()} times: {g.Key}"),
        ];
    }

    private IEnumerable<string> StateFaults(Load load, IReadOnlyDictionary<string, Opened> stored)
    {
        foreach (var household in load.Answers.Where(a => a.Answer.Changed).GroupBy(a => a.Code))
        {
            HouseholdFile? file = null;
            foreach (var step in household.OrderBy(a => a.Answer.Version))
            {
                var context = new DecisionContext(household.Key, DataDictionary.Shipped, villages, step.Command.Actor, ChinaTime.DayOf(DateTimeOffset.UtcNow));
                var decision = HouseholdDecision.Decide(file, step.Command.Change, context);
                if (!decision.Ok) yield return $"{household.Key}: {step.Answer.Version} cannot follow the version before it: {decision.Errors[0].Code}";
                else file = decision.Value;
            }
            if (!stored.TryGetValue(household.Key, out var row)) yield return $"{household.Key}: no row";
            else if (!FileDiff.Between(file, row.State.File).IsEmpty) yield return $"{household.Key}: the document is not what the acknowledged commands make";
        }
    }

    /// <summary>What the actors answer is what the database has.</summary>
    private async Task<List<string>> LiveFaultsAsync(Load load, IReadOnlyDictionary<string, Opened> stored)
    {
        var faults = new List<string>();
        foreach (var codes in load.Codes.Chunk(32))
        {
            var views = await Task.WhenAll(codes.Select(c => cluster.Grains.Household(c).GetAsync()));
            foreach (var (code, view) in codes.Zip(views))
            {
                var row = stored.GetValueOrDefault(code);
                if (view?.Version != row?.State.LastChange?.Version) faults.Add($"{code}: the actor answers {view?.Version}, the row has {row?.State.LastChange?.Version}");
            }
        }
        return faults;
    }

    internal sealed class FixedTree(RegionTree tree) : IRegions
    {
        public RegionTree Tree => tree;
        public Task RefreshAsync(CancellationToken ct) => Task.CompletedTask;
    }
}

/// <param name="Version">Of the row.</param>
internal sealed record Opened(string Code, long Version, HouseholdState State)
{
    /// <summary>The contribution that the document makes on a day.</summary>
    public CellVector Counted(DateOnly day) => State.File is { } file ? Contribution.Of(file, day).Vector : CellVector.Empty;
}
