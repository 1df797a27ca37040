using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>W4: from the recognition to the last measure's end.</summary>
public sealed class MeasurePlanTests
{
    private static CaseStage At(string step) => CaseStage.At(CaseKinds.Measures, step);

    private static ProposeMeasures Of(params string[] items) => new() { Measures = [.. items.Select(i => new MeasureProposal(FieldTexts.Of(("Category", i[..2]), ("Item", i), ("OtherRemark", "说明"))))] };

    private static string[] Codes(CaseStage stage, CaseChange change, string actor) => [.. stage.Try(change, actor).Errors.Select(e => e.Code)];

    /// <summary>risk, categories that answer it: written a second time, from the quality rules.</summary>
    [Theory]
    [InlineData("01", "07 10 11")]
    [InlineData("02", "10 11")]
    [InlineData("03", "08 09 11")]
    [InlineData("04", "01 02 03 05 10 11 13")]
    [InlineData("05", "07 10 11")]
    [InlineData("06", "01 03")]
    [InlineData("07", "01 02 04")]
    [InlineData("08", "04 10 11")]
    [InlineData("09", "05 12")]
    [InlineData("10", "06")]
    [InlineData("99", "01 02 03 04 05 06 07 08 09 10 11 12 13 14")]
    public void Every_risk_needs_a_measure_of_a_category_that_answers_it(string risk, string answers)
    {
        for (var category = 1; category <= 14; category++)
        {
            var stage = Planning(risk, At(CaseSteps.PlanWaiting).Household! with { HasLabour = false });
            var codes = Codes(stage, Of($"{category:D2}01"), "village");
            Assert.Equal(!answers.Split(' ').Contains($"{category:D2}"), codes.Contains($"case.risk-without-measure-{risk}"));
        }
    }

    private static CaseStage Planning(string risk, HouseholdFacts household) =>
        CaseStage.Planning(household with { Current = CaseStage.Episode(2026, 3) with { RiskType1 = risk } });

    [Fact]
    public void With_a_labourer_something_must_develop_and_without_one_the_household_must_be_secured()
    {
        var stage = At(CaseSteps.PlanWaiting);
        Assert.Equal(["case.measure-development-required"], Codes(stage, Of("0704", "1001"), "village"));
        Assert.True(stage.Try(Of("0704", "0201"), "village").Ok);
        stage.Household = stage.Household! with { HasLabour = false };
        Assert.Equal(["case.measure-security-required"], Codes(stage, Of("0704", "0201"), "village"));
        Assert.True(stage.Try(Of("1001"), "village").Ok);
        // What the register has already and goes on counts too.
        stage.Household = stage.Household with { MeasureCategories = ["10"] };
        Assert.True(stage.Try(Of("1101"), "village").Ok);
    }

    [Fact]
    public void What_is_wrong_with_a_measure_is_said_with_its_field_and_its_own_fields_are_closed()
    {
        var stage = At(CaseSteps.PlanWaiting);
        Assert.Equal(["field.required"], Codes(stage, new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "07")))] }, "village"));
        Assert.Equal(["household.item-of-other-category"], Codes(stage, new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "07"), ("Item", "0101")))] }, "village"));
        Assert.Equal(["field.required"], Codes(stage, new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "07"), ("Item", "0799")))] }, "village"));
        Assert.Contains("case.fixed-field", Codes(stage, new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "07"), ("Item", "0704"), ("Status", "3")))] }, "village"));
        Assert.Contains("household.member-not-found", Codes(stage, new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "07"), ("Item", "0704"), ("PersonCode", "H199")))] }, "village"));
        Assert.Equal(["case.measure-required"], Codes(stage, new ProposeMeasures { Measures = [] }, "village"));
        Assert.Equal(["case.too-many-measures"], Codes(stage, Of([.. Enumerable.Repeat("0704", 61)]), "village"));
    }

    [Fact]
    public void Ten_days_to_decide_the_towns_share_in_them_and_a_return_gives_half()
    {
        var stage = At(CaseSteps.PlanWaiting);
        var start = stage.Today;
        Assert.Equal(start.AddDays(7), stage.File!.DueOn);
        stage.Days(7);
        stage.Must(CaseStage.Plan, "village");
        Assert.Equal(start.AddDays(10), stage.File!.DueOn);
        stage.Must(new SendBack { Opinion = "缺少对因病风险的说明" }, "town");
        Assert.Equal((CaseSteps.PlanWaiting, stage.Today.AddDays(4)), (stage.File!.Step, stage.File.DueOn));
        stage.Must(CaseStage.Plan, "village");
        Assert.Equal(2, stage.File!.Plan!.Measures.Length); // the corrected plan is no second one
        stage.Must(new Withdraw(), "village").Must(CaseStage.Plan, "village").Must(new Look(), "town");
        Assert.Equal("case.already-looked-at", stage.Try(new Withdraw(), "village").Error!.Code);
    }

    [Fact]
    public void A_month_without_measures_is_a_defect_that_the_county_hears_of_once()
    {
        var stage = At(CaseSteps.PlanWaiting);
        var told = new List<(string Action, int Escalation)>();
        for (var hour = 0; hour < 24 * 62; hour++, stage.Forward(TimeSpan.FromHours(1)))
            if (stage.Do(new Tick(), "system") is { Ok: true } done) told.Add((done.Value!.Action, done.Value.File.Deadline!.Escalation));
        Assert.Single(told, t => t.Action == CaseActions.Defect);
        Assert.True(stage.File!.Plan!.DefectMarked);
        Assert.Equal(CaseSteps.PlanWaiting, stage.File.Step);
        // A slow county's village is not late yet, and the defect is one all the same.
        var slow = CaseStage.Planning(stage.Household!, new CaseParameters { MeasureDecideDays = 60 });
        slow.Days(61);
        slow.Must(new Tick(), "system");
        while (slow.Do(new Tick(), "system").Ok) { }
        Assert.Contains(slow.Moves, m => m.Move is { Action: CaseActions.Defect, File.Deadline.Escalation: >= 3 });
    }

    [Fact]
    public void What_the_town_confirms_stands_in_the_household_at_once_and_as_one_change()
    {
        var stage = At(CaseSteps.PlanConfirming).Must(new Approve(), "town");
        var decided = Assert.IsType<DecideMeasures>(stage.File!.Owed.Single().Change);
        Assert.Equal((2, "E1", stage.Today), (decided.Measures.Length, decided.EpisodeId, decided.DecidedOn));
        Assert.All(decided.Measures, m => Assert.False(string.IsNullOrEmpty(m.Fields["StartedOn"])));
        Assert.Equal(CaseSteps.PlanRunning, stage.File.Step);
        stage.Must(new BookingRefused { Code = "household.member-not-found", Opinion = "没有这个成员" }, "system");
        Assert.Equal((CaseSteps.PlanWaiting, null), (stage.File!.Step, stage.File.Plan!.ConfirmedOn));
        Assert.All(stage.File.Plan.Measures, m => Assert.Equal("0", m.Status));
    }

    [Fact]
    public void Every_month_wants_a_note_for_every_measure_that_stands()
    {
        var stage = At(CaseSteps.PlanRunning); // confirmed on 2 March
        Assert.Equal(new DateOnly(2026, 4, 30), stage.File!.DueOn);
        stage.Must(new StartMeasure { MeasureId = stage.MeasureAt(1), StartedOn = stage.Today }, "village");
        Assert.Equal("2", ((AmendMeasure)stage.File!.Owed.Single().Change).Fields["Status"]);
        stage.Pay();
        stage.Days(20);
        stage.Must(new NoteProgress { MeasureIds = [stage.MeasureAt(1)], Opinion = "已上岗" }, "village");
        stage.Days(20); // 11 April
        stage.Must(new NoteProgress { MeasureIds = [stage.MeasureAt(1)], Opinion = "按月发放" }, "village");
        Assert.Equal(new DateOnly(2026, 4, 30), stage.File!.DueOn); // the other one still waits for its note
        stage.Must(new NoteProgress { Opinion = "均正常" }, "village");
        Assert.Equal(new DateOnly(2026, 5, 31), stage.File!.DueOn);
        Assert.Equal("case.measure-unknown", stage.Try(new NoteProgress { MeasureIds = ["x"], Opinion = "无" }, "village").Error!.Code);
        Assert.Equal("case.opinion-required", stage.Try(new NoteProgress(), "village").Error!.Code);
    }

    [Fact]
    public void Measures_end_finished_or_stopped_with_a_reason_and_the_last_one_closes_the_case()
    {
        var stage = At(CaseSteps.PlanRunning);
        EndMeasure End(int index, string status, string? why = "脱产") => new() { MeasureId = stage.MeasureAt(index), Status = status, EndedOn = stage.Today, Opinion = why };
        Assert.Equal("case.opinion-required", stage.Try(End(0, "4", null), "village").Error!.Code);
        Assert.Equal("case.measure-not-started", stage.Try(End(0, "3"), "village").Error!.Code);
        Assert.Equal("household.bad-measure-status", stage.Try(End(0, "2"), "village").Error!.Code);
        stage.Must(End(0, "4"), "village").Must(new StartMeasure { MeasureId = stage.MeasureAt(1), StartedOn = stage.Today }, "village");
        Assert.Equal("case.measure-unknown", stage.Try(End(0, "4"), "village").Error!.Code);
        stage.Pay();
        stage.Must(End(1, "3", "稳定就业"), "village");
        Assert.Equal((CaseSteps.PlanDone, false), (stage.File!.Step, stage.File.IsOpen));
        var finish = Assert.IsType<FinishMeasure>(stage.File.Owed.Single().Change);
        Assert.Equal(("3", "稳定就业"), (finish.Status, finish.EffectNote));
        stage.Pay();
        stage.Must(CaseStage.Plan, "village"); // the household is monitored still: it may be helped again
        Assert.Equal((CaseSteps.PlanConfirming, 4), (stage.File!.Step, stage.File.MeasuresMade));
    }

    [Fact]
    public void After_an_elimination_contracts_go_on_and_nothing_new_begins()
    {
        var stage = At(CaseSteps.PlanRunning);
        stage.Household = stage.Household! with { Current = stage.Household!.Current! with { RiskEliminated = YesNo.Yes } };
        stage.Must(new MeasuresOver { Reason = "风险已消除" }, "system");
        Assert.Equal(["4", "1"], stage.File!.Plan!.Measures.Select(m => m.Status)); // 医疗救助 had not begun, 公益岗位 is under contract
        Assert.Equal(CaseSteps.PlanRunning, stage.File.Step);
        Assert.Equal("case.no-episode", stage.Try(CaseStage.Plan, "village").Error!.Code);
        stage.Pay();
        stage.Must(new StartMeasure { MeasureId = stage.MeasureAt(1), StartedOn = stage.Today }, "village").Pay();
        stage.Must(new EndMeasure { MeasureId = stage.MeasureAt(1), Status = "3", EndedOn = stage.Today, Opinion = "合同到期" }, "village");
        Assert.Equal(CaseSteps.PlanDone, stage.File!.Step);
        Assert.Equal(CaseSteps.PlanVoid, At(CaseSteps.PlanConfirming).Must(new MeasuresOver { Reason = "风险已消除" }, "system").File!.Step);
    }

    [Fact]
    public void An_approval_opens_the_measures_and_an_elimination_ends_them_in_the_same_case()
    {
        var recognition = CaseStage.At(CaseKinds.Recognition, CaseSteps.County).Must(new Approve { DeptCompareText = "无" }, "county");
        var opened = recognition.File!.OwedCases.Single();
        Assert.IsType<OpenMeasures>(opened.Change);
        var elimination = CaseStage.At(CaseKinds.Elimination, CaseSteps.County).Must(new Approve { DeptCompareText = "无" }, "county");
        Assert.Equal((CaseIds.MeasuresOf("E1"), true), (elimination.File!.OwedCases.Single().Case, elimination.File.OwedCases.Single().Change is MeasuresOver));
        Assert.Equal(CaseIds.MeasuresOf(recognition.File.Id), opened.Case);
    }

    [Fact]
    public void A_new_households_code_is_one_that_imports_know_and_another_at_the_next_approval()
    {
        var stage = Unregistered();
        var code = stage.File!.HouseholdCode!;
        Assert.True(PlatformCode.Is(code), code);
        Assert.StartsWith("P411424", code);
        stage.Must(new BookingRefused { Code = "household.exists" }, "system");
        Assert.Null(stage.File!.HouseholdCode);
        stage.Forward(TimeSpan.FromMinutes(1));
        stage.Must(new Approve { DeptCompareText = "无" }, "county");
        Assert.NotEqual(code, stage.File!.HouseholdCode);
    }

    private static CaseStage Unregistered()
    {
        var stage = new CaseStage { Household = null };
        stage.Must(CaseStage.Declaration() with { HouseholdCode = null }, "applicant").Must(new Accept(), "village").Must(CaseStage.Fitting, "village").Must(stage.Review(), "village");
        stage.Days(5);
        return stage.Must(new EndPublicity(), "village").Must(new Approve(), "town").Must(new Approve { DeptCompareText = "无" }, "county");
    }
}
