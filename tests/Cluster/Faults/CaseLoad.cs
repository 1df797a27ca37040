using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>A case's command with the answer that it got in the end.</summary>
internal sealed record CaseAnswered(string Id, CaseCommand Command, CaseAnswer Answer);

/// <summary>
/// Everybody acts on the same few cases at once: villages, towns and applicants, with and without a version, most of them on what they saw a moment ago. A
/// command is sent until it is answered, so an attempt given up may still be under way when the next one arrives.
/// </summary>
internal sealed class CaseLoad(FaultCluster cluster, int seed, int callers)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(4);
    private static readonly Judge More = new() { Result = "3", Opinion = "补材料" };
    private readonly ConcurrentBag<CaseAnswered> answered = [];
    private readonly ConcurrentDictionary<string, int> failures = new();
    private readonly ConcurrentDictionary<string, CaseView> views = new();
    private readonly List<(string Id, string Village, string Town)> cases = [];

    public IReadOnlyCollection<CaseAnswered> Answers => answered;
    public IReadOnlyList<string> Ids => [.. cases.Select(c => c.Id)];
    public string Failures => failures.IsEmpty ? "none" : string.Join(", ", failures.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}"));

    public async Task OpenAsync(int declarations, int plans)
    {
        var villages = cluster.Villages();
        for (var i = 0; i < declarations + plans; i++)
        {
            var village = villages[i % villages.Count];
            var town = cluster.Tree.Find(village)!.Parent!.Value.ToString();
            cases.Add((i < declarations ? await DeclaredAsync(village.ToString(), i) : await PlannedAsync(village.ToString(), i), village.ToString(), town));
        }
        foreach (var one in cases) views[one.Id] = (await cluster.Grains.Case(CaseKey.Of(one.Id)).GetAsync())!;
    }

    /// <summary>Calls while <paramref name="faults"/> runs; returns when every command that was ever sent has its answer.</summary>
    public async Task WhileAsync(Func<Task> faults)
    {
        using var stop = new CancellationTokenSource();
        var all = Enumerable.Range(0, callers).Select(i => Task.Run(() => CallAsync(new Random(seed + i), stop.Token))).ToList();
        try
        {
            await faults();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(all);
        }
    }

    public async Task MoreAnswersAsync(int count)
    {
        var target = answered.Count + count;
        await Patience.UntilAsync(() => Task.FromResult(answered.Count >= target ? null : $"{answered.Count} of {target} answers; met: {Failures}"), Patience.Generous);
    }

    private async Task CallAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (id, village, town) = cases[random.Next(cases.Count)];
            var seen = views[id];
            var (change, actor) = Next(random, seen.File, village, town);
            var command = new CaseCommand { CommandId = Guid.NewGuid(), Actor = actor, Change = change, ExpectedVersion = random.Next(4) == 0 && actor.Party == CaseParty.Applicant ? null : seen.Version };
            var answer = await AskAsync(id, command);
            // Not every time: whoever goes on with an old view meets what others have done.
            if (answer.Errors.Count > 0 || random.Next(3) > 0)
                if (await LookAsync(id) is { } view) views[id] = view;
        }
    }

    private static (CaseChange, CaseActor) Next(Random random, CaseFile file, string village, string town)
    {
        var (office, above, farmer) = (Officer(village), Officer(town), CaseActor.Applicant(village));
        if (random.Next(5) == 0) return random.Next(4) switch { 0 => (new Urge(), farmer), 1 => (new AttachClue { RiskSource = "2", Text = "线索" }, office), 2 => (new Withdraw(), farmer), _ => (new Look(), office) };
        return file.Step switch
        {
            CaseSteps.Waiting => (new Accept(), office),
            CaseSteps.Verifying => (random.Next(8) == 0 ? More with { Result = "2" } : More, office),
            CaseSteps.Supplement => (new Resubmit(), random.Next(2) == 0 ? farmer : office),
            CaseSteps.PlanWaiting => (Plan(), office),
            CaseSteps.PlanConfirming => random.Next(4) switch { 0 => (new SendBack { Opinion = "退" }, above), 1 => (new Withdraw(), office), _ => (new Approve(), above) },
            CaseSteps.PlanRunning => (Measured(random, file.Plan!), office),
            CaseSteps.PlanDone => (Plan(), office),
            _ => (new Appeal { Opinion = "不服" }, farmer),
        };
    }

    private static CaseChange Measured(Random random, MeasurePlan plan)
    {
        var standing = plan.Standing.ToList();
        if (standing.Count == 0 || plan.Measures.Length > 40 || random.Next(6) == 0) return plan.Measures.Length > 40 ? new NoteProgress { Opinion = "进展" } : Plan();
        var one = standing[random.Next(standing.Count)];
        var today = ChinaTime.DayOf(DateTimeOffset.UtcNow);
        return one.Status == MeasureStates.Decided ? new StartMeasure { MeasureId = one.MeasureId, StartedOn = today } : new EndMeasure { MeasureId = one.MeasureId, Status = "3", EndedOn = today, Opinion = "完成" };
    }

    private static ProposeMeasures Plan() => new() { Measures = [new MeasureProposal(FieldTexts.Of(("Category", "10"), ("Item", "1001")))] };

    internal static CaseActor Officer(string region) => CaseActor.Officer(new Actor("u" + region, "测试", "reviewer", region));

    private async Task<string> DeclaredAsync(string village, int number)
    {
        var id = Guid.NewGuid().ToString("N");
        await MustAsync(id, Declaration(village, id, (seed & 0xFFFF) + number), CaseActor.Applicant(village));
        return id;
    }

    internal static Declare Declaration(string village, string id, int certificate) => new()
    {
        Village = village, QueryCode = id[..12].ToUpperInvariant(),
        Declaration = new SelfDeclaration
        {
            ApplicantName = "王甲", ApplicantIdNumber = SampleHouseholds.Certificate(certificate), ApplicantPhone = "13900001234", Address = "东组", MemberCount = 3,
            ProblemTypes = ["01"], ProblemText = "住院", Authorized = true,
        },
    };

    private async Task<string> PlannedAsync(string village, int number)
    {
        var (code, episode) = ($"W{Guid.NewGuid():N}"[..14] + number, Guid.NewGuid().ToString());
        foreach (HouseholdChange change in new HouseholdChange[]
        {
            new RegisterHousehold { Fields = FieldTexts.Of(("AreaCode", village), ("HeadName", "李乙")), Members = [] },
            new IdentifyRisk { EpisodeId = episode, Fields = FieldTexts.Of(("MonitorCategory", "1"), ("RiskType1", "01"), ("RecognizedMonth", ChinaTime.DayOf(DateTimeOffset.UtcNow).ToString("yyyyMM"))) },
        })
        {
            var answer = await cluster.Grains.Household(code).ExecuteAsync(new HouseholdCommand { CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Officer(village).Actor, Change = change });
            if (answer.Errors.Count > 0) throw new InvalidOperationException(answer.Errors[0].Code);
        }
        var id = CaseIds.MeasuresOf(episode);
        await MustAsync(id, new OpenMeasures { HouseholdCode = code }, Officer(village));
        return id;
    }

    private async Task MustAsync(string id, CaseChange change, CaseActor actor)
    {
        var answer = await AskAsync(id, new CaseCommand { CommandId = Guid.NewGuid(), Actor = actor, Change = change });
        if (answer.Errors.Count > 0) throw new InvalidOperationException($"{change.GetType().Name}: {answer.Errors[0].Code}");
    }

    private async Task<CaseView?> LookAsync(string id)
    {
        try
        {
            return await cluster.Grains.Case(CaseKey.Of(id)).GetAsync().WaitAsync(AskAgainAfter);
        }
        catch (Exception fault)
        {
            failures.AddOrUpdate(fault.GetType().Name, 1, (_, n) => n + 1);
            return null;
        }
    }

    private async Task<CaseAnswer> AskAsync(string id, CaseCommand command)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var answer = await cluster.Grains.Case(CaseKey.Of(id)).ExecuteAsync(command).WaitAsync(AskAgainAfter);
                answered.Add(new CaseAnswered(id, command, answer));
                return answer;
            }
            catch (Exception fault)
            {
                failures.AddOrUpdate(fault.GetType().Name, 1, (_, n) => n + 1);
                if (Stopwatch.GetElapsedTime(started) > Patience.Generous) throw;
                await Task.Delay(100);
            }
        }
    }
}
