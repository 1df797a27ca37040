using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>A year in which officers are slow, the system is away for days, and the due table is asked every hour that it is there.</summary>
public sealed class CaseYearTests
{
    private const int Years = 8, Cases = 60;

    [Fact]
    public void In_a_year_nothing_is_missed_nothing_doubled_and_no_case_is_stuck() => Gen.Int[1, int.MaxValue].Sample(seed => new Year(seed).Live(), iter: Years);

    private sealed class Year(int seed)
    {
        private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, ChinaTime.Offset), End = Begin.AddYears(1);
        private readonly Random random = new(seed);
        private readonly List<CaseStage> stages = [];

        public bool Live()
        {
            var back = Begin;
            for (var now = Begin; now < End.AddDays(120); now = now.AddHours(1))
            {
                foreach (var stage in stages) stage.Forward(now - stage.Now);
                if (stages.Count < Cases && now >= Begin.AddHours(stages.Count * 130)) stages.Add(Opened(now));
                if (now < back) continue;
                if (now < End && random.Next(24 * 20) == 0) back = now.AddHours(random.Next(1, 120)); // away, across whatever falls due
                foreach (var stage in stages) LookAfter(stage);
                // In the last months everybody does what is theirs at once.
                if (now.Hour is >= 9 and < 17) foreach (var stage in stages.Where(_ => now > End || random.Next(60) == 0)) Act(stage, diligent: now > End);
            }
            foreach (var stage in stages) Judge(stage);
            return true;
        }

        private CaseStage Opened(DateTimeOffset now)
        {
            var stage = new CaseStage();
            stage.Forward(now - stage.Now);
            if (random.Next(3) > 0) return stage.Must(CaseStage.Declaration(), "applicant");
            return CaseStage.Planning(CaseStage.Known(CaseStage.Episode(now.Year, now.Month) with { ApprovedOn = stage.Today, RiskType1 = "01" }) with { HasLabour = true, Persons = ["H101"] }, at: now);
        }

        private void LookAfter(CaseStage stage)
        {
            if (stage.File!.Owes) stage.Pay();
            if (!stage.File!.IsOpen || CaseClock.CheckAt(stage.File) > stage.Now) return;
            Check(stage.Do(new Tick(), "system").Ok, $"due, and nothing was done, at {stage.File.Step}");
            // A defect and an escalation of one moment are two facts; a third entry would be a repeat.
            if (stage.File.IsOpen && CaseClock.CheckAt(stage.File) <= stage.Now) Check(stage.Do(new Tick(), "system").Ok, "still due, and nothing was done");
            Check(!stage.File.IsOpen || CaseClock.CheckAt(stage.File) > stage.Now, $"still due after it was looked after, at {stage.File.Step}");
        }

        private void Act(CaseStage stage, bool diligent)
        {
            var (file, lazy) = (stage.File!, !diligent);
            (CaseChange, string)? next = file.Step switch
            {
                CaseSteps.Waiting => (new Accept(), "village"),
                CaseSteps.Verifying when lazy && random.Next(4) == 0 => (new Judge { Result = "3", Opinion = "补" }, "village"),
                CaseSteps.Verifying => (CaseStage.Fitting, "village"),
                CaseSteps.Publicity when file.Unanswered.FirstOrDefault() is { } open => (new AnswerObjection { No = open.No, Upheld = false, Opinion = "答" }, "village"),
                CaseSteps.Publicity when file.Review is null => (stage.Review(), "village"),
                CaseSteps.Publicity when lazy && random.Next(3) == 0 => (new Objection { Text = "异议" }, "applicant"),
                CaseSteps.Publicity => (new EndPublicity(), "village"),
                CaseSteps.Town when lazy && random.Next(3) == 0 => (new SendBack { To = CaseSteps.Verifying, Opinion = "退" }, "town"),
                CaseSteps.Town or CaseSteps.PlanConfirming => (new Approve(), "town"),
                CaseSteps.County => (new Approve { DeptCompareText = "无" }, "county"),
                CaseSteps.Booked => (new ConfirmNational(), "county"),
                CaseSteps.Supplement when lazy => null,
                CaseSteps.Supplement => (new Resubmit(), "applicant"),
                CaseSteps.PlanWaiting => (CaseStage.Plan, "village"),
                CaseSteps.PlanRunning when lazy => (new NoteProgress { Opinion = "进展" }, "village"),
                CaseSteps.PlanRunning => (new EndMeasure { MeasureId = file.Plan!.Standing.First().MeasureId, Status = "4", EndedOn = stage.Today, Opinion = "期满" }, "village"),
                _ => null,
            };
            if (next is { } step) stage.Do(step.Item1, step.Item2);
        }

        private void Judge(CaseStage stage)
        {
            Check(!stage.File!.IsOpen, $"stuck at {stage.File.Step}, due {stage.File.DueOn}");
            var told = stage.Moves.Where(m => m.Move.Action is CaseActions.Remind or CaseActions.Overdue or CaseActions.Defect).ToList();
            Check(told.TrueForAll(m => m.Before!.Step == m.Move.File.Step), "time moved a case along its road");
            // Reminders may meet on a day: an answered objection gives the step its own deadline back.
            Check(told.Where(m => m.Move.Action != CaseActions.Remind).GroupBy(m => (m.Move.Action, ChinaTime.DayOf(m.At))).All(g => g.Count() == 1), "told twice on one day");
            Check(stage.Moves.Count(m => m.Move.Action == CaseActions.Defect) <= 1, "a defect told twice");
            // Whatever was late when it was done had been called late, or the system was away and came back after it.
            foreach (var move in stage.Moves.Where(m => m is { Actor.Party: not CaseParty.System, Before.DueOn: { } due } && m.Before.Step != m.Move.File.Step && m.At > CaseClock.EndOf(due).AddDays(6)))
                Check(move.Before!.Deadline!.Escalation > 0, $"left {move.Before.Step} on {move.At:u}, due {move.Before.DueOn}, and nobody had been told");
        }

        private void Check(bool holds, string what)
        {
            if (!holds) throw new InvalidOperationException($"{what} (seed {seed})");
        }
    }
}
