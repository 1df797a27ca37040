using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Cases;
using FangFanPin.Tests.Cluster.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>Declarations of the week before: written by the same decisions and the same store, on the days on which they happened, because a cluster's clock cannot be put forward.</summary>
internal sealed class AgedCases(FaultCluster cluster, int seed)
{
    private const int DaysAgo = 9, PublishedDaysAgo = 7, Members = 2;
    private readonly ICaseAreas areas = new CaseAreas(new Books.FixedTree(cluster.Tree));
    private readonly CaseMapping mapping = new(cluster.Sealer);

    /// <returns>The case's id; it stands at publicity, whose days are over.</returns>
    public async Task<string> PublishedAsync(RegionCode village, int number)
    {
        var id = Guid.NewGuid().ToString("N");
        var (office, place) = (CaseLoad.Officer(village.ToString()), village.ToString());
        var opened = DateTimeOffset.UtcNow.AddDays(-DaysAgo);
        var published = DateTimeOffset.UtcNow.AddDays(-PublishedDaysAgo);
        var judge = new Judge
        {
            Result = "1", Visitors = ["甲", "乙"], AuthorizationSigned = true, Opinion = "属实", Fields = FieldTexts.Of(("MonitorCategory", "3"), ("RiskType1", "01")),
            Members = [.. Enumerable.Range(1, Members).Select(i => FieldTexts.Of(("Name", $"家人{i}"), ("Relation", "03")))],
        };
        CaseState state = new();
        (CaseChange Change, CaseActor Actor, DateTimeOffset At)[] steps =
        [
            (CaseLoad.Declaration(place, id, (seed & 0x7FFF) + 40_000 + number), CaseActor.Applicant(place), opened), (new Accept(), office, opened.AddHours(1)), (judge, office, opened.AddHours(2)),
            (new StartPublicity { ReviewedOn = ChinaTime.DayOf(published), ReviewAttendance = 5 }, office, published),
        ];
        await using var connection = await cluster.Source.OpenConnectionAsync();
        foreach (var (change, actor, at) in steps)
        {
            state = After(id, state, change, actor, at);
            var saved = await mapping.SaveAsync(connection, [mapping.Prepare(id, state.Last!.Version, Guid.NewGuid(), state)], default);
            if (!saved.Contains(id)) throw new InvalidOperationException($"{change.GetType().Name} was not stored");
        }
        return id;
    }

    private CaseState After(string id, CaseState before, CaseChange change, CaseActor actor, DateTimeOffset at)
    {
        var outcome = CaseDecision.Decide(before.File, change, new CaseContext(id, actor, at, CaseParameters.Default, areas, DataDictionary.Shipped, null));
        if (outcome.Value is not { } move) throw new InvalidOperationException($"{change.GetType().Name}: {outcome.Error!.Code}");
        var (version, command) = ((before.Last?.Version ?? 0) + 1, Guid.NewGuid());
        var entry = new CaseTransition
        {
            Version = version, CommandId = command, Action = move.Action, From = before.File?.Step, To = move.File.Step, Actor = actor.Actor, Party = actor.Party, At = at, Opinion = change.Opinion,
            DueOn = before.File?.DueOn, Since = before.File?.StepSince, Details = move.Details,
        };
        return before with { File = move.File, Last = entry, Applied = before.Applied.Add(new AppliedChange(command, CaseContent.HashOf(change), version)) };
    }
}
