using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

public sealed class CaseDeadlineTests
{
    private static DateOnly Day(int day) => new(2026, 3, day);

    [Fact]
    public void Days_count_from_the_day_after_and_end_at_the_last_second_in_Shanghai()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Waiting);
        Assert.Equal(Day(3), stage.File!.DueOn);
        Assert.Equal(new DateTimeOffset(2026, 3, 3, 23, 59, 59, ChinaTime.Offset), CaseClock.DueAt(Day(3)));
        Assert.False(CaseClock.IsLate(Day(3), new DateTimeOffset(2026, 3, 3, 23, 59, 59, ChinaTime.Offset)));
        Assert.True(CaseClock.IsLate(Day(3), new DateTimeOffset(2026, 3, 4, 0, 0, 0, ChinaTime.Offset)));
    }

    [Fact]
    public void Verification_counts_from_the_submission_and_the_whole_road_fits_into_fifteen_days()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Verifying);
        Assert.Equal(Day(5), stage.File!.DueOn);
        stage.Days(3);
        stage.Must(CaseStage.Fitting, "village");
        stage.Days(1);
        stage.Must(stage.Review(), "village");
        Assert.Equal((Day(6), Day(10), Day(11)), (stage.File.Review is null ? default : stage.File!.Review!.PublicityFrom, stage.File!.Review!.PublicityTo, stage.File.DueOn!.Value));
        stage.Days(5);
        stage.Must(new EndPublicity(), "village");
        stage.Days(2);
        stage.Must(new Approve(), "town");
        stage.Days(3);
        Assert.Equal(stage.Today, stage.File!.DueOn);
        Assert.True(stage.Today < stage.File.TotalDueOn);
    }

    [Fact]
    public void Publicity_lasts_five_whole_days_and_is_done_once()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Publicity);
        for (var day = 0; day < 5; day++, stage.Days(1)) Assert.Equal("case.publicity-running", stage.Try(new EndPublicity(), "village").Error!.Code);
        stage.Must(new EndPublicity(), "village").Must(new SendBack { To = CaseSteps.Publicity, Opinion = "补照片" }, "town");
        Assert.Equal("case.publicity-once", stage.Try(stage.Review(), "village").Error!.Code);
        stage.Must(new EndPublicity(), "village");
    }

    [Fact]
    public void A_return_gives_half_the_days_rounded_up()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.County);
        stage.Must(new SendBack { Opinion = "退" }, "county");
        Assert.Equal(stage.Today.AddDays(1), stage.File!.DueOn);
        stage.Must(new SendBack { To = CaseSteps.Verifying, Opinion = "退" }, "town");
        Assert.Equal(stage.Today.AddDays(2), stage.File!.DueOn);
    }

    [Fact]
    public void A_deadline_lives_through_twenty_returns_and_resubmissions()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Town);
        for (var i = 0; i < 20; i++)
        {
            stage.Must(new SendBack { To = CaseSteps.Verifying, Opinion = "退" }, "town").Must(new Judge { Result = "3", Opinion = "补" }, "village");
            stage.Days(1);
            stage.Must(new Resubmit(), "applicant").Must(new Accept(), "village").Must(CaseStage.Fitting, "village");
            if (i == 0) Assert.Equal(stage.Today.AddDays(6), stage.File!.DueOn);
            stage.Must(new EndPublicity(), "village");
            Assert.Equal(stage.Today.AddDays(2), stage.File!.DueOn);
            Assert.NotNull(CaseClock.CheckAt(stage.File with { Owed = [] }));
        }
    }

    [Fact]
    public void An_objection_stops_the_clock_until_the_last_one_is_answered()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Publicity);
        var (due, last) = (stage.File!.Deadline!.DueOn, stage.File.Review!.PublicityTo);
        stage.Days(2);
        stage.Must(new Objection { Text = "有车" }, "applicant");
        Assert.Equal(stage.Today.AddDays(3), stage.File!.DueOn);
        stage.Days(1);
        stage.Must(new Objection { Text = "有房" }, "applicant");
        stage.Days(1);
        stage.Must(new AnswerObjection { No = 1, Upheld = false, Opinion = "车已报废" }, "village");
        Assert.Equal("case.objection-pending", stage.Try(new EndPublicity(), "village").Error!.Code);
        stage.Days(1);
        stage.Must(new AnswerObjection { No = 2, Upheld = false, Opinion = "非本户" }, "village");
        Assert.Equal((3, due.AddDays(3), last.AddDays(3)), (stage.File!.StoppedDays, stage.File.DueOn!.Value, stage.File.Review!.PublicityTo));
        Assert.Equal(new DateOnly(2026, 3, 2).AddDays(18), stage.File.TotalDueOn);
    }

    [Fact]
    public void An_upheld_objection_ends_the_case_and_unlocks_the_household()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Publicity);
        stage.Pay();
        stage.Must(new Objection { Text = "有车" }, "applicant").Must(new AnswerObjection { No = 1, Upheld = true, Opinion = "属实" }, "village");
        Assert.Equal((CaseSteps.Refused, OwedPurposes.Unlock), (stage.File!.Step, stage.File.Owed.Single().Purpose));
    }

    [Fact]
    public void A_sender_takes_back_what_nobody_has_looked_at_with_the_old_due_day()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Town);
        var due = stage.File!.SentUnder!.DueOn;
        stage.Must(new Withdraw(), "village");
        Assert.Equal((CaseSteps.Publicity, due), (stage.File!.Step, stage.File.DueOn));
        stage.Must(new EndPublicity(), "village").Must(new Look(), "town");
        Assert.Equal("case.already-looked-at", stage.Try(new Withdraw(), "village").Error!.Code);
    }

    [Fact]
    public void One_appeal_within_fifteen_days_begins_anew()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Refused);
        stage.Days(16);
        Assert.Equal("case.appeal-too-late", stage.Try(new Appeal { Opinion = "不服" }, "applicant").Error!.Code);
        stage.Days(-1);
        stage.Must(new Appeal { Opinion = "不服" }, "applicant");
        Assert.Equal((CaseSteps.Verifying, stage.Today.AddDays(3), stage.Today.AddDays(15)), (stage.File!.Step, stage.File.DueOn!.Value, stage.File.TotalDueOn));
        stage.Must(new Judge { Result = "2", Opinion = "不符合" }, "village");
        Assert.Equal("case.appealed-before", stage.Try(new Appeal { Opinion = "不服" }, "applicant").Error!.Code);
    }

    [Fact]
    public void Time_reminds_then_reddens_then_tells_one_level_more_a_day_and_never_approves()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.County);
        stage.Pay();
        var told = new List<(string, int)>();
        for (var hour = 0; hour < 24 * 12; hour++, stage.Forward(TimeSpan.FromHours(1)))
            if (stage.Do(new Tick(), "system") is { Ok: true } done) told.Add((done.Value!.Action, done.Value.File.Deadline!.Escalation));
        Assert.Equal([("remind", 0), ("overdue", 1), ("overdue", 2), ("overdue", 3), ("overdue", 4)], told);
        Assert.Equal(CaseSteps.County, stage.File!.Step);
    }

    [Fact]
    public void What_was_missed_while_the_system_was_away_is_made_up_for_once_and_marked_late()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.County);
        stage.Pay();
        stage.Days(9);
        stage.Must(new Tick(), "system");
        Assert.Equal(("overdue", true), (stage.Moves[^1].Move.Action, stage.Moves[^1].Move.Late));
        Assert.Equal("case.nothing-due", stage.Try(new Tick(), "system").Error!.Code);
    }

    [Fact]
    public void An_applicant_who_does_not_answer_is_reminded_and_then_refused()
    {
        var stage = CaseStage.At(CaseKinds.Recognition, CaseSteps.Supplement);
        stage.Pay();
        stage.Days(6);
        stage.Must(new Tick(), "system");
        Assert.Equal("case.nothing-due", stage.Try(new Tick(), "system").Error!.Code);
        stage.Days(2);
        stage.Must(new Tick(), "system");
        Assert.Equal((CaseSteps.Refused, "lapse"), (stage.File!.Step, stage.Moves[^1].Move.Action));
    }

    [Fact]
    public void A_county_shifts_days_but_never_the_total_nor_the_publicity() => Gen.Int[0, 17].Array[6].Sample(days =>
    {
        var parameters = new CaseParameters { AcceptDays = days[0], VerifyDays = days[1], ReviewDays = days[2], PublicityDays = days[3], TownDays = days[4], CountyDays = days[5] };
        var allowed = days.All(d => d is >= 1 and <= 15) && days[3] >= 5 && days.Sum() <= 15;
        return parameters.Check().Count == 0 == allowed;
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void No_other_days_can_be_set_so_that_a_due_day_never_comes(int days)
    {
        CaseParameters[] all =
        [
            new() { NationalDays = days }, new() { SupplementDays = days }, new() { ObjectionDays = days }, new() { AppealWithinDays = days }, new() { WarningDays = days },
            new() { MeasureDecideDays = days }, new() { MeasureConfirmDays = days }, new() { MeasureDefectMonths = days }, new() { MonitorMonthsLeast = days == 0 ? -1 : days },
        ];
        Assert.All(all, p => Assert.Contains(p.Check(), e => e.Code == "case.days-out-of-range"));
    }
}
