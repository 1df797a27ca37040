using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>W4 of households that came monitored from elsewhere, perhaps with measures.</summary>
public sealed class AdoptedPlanTests
{
    private static readonly Measure Running = new() { MeasureId = "N1", Category = "07", Item = "0704", StartedOn = new(2025, 6, 1), Status = "2" };
    private static readonly Measure Job = new() { MeasureId = "N2", Category = "04", Item = "0401", StartedOn = new(2025, 7, 1), PersonCode = "H101" };

    private static HouseholdFacts Known(params Measure[] measures) => CaseStage.Known(CaseStage.Episode(2025, 5) with { EpisodeNo = 1, RiskType1 = "01" }) with
    {
        HasLabour = true, Persons = ["H101"], Standing = measures, MeasureCategories = [.. measures.Select(m => m.Category!).Distinct()],
    };

    [Fact]
    public void Measures_that_answer_every_risk_are_followed_month_by_month_from_now_on()
    {
        var stage = CaseStage.Planning(Known(Running, Job));
        Assert.Equal((CaseSteps.PlanRunning, new DateOnly(2026, 4, 30)), (stage.File!.Step, stage.File.DueOn)); // nothing is owed for the months before
        Assert.Null(stage.File.DefectOn);
        Assert.Equal(["2", "2"], stage.File.Plan!.Measures.Select(m => m.Status));
        stage.Must(new NoteProgress { Opinion = "正常" }, "village");
        stage.Must(new EndMeasure { MeasureId = "N1", Status = "3", EndedOn = stage.Today, Opinion = "已康复" }, "village");
        Assert.Equal("N1", Assert.IsType<FinishMeasure>(stage.File!.Owed.Single().Change).MeasureId);
        stage.Pay();
        stage.Must(new EndMeasure { MeasureId = "N2", Status = "4", EndedOn = stage.Today, Opinion = "外出" }, "village");
        Assert.Equal(CaseSteps.PlanDone, stage.File!.Step);
    }

    [Fact]
    public void What_is_missing_the_village_adds_and_what_there_is_stays()
    {
        var stage = CaseStage.Planning(Known(Running));
        Assert.Equal((CaseSteps.PlanWaiting, stage.Today.AddDays(7)), (stage.File!.Step, stage.File.DueOn));
        var job = new ProposeMeasures { Measures = [new(FieldTexts.Of(("Category", "04"), ("Item", "0401")))] };
        stage.Must(job, "village").Must(new Approve(), "town");
        Assert.Single(Assert.IsType<DecideMeasures>(stage.File!.Owed.Single().Change).Measures); // the file has the other one
        Assert.Equal(["N1", $"{stage.File.Id}-001"], stage.File.Plan!.Standing.Select(m => m.MeasureId));
    }

    [Fact]
    public void Without_any_measure_long_after_the_recognition_the_defect_is_told_at_once()
    {
        var stage = CaseStage.Planning(Known());
        Assert.Equal(CaseSteps.PlanWaiting, stage.File!.Step);
        stage.Must(new Tick(), "system");
        Assert.Equal(CaseActions.Defect, stage.Moves[^1].Move.Action);
    }

    [Fact]
    public void A_plan_goes_on_when_the_national_system_numbers_the_episode_anew_and_not_into_the_next_episode()
    {
        var stage = CaseStage.Planning(Known());
        stage.Household = stage.Household! with { Current = stage.Household!.Current! with { EpisodeId = "N77" } };
        Assert.True(stage.Household.IsMonitoredIn(stage.File!.Plan!));
        stage.Must(CaseStage.Plan, "village").Must(new Approve(), "town");
        Assert.Equal("N77", Assert.IsType<DecideMeasures>(stage.File!.Owed.Single().Change).EpisodeId);
        Assert.False((stage.Household with { Current = stage.Household.Current! with { EpisodeId = "N78", EpisodeNo = 2 } }).IsMonitoredIn(stage.File.Plan!));
    }
}
