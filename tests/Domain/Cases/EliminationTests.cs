using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>W5, step by step, with every way back.</summary>
public sealed class EliminationTests
{
    private static readonly Judge Stable = new()
    {
        Result = "1", Visitors = ["甲", "乙"], Opinion = "收入稳定",
        Fields = FieldTexts.Of(("ElDropout", "0"), ("ElHousingDamaged", "0"), ("ElWaterDamaged", "0"), ("ElUninsured", "0"), ("ElNetPerCapita", "15000")),
    };

    private static readonly Approve ByCounty = new() { DeptCompareText = "收入、三保障比对无异常" };

    private static CaseStage Proposed(string mode = "1") =>
        new CaseStage { Household = CaseStage.Known(CaseStage.Episode(2025, 8)) }.Must(new ProposeElimination { HouseholdCode = "H1", EliminationMode = mode, Opinion = "收入稳定" }, "village");

    private static CaseStage At(string step)
    {
        var stage = Proposed();
        if (step == CaseSteps.Verifying) return stage;
        stage.Must(Stable, "village").Must(stage.Review(), "village");
        if (step == CaseSteps.Publicity) return stage;
        stage.Days(5);
        stage.Must(new EndPublicity(), "village");
        if (step == CaseSteps.Town) return stage;
        stage.Must(new Approve(), "town");
        return step == CaseSteps.County ? stage : stage.Must(ByCounty, "county");
    }

    private static string? Code(CaseStage stage, CaseChange change, string actor) => stage.Try(change, actor).Error?.Code;

    [Fact]
    public void The_visit_fills_the_snapshot_and_whoever_does_not_fit_goes_on_being_monitored()
    {
        var stage = Proposed();
        Assert.Equal(OwedPurposes.Lock, Assert.Single(stage.File!.Owed).Purpose);
        Assert.Equal("case.two-visitors", Code(stage, Stable with { Visitors = ["甲"] }, "village"));
        Assert.Equal("case.opinion-required", Code(stage, Stable with { Opinion = " " }, "village"));
        Assert.Equal(
            ["RiskEpisode.ElDropout", "RiskEpisode.ElHousingDamaged", "RiskEpisode.ElNetPerCapita", "RiskEpisode.ElUninsured", "RiskEpisode.ElWaterDamaged"],
            stage.Try(Stable with { Fields = FieldTexts.None }, "village").Errors.Select(e => e.Field!).Order());
        foreach (var security in new[] { "ElDropout", "ElHousingDamaged", "ElWaterDamaged", "ElUninsured" })
            Assert.Equal(("case.security-unresolved", $"RiskEpisode.{security}"), Said(stage.Try(Stable with { Fields = Stable.Fields.With(security, YesNo.Yes) }, "village").Error!));
        Assert.Equal("case.fixed-field", Code(stage, Stable with { Fields = Stable.Fields.With("IdDropout", "0") }, "village"));
        Assert.Equal("case.bad-result", Code(stage, Stable with { Result = "3" }, "village")); // there is no applicant to complete anything
        stage.Must(Stable with { Result = "2", Opinion = "务工收入不稳" }, "village");
        Assert.Equal((CaseSteps.Refused, "继续监测", "务工收入不稳"), (stage.File!.Step, CaseSteps.Label(CaseKinds.Elimination, stage.File.Step), stage.File.ResultText));
        Assert.Equal(OwedPurposes.Unlock, stage.File.Owed[^1].Purpose);
        Assert.DoesNotContain(stage.File.Owed, o => o.Purpose == OwedPurposes.Eliminate);
    }

    [Fact]
    public void A_natural_one_wants_its_reason_and_what_changed_since_the_proposal_is_asked_again()
    {
        var natural = Proposed("2");
        Assert.Equal("field.required", Code(natural, Stable with { Fields = FieldTexts.None }, "village"));
        natural.Must(CaseStage.Gone, "village");
        Assert.Equal(CaseSteps.Publicity, natural.File!.Step);
        var helpless = Proposed();
        helpless.Household = helpless.Household! with { NoLabour = true };
        Assert.Equal("case.no-labour-keeps", Code(helpless, Stable, "village"));
    }

    [Fact]
    public void Publicity_lasts_its_days_an_objection_stops_the_clock_and_one_that_holds_ends_the_proposal()
    {
        var stage = At(CaseSteps.Publicity);
        stage.Days(2);
        stage.Must(new Objection { Text = "还欠着债" }, "applicant");
        var last = stage.File!.Review!.PublicityTo;
        stage.Days(3);
        Assert.Equal("case.objection-pending", Code(stage, new EndPublicity(), "village"));
        stage.Must(new AnswerObjection { No = 1, Upheld = false, Opinion = "已还清" }, "village");
        Assert.Equal((last.AddDays(3), 3), (stage.File!.Review!.PublicityTo, stage.File.StoppedDays));
        Assert.Equal("case.publicity-running", Code(stage, new EndPublicity(), "village"));
        stage.Days(3);
        stage.Must(new EndPublicity(), "village");
        Assert.Equal(CaseSteps.Town, stage.File!.Step);
        var other = At(CaseSteps.Publicity).Must(new Objection { Text = "还欠着债" }, "village").Must(new AnswerObjection { No = 1, Upheld = true, Opinion = "属实" }, "village");
        Assert.Equal((CaseSteps.Refused, OwedPurposes.Unlock), (other.File!.Step, other.File.Owed[^1].Purpose));
    }

    [Theory]
    [InlineData(CaseSteps.Verifying)]
    [InlineData(CaseSteps.Publicity)]
    public void The_town_returns_with_a_reason_and_half_the_days_and_publicity_is_not_done_twice(string to)
    {
        var stage = At(CaseSteps.Town);
        Assert.Equal("case.opinion-required", Code(stage, new SendBack { To = to }, "town"));
        Assert.Equal("case.bad-return", Code(stage, new SendBack { To = CaseSteps.Waiting, Opinion = "退" }, "town"));
        Assert.Equal("case.wrong-step", Code(stage, new Reject { Opinion = "不" }, "town")); // nobody refuses an elimination but by returning it
        stage.Must(new SendBack { To = to, Opinion = "补收入凭证" }, "town");
        Assert.Equal((to, stage.Today.AddDays((stage.Parameters.DaysOf(to) + 1) / 2)), (stage.File!.Step, stage.File.DueOn!.Value));
        if (to == CaseSteps.Verifying) stage.Must(Stable, "village");
        Assert.Equal("case.publicity-once", Code(stage, stage.Review(), "village"));
        stage.Must(new EndPublicity(), "village").Must(new Approve(), "town");
        Assert.Equal(CaseSteps.County, stage.File!.Step);
    }

    [Fact]
    public void A_sender_takes_it_back_until_the_next_level_has_looked()
    {
        var stage = At(CaseSteps.Town).Must(new Withdraw(), "village");
        Assert.Equal(CaseSteps.Publicity, stage.File!.Step);
        stage.Must(new EndPublicity(), "village").Must(new Look(), "town");
        Assert.Equal("case.already-looked-at", Code(stage, new Withdraw(), "village"));
        stage.Must(new Approve(), "town").Must(new Withdraw(), "town");
        Assert.Equal(CaseSteps.Town, stage.File!.Step);
        Assert.Equal(CaseSteps.Withdrawn, Proposed().Must(new Withdraw(), "village").File!.Step);
    }

    [Fact]
    public void The_county_compares_and_what_it_approves_is_written_once_with_the_month_of_that_day()
    {
        var stage = At(CaseSteps.County);
        Assert.Equal("case.compare-required", Code(stage, new Approve(), "county"));
        stage.Must(new SendBack { Opinion = "补比对" }, "county").Must(new Approve(), "town").Must(ByCounty, "county");
        var eliminate = (EliminateRisk)stage.File!.Owed.Single(o => o.Purpose == OwedPurposes.Eliminate).Change;
        Assert.Equal(("E1", stage.Today.ToString("yyyyMM"), "1", "15000"), (eliminate.EpisodeId, eliminate.Fields["EliminatedMonth"], eliminate.Fields["EliminationMode"], eliminate.Fields["ElNetPerCapita"]));
        Assert.Equal(OwedPurposes.Unlock, stage.File.Owed[^1].Purpose);
        Assert.True(stage.Today <= stage.File.CountedFrom.AddDays(CaseParameters.TotalMost));
        stage.Must(new BookingRefused { Code = "household.eliminated-before-recognized", Opinion = "早于识别" }, "system");
        Assert.Equal((CaseSteps.County, null, true), (stage.File!.Step, stage.File.ApprovedOn, stage.File.Owed.IsEmpty));
    }

    [Fact]
    public void It_ends_when_the_national_system_confirms_and_not_before_the_register_has_it()
    {
        var stage = At(CaseSteps.Booked);
        Assert.Equal("case.booking-pending", Code(stage, new ConfirmNational(), "system"));
        stage.Pay();
        Assert.Equal("case.not-your-step-forbidden", Code(stage, new ConfirmNational(), "town"));
        Assert.True(stage.Try(new ConfirmNational(), "county").Ok); // where no synchronisation runs
        stage.Must(new ConfirmNational(), "system");
        Assert.Equal((CaseSteps.Done, "已消除(国家系统已确认)", false), (stage.File!.Step, CaseSteps.Label(CaseKinds.Elimination, stage.File.Step), stage.File.IsOpen));
        foreach (var actor in CaseStage.Actors.Keys.Where(a => a != "neighbour")) Assert.Equal("case.wrong-step", Code(stage, new Appeal { Opinion = "不服" }, actor));
    }

    [Fact]
    public void Waiting_for_the_national_system_is_told_when_it_is_late_and_nobody_is_eliminated_by_time()
    {
        foreach (var step in new[] { CaseSteps.Verifying, CaseSteps.Publicity, CaseSteps.Town, CaseSteps.County, CaseSteps.Booked })
        {
            var stage = At(step);
            if (stage.File!.Owes) stage.Pay();
            for (var hour = 0; hour < 24 * 40; hour++, stage.Forward(TimeSpan.FromHours(1))) stage.Do(new Tick(), "system");
            Assert.Equal((step, CaseClock.EscalationMost), (stage.File!.Step, stage.File.Deadline!.Escalation));
        }
    }

    [Fact]
    public void A_new_risk_afterwards_is_a_new_recognition()
    {
        var stage = new CaseStage { Household = CaseStage.Known(CaseStage.Episode(2025, 8) with { RiskEliminated = YesNo.Yes }) };
        Assert.Equal(CaseSteps.Verifying, stage.Must(new ReportRisk { HouseholdCode = "H1", RiskSource = "2", Opinion = "又生病" }, "village").File!.Step);
    }

    private static (string Code, string? Field) Said(FangFanPin.Domain.DomainError error) => (error.Code, error.Field);
}
