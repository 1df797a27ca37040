using System.Collections.Concurrent;
using CsCheck;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>Anybody does anything at any time, with jumps of the clock; whatever comes of it must hold together.</summary>
public sealed class CaseSequenceTests
{
    private const int Sequences = 4000, Length = 60;

    [Fact]
    public void Whatever_anybody_does_no_open_case_is_without_a_live_deadline_and_a_handler()
    {
        var seen = new ConcurrentDictionary<(string, string), int>();
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, 3]).Sample((seed, kind) => Run(seed, kind, seen), iter: Sequences);
        var unseen = CaseSteps.All.Select(s => (s.Kind, s.Step)).Where(s => !seen.ContainsKey(s)).ToList();
        Assert.True(unseen.Count == 0, $"never reached: {string.Join(", ", unseen)}");
    }

    private static bool Run(int seed, int kind, ConcurrentDictionary<(string, string), int> seen)
    {
        var pcg = new PCG((uint)seed);
        int Next(int below) => (int)pcg.Next((uint)below);
        var stage = Opened(kind, Next);
        for (var i = 0; i < Length; i++)
        {
            if (Next(6) == 0) stage.Forward(TimeSpan.FromHours(1 + Next(24 * 8)));
            if (Next(4) == 0 && stage.File!.Owed.Length > 0) stage.Pay();
            var before = stage.File!;
            // Half of the time the right person, so that long roads are walked too.
            var (change, actor) = Next(2) == 0 ? Likely(stage, Next) : (Any(stage, Next), CaseStage.Actors.Keys.ElementAt(Next(CaseStage.Actors.Count)));
            var outcome = stage.Do(change, actor);
            if (!outcome.Ok)
            {
                Check(ReferenceEquals(before, stage.File), "a refusal changed something", seed);
                continue;
            }
            seen.AddOrUpdate((stage.File!.Kind, stage.File.Step), 1, (_, n) => n + 1);
            Holds(stage, before, seed);
        }
        return true;
    }

    private static void Holds(CaseStage stage, CaseFile before, int seed)
    {
        var (file, action) = (stage.File!, stage.Moves[^1].Move.Action);
        if (file.IsOpen)
        {
            Check(file.Deadline is not null && CaseClock.CheckAt(file) is not null, "open without a deadline that somebody looks at", seed);
            Check(file.HandlerLevel is { } level && CaseStage.Areas.HandlerOf(file.Village, level) is not null, "open without a handler", seed);
            Check(file.DueOn >= file.Deadline!.StartedOn, "due before it began", seed);
        }
        else
        {
            Check(file.Deadline is null && file.ClosedAt is not null && !file.Unanswered.Any(), "closed and still waiting", seed);
        }
        Check(file.Step != CaseSteps.Booked || before.Step is CaseSteps.Booked or CaseSteps.County, "approved from elsewhere than the county", seed);
        if (before.Step == CaseSteps.County && file.Step == CaseSteps.Booked) Approved(stage, seed);
        if (action == CaseActions.EndPublicity) Check(PublishedLongEnough(stage, file), "less than five days of publicity", seed);
        if (before.Step != file.Step && action is CaseActions.Remind or CaseActions.Overdue) Check(false, "time moved a case along its road", seed);
        Check(file.StoppedOn is null == !file.Unanswered.Any(), "the clock stands without an objection, or runs with one", seed);
    }

    /// <summary>By the county itself, on five days of publicity, with exactly one booking.</summary>
    private static void Approved(CaseStage stage, int seed)
    {
        var (move, _, actor, _) = stage.Moves[^1];
        Check(actor.Actor.Account == "county" && move.Action == CaseActions.Approve, "booked without the county's approval", seed);
        Check(move.File.Owed.Count(o => o.Purpose is OwedPurposes.Identify or OwedPurposes.Eliminate) == 1, "not booked exactly once", seed);
        Check(move.File.Review is { Over: true }, "approved without publicity", seed);
    }

    private static bool PublishedLongEnough(CaseStage stage, CaseFile file) =>
        stage.Today.DayNumber - file.Review!.PublicityFrom.DayNumber - file.StoppedDays >= CaseParameters.PublicityLeast || stage.Moves.Count(m => m.Move.Action == CaseActions.EndPublicity) > 1;

    private static CaseStage Opened(int kind, Func<int, int> next)
    {
        var stage = CaseStage.At(kind switch { 0 => CaseKinds.Elimination, 1 => CaseKinds.Warning, _ => CaseKinds.Recognition }, kind switch { 0 => CaseSteps.Verifying, 1 => CaseSteps.WarningNew, _ => CaseSteps.Waiting });
        if (kind == 3) stage.Household = next(2) == 0 ? null : stage.Household;
        return stage;
    }

    private static (CaseChange, string) Likely(CaseStage stage, Func<int, int> next) => stage.File!.Step switch
    {
        CaseSteps.Waiting or CaseSteps.WarningNew => (new Accept(), "village"),
        CaseSteps.Verifying when next(5) == 0 => (new Judge { Result = "3", Opinion = "补" }, "village"),
        CaseSteps.Verifying => (stage.File.Kind == CaseKinds.Elimination ? CaseStage.Gone : CaseStage.Fitting, "village"),
        CaseSteps.Publicity when stage.File.Unanswered.FirstOrDefault() is { } open => (new AnswerObjection { No = open.No, Upheld = next(8) == 0, Opinion = "答" }, "village"),
        CaseSteps.Publicity => (stage.File.Review is null ? stage.Review() : new EndPublicity(), "village"),
        CaseSteps.Town => (new Approve(), "town"),
        CaseSteps.County => (new Approve { DeptCompareText = "无" }, "county"),
        CaseSteps.Booked => (new ConfirmNational(), "system"),
        CaseSteps.Supplement => (new Resubmit(), "applicant"),
        CaseSteps.WarningTaken => (new CloseWarning { Result = next(2) == 0 ? "1" : "5", Opinion = "核" }, "village"),
        _ => (new Appeal { Opinion = "不服" }, "applicant"),
    };

    private static CaseChange Any(CaseStage stage, Func<int, int> next) => next(22) switch
    {
        0 => new Accept(),
        1 => new Withdraw(),
        2 => CaseStage.Fitting with { Result = (1 + next(5)).ToString() },
        3 => new LinkHousehold { HouseholdCode = "H1" },
        4 => new Resubmit { ProblemText = "补充" },
        5 => stage.Review() with { ReviewAttendance = next(6) },
        6 => new EndPublicity(),
        7 or 8 => new Objection { Text = "异议" },
        9 => new AnswerObjection { No = 1 + next(3), Upheld = next(6) == 0, Opinion = "答" },
        10 => new Approve { DeptCompareText = next(2) == 0 ? "无" : null },
        11 or 12 => new SendBack { To = next(3) switch { 0 => CaseSteps.Verifying, 1 => CaseSteps.Publicity, _ => null }, Opinion = "退" },
        13 => new Reject { Opinion = "不" },
        14 => new Look(),
        15 => new Appeal { Opinion = "不服" },
        16 => new Urge(),
        17 => new AttachClue { RiskSource = (1 + next(6)).ToString(), Text = "线索" },
        18 => new ConfirmNational(),
        19 => new Relocate { Village = next(2) == 0 ? CaseStage.Village : CaseStage.OtherVillage },
        20 => new BookingRefused { Code = "household.episode-open" },
        _ => new Tick(),
    };

    private static void Check(bool holds, string what, int seed)
    {
        if (!holds) throw new InvalidOperationException($"{what} (seed {seed})");
    }
}
