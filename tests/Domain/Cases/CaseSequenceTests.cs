using System.Collections.Concurrent;
using CsCheck;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>Everybody does whatever comes to their minds, at any time, on clocks that jump; a second, independent model says what must come of it.</summary>
public sealed class CaseSequenceTests
{
    private const int Sequences = 6000, Length = 80;

    [Fact]
    public void Whatever_anybody_does_at_any_time_the_reference_says_the_same()
    {
        var seen = new ConcurrentDictionary<(string, string), int>();
        var done = new ConcurrentDictionary<(string, string, string), int>();
        var refused = new ConcurrentDictionary<string, int>();
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, 6]).Sample((seed, kind) => new Run(seed, kind, seen, done, refused).Walk(), iter: Sequences);
        var unseen = CaseSteps.All.Select(s => (s.Kind, s.Step)).Where(s => !seen.ContainsKey(s)).ToList();
        Assert.True(unseen.Count == 0, $"never reached: {string.Join(", ", unseen)}");
        // Nothing of the table is mere talk: every allowed action was done on every step that allows it.
        var untried = CaseDoor.All.Where(a => !done.ContainsKey(a)).ToList();
        Assert.True(untried.Count == 0, $"never done: {string.Join(", ", untried)}");
        Assert.Empty(CaseDoor.Codes.Except(refused.Keys));
    }

    private sealed class Run(
        int seed, int kind, ConcurrentDictionary<(string, string), int> seen, ConcurrentDictionary<(string, string, string), int> done, ConcurrentDictionary<string, int> refused)
    {
        private readonly PCG pcg = new((uint)seed);
        private CaseStage stage = null!;

        private int Next(int below) => (int)pcg.Next((uint)below);

        public bool Walk()
        {
            stage = Opened();
            var reference = new CaseReference(stage.File!, stage.Today);
            for (var i = 0; i < Length; i++)
            {
                stage.Forward(TimeSpan.FromSeconds(1));
                if (Next(6) == 0) stage.Forward(TimeSpan.FromHours(1 + Next(24 * 8)));
                if (Next(4) == 0 && stage.File!.Owes) stage.Pay();
                if (Next(40) == 0 && stage.Household?.Current is { } episode) stage.Household = stage.Household with { Current = episode with { RiskEliminated = Next(2) == 0 ? YesNo.Yes : YesNo.No } };
                // Half of the time the right person, so that long roads are walked too.
                var (change, actor) = Next(2) == 0 ? Likely() : (Any(), CaseStage.Actors.Keys.ElementAt(Next(CaseStage.Actors.Count)));
                Step(reference, change, actor);
            }
            return true;
        }

        private void Step(CaseReference reference, CaseChange change, string actor)
        {
            var before = stage.File!;
            var said = reference.Apply(change, actor, stage);
            var outcome = stage.Do(change, actor);
            var code = outcome.Error?.Code;
            Check(said == code, $"{CaseDecision.ActionOf(change)} by {actor} at {before.Kind} {before.Step}: {code ?? "done"}, but the reference says {said ?? "done"}");
            if (code is not null)
            {
                Check(ReferenceEquals(before, stage.File), "a refusal changed something");
                refused.AddOrUpdate(code, 1, (_, n) => n + 1);
                return;
            }
            var file = stage.File!;
            seen.AddOrUpdate((file.Kind, file.Step), 1, (_, n) => n + 1);
            done.AddOrUpdate((before.Kind, before.Step, CaseDecision.ActionOf(change)), 1, (_, n) => n + 1);
            var place = $"after {CaseDecision.ActionOf(change)} at {before.Kind} {before.Step} on {stage.Now:u}";
            Check((reference.Kind, reference.Step) == (file.Kind, file.Step), $"{place}: {file.Kind} {file.Step}, but the reference says {reference.Kind} {reference.Step}");
            Check(reference.DueOn == file.DueOn, $"{place}: due {file.DueOn}, but the reference says {reference.DueOn}");
            Check(reference.Due is not { } due || (due.Reminded, due.Told) == (file.Deadline!.Reminded, file.Deadline.Escalation), $"{place}: {file.Deadline}, but the reference says {reference.Due}");
            Check(reference.Village == file.Village && reference.Household is null == file.HouseholdCode is null, $"{place}: at {file.Village}, household {file.HouseholdCode}");
            if (file.Plan is { } plan) Check(reference.Measures.SequenceEqual(plan.Measures.Select(m => m.Status)), $"{place}: measures {string.Join(',', plan.Measures.Select(m => m.Status))}, not {string.Join(',', reference.Measures)}");
            Holds(before);
        }

        /// <summary>What no model needs to say.</summary>
        private void Holds(CaseFile before)
        {
            var (file, action) = (stage.File!, stage.Moves[^1].Move.Action);
            if (file.IsOpen)
            {
                Check(file.Deadline is not null && CaseClock.CheckAt(file) is not null, "open without a deadline that somebody looks at");
                Check(file.HandlerLevel is { } level && CaseStage.Areas.HandlerOf(file.Village, level) is not null, "open without a handler");
                Check(file.DueOn >= file.Deadline!.StartedOn, "due before it began");
            }
            else
            {
                Check(file.Deadline is null && file.ClosedAt is not null && !file.Unanswered.Any(), "closed and still waiting");
            }
            if (before.Step == CaseSteps.County && file.Step == CaseSteps.Booked) Approved();
            if (action == CaseActions.EndPublicity) Check(PublishedLongEnough(file), "less than five days of publicity");
            if (action is CaseActions.Remind or CaseActions.Overdue or CaseActions.Defect) Check(before.Step == file.Step, "time moved a case along its road");
            Check(file.StoppedOn is null == !file.Unanswered.Any(), "the clock stands without an objection, or runs with one");
        }

        /// <summary>By the county itself, on five days of publicity, with exactly one booking.</summary>
        private void Approved()
        {
            var (move, _, actor, _) = stage.Moves[^1];
            Check(actor.Actor.Account == "county" && move.Action == CaseActions.Approve, "booked without the county's approval");
            Check(move.File.Owed.Count(o => o.Purpose is OwedPurposes.Identify or OwedPurposes.Eliminate) == 1, "not booked exactly once");
            Check(move.File.Review is { Over: true }, "approved without publicity");
        }

        private bool PublishedLongEnough(CaseFile file) =>
            stage.Today.DayNumber - file.Review!.PublicityFrom.DayNumber - file.StoppedDays >= CaseParameters.PublicityLeast
            || stage.Moves.Count(m => m.Move.Action == CaseActions.EndPublicity && m.Move.File.Review!.PublicityFrom == file.Review.PublicityFrom) > 1;

        private CaseStage Opened()
        {
            var opened = kind switch
            {
                0 => CaseStage.At(CaseKinds.Elimination, CaseSteps.Verifying),
                1 => CaseStage.At(CaseKinds.Warning, CaseSteps.WarningNew),
                6 => new CaseStage().Must(new ReportRisk { HouseholdCode = "H1", RiskSource = "2", Opinion = "走访发现" }, "town"),
                2 or 3 => CaseStage.At(CaseKinds.Measures, CaseSteps.PlanWaiting),
                _ => CaseStage.At(CaseKinds.Recognition, CaseSteps.Waiting),
            };
            if (kind == 5) opened.Household = Next(2) == 0 ? null : opened.Household;
            return opened;
        }

        private (CaseChange, string) Likely() => stage.File!.Step switch
        {
            CaseSteps.Waiting or CaseSteps.WarningNew => (new Accept(), "village"),
            CaseSteps.Verifying when Next(5) == 0 => (new Judge { Result = "3", Opinion = "补" }, "village"),
            CaseSteps.Verifying => (Judged("1"), "village"),
            CaseSteps.Publicity when stage.File.Unanswered.FirstOrDefault() is { } open => (new AnswerObjection { No = open.No, Upheld = Next(8) == 0, Opinion = "答" }, "village"),
            CaseSteps.Publicity => (stage.File.Review is null ? stage.Review() : new EndPublicity(), "village"),
            CaseSteps.Town or CaseSteps.PlanConfirming => (new Approve(), "town"),
            CaseSteps.County => (new Approve { DeptCompareText = "无" }, "county"),
            CaseSteps.Booked => (new ConfirmNational(), "system"),
            CaseSteps.Supplement => (new Resubmit(), "applicant"),
            CaseSteps.WarningTaken => (new CloseWarning { Result = Next(2) == 0 ? "1" : "5", Opinion = "核" }, "village"),
            CaseSteps.PlanWaiting or CaseSteps.PlanDone => (CaseStage.Plan, "village"),
            CaseSteps.PlanRunning => (Measured(Next(4)), "village"),
            _ => (new Appeal { Opinion = "不服" }, "applicant"),
        };

        private CaseChange Judged(string result) => (stage.File!.Kind == CaseKinds.Elimination ? CaseStage.Gone : CaseStage.Fitting) with { Result = result };

        private CaseChange Measured(int which)
        {
            var all = stage.File!.Plan?.Measures ?? [];
            var id = all.Length == 0 ? "x" : all[Next(all.Length)].MeasureId;
            return which switch
            {
                0 => new StartMeasure { MeasureId = id, StartedOn = stage.Today },
                1 => new EndMeasure { MeasureId = id, Status = Next(2) == 0 ? "3" : "4", EndedOn = stage.Today, Opinion = "因" },
                2 => new NoteProgress { Opinion = "进展" },
                _ => CaseStage.Plan,
            };
        }

        private CaseChange Any() => Next(28) switch
        {
            0 => new Accept(),
            1 => new Withdraw(),
            2 => Judged((1 + Next(5)).ToString()),
            3 => new LinkHousehold { HouseholdCode = "H1" },
            4 => new Resubmit { ProblemText = "补充" },
            5 => stage.Review() with { ReviewAttendance = Next(6) },
            6 => new EndPublicity(),
            7 or 8 => new Objection { Text = "异议" },
            9 => new AnswerObjection { No = 1 + Next(3), Upheld = Next(6) == 0, Opinion = "答" },
            10 => new Approve { DeptCompareText = Next(2) == 0 ? "无" : null },
            11 or 12 => new SendBack { To = Next(4) switch { 0 => CaseSteps.Verifying, 1 => CaseSteps.Publicity, 2 => CaseSteps.Town, _ => null }, Opinion = "退" },
            13 => new Reject { Opinion = "不" },
            14 => new Look(),
            15 => new Appeal { Opinion = "不服" },
            16 => new Urge(),
            17 => new AttachClue { RiskSource = (1 + Next(6)).ToString(), Text = "线索" },
            18 => new ConfirmNational(),
            19 => new Relocate { Village = Next(2) == 0 ? CaseStage.Village : CaseStage.OtherVillage },
            20 => new BookingRefused { Code = "household.episode-open" },
            21 => new CloseWarning { Result = (1 + Next(5)) is var r && r == 3 ? "5" : r.ToString(), Opinion = "核" },
            22 or 23 => Measured(Next(4)),
            24 => new MeasuresOver { Reason = "已消除" },
            25 => new FollowCode { HouseholdCode = Next(2) == 0 ? "H1" : "H2" },
            _ => new Tick(),
        };

        private void Check(bool holds, string what)
        {
            if (!holds) throw new InvalidOperationException($"{what} (seed {seed}, kind {kind})");
        }
    }
}
