using FangFanPin.Domain.Cases;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>Every actor tries every action on every step; who gets through stands in <see cref="CaseDoor"/>.</summary>
public sealed class CaseRulesTests
{
    private static readonly CaseChange[] Changes =
    [
        new Accept(), new Withdraw(), CaseStage.Fitting, new LinkHousehold { HouseholdCode = "H1" }, new Resubmit(), new StartPublicity { ReviewedOn = new DateOnly(2026, 3, 2), ReviewAttendance = 3 },
        new EndPublicity(), new Objection { Text = "有车" }, new AnswerObjection { No = 1, Upheld = false, Opinion = "已核" }, new Approve { DeptCompareText = "无" },
        new SendBack { Opinion = "退" }, new Reject { Opinion = "不" }, new Look(), new Appeal { Opinion = "不服" }, new Urge(), new AttachClue { RiskSource = "2", Text = "线索" },
        new ConfirmNational(), new CloseWarning { Result = "5", Opinion = "可控" }, new Tick(), new Relocate { Village = CaseStage.OtherVillage }, new BookingRefused { Code = "x" },
        CaseStage.Plan, new StartMeasure { MeasureId = "x", StartedOn = new DateOnly(2026, 3, 2) }, new NoteProgress { Opinion = "进展" },
        new EndMeasure { MeasureId = "x", Status = "3", EndedOn = new DateOnly(2026, 3, 2), Opinion = "成效" }, new MeasuresOver { Reason = "已消除" }, new FollowCode { HouseholdCode = "H2" },
    ];

    public static TheoryData<string, string> Steps() => new(CaseSteps.All.Select(s => (s.Kind, s.Step)));

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_actor_gets_through_with_exactly_the_actions_of_the_table(string kind, string step)
    {
        foreach (var change in Changes)
            foreach (var (name, _) in CaseStage.Actors)
            {
                var action = CaseDecision.ActionOf(change);
                var opener = kind == CaseKinds.Elimination && name == "village"; // the others were opened by the applicant, the county or the system
                var refusal = CaseDoor.Refusal(kind, step, action, name, outside: name == "neighbour", opener);
                var code = CaseStage.At(kind, step).Try(change, name).Error?.Code;
                if (refusal is not null) Assert.True(refusal == code, $"{action} by {name} at {kind} {step}: {code ?? "allowed"}, not {refusal}");
                else Assert.True(code is null || !CaseDoor.Codes.Contains(code), $"{action} by {name} at {kind} {step}: {code}");
            }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void What_screens_offer_is_what_gets_through_the_door(string kind, string step)
    {
        var stage = CaseStage.At(kind, step);
        foreach (var (name, actor) in CaseStage.Actors)
        {
            var context = new CaseContext("x", actor, stage.Now, CaseParameters.Default, CaseStage.Areas, FangFanPin.Domain.Dictionary.DataDictionary.Shipped, null);
            var offered = CaseDecision.Allowed(stage.File!, context);
            var through = Changes.Where(c => c is not (Tick or Relocate or BookingRefused or MeasuresOver or FollowCode)).Where(c => !CaseDoor.Codes.Contains(stage.Try(c, name).Error?.Code))
                .Select(CaseDecision.ActionOf);
            Assert.Equal(through.Order(), offered.Order());
        }
    }

    [Fact]
    public void Nobody_opens_a_case_twice_or_acts_on_none()
    {
        Assert.Equal("case.exists", CaseStage.At(CaseKinds.Recognition, "10").Try(CaseStage.Declaration(), "applicant").Error!.Code);
        Assert.Equal("case.not-found", new CaseStage().Try(new Accept(), "village").Error!.Code);
    }

    [Fact]
    public void A_reported_risk_goes_straight_to_verification_and_only_its_reporter_takes_it_back_before_anybody_acted()
    {
        var report = new ReportRisk { HouseholdCode = "H1", RiskSource = "2", Opinion = "走访发现" };
        Assert.Equal("case.bad-source", new CaseStage().Try(report with { RiskSource = "1" }, "town").Error!.Code);
        var stage = new CaseStage().Must(report, "town");
        Assert.Equal(CaseSteps.Verifying, stage.File!.Step);
        Assert.Equal("case.not-your-step-forbidden", stage.Try(new Withdraw(), "village").Error!.Code);
        Assert.True(stage.Try(new Withdraw(), "town").Ok);
        Assert.Equal("case.already-looked-at", stage.Must(new Look(), "village").Try(new Withdraw(), "town").Error!.Code);
    }

    [Fact]
    public void Only_the_village_proposes_elimination_and_only_of_a_monitored_household()
    {
        var propose = new ProposeElimination { HouseholdCode = "H1", EliminationMode = "1", Opinion = "稳定" };
        Assert.Equal("case.no-episode", new CaseStage().Try(propose, "village").Error!.Code);
        var monitored = new CaseStage { Household = CaseStage.Known(CaseStage.Episode(2025, 8)) };
        Assert.Equal("case.not-your-step-forbidden", monitored.Try(propose, "town").Error!.Code);
        Assert.Equal("case.outside-area", monitored.Try(propose, "neighbour").Error!.Code);
        Assert.True(monitored.Try(propose, "village").Ok);
        var young = new CaseStage { Household = CaseStage.Known(CaseStage.Episode(2025, 10)) };
        Assert.Equal("case.monitored-too-short", young.Try(propose, "village").Error!.Code);
        Assert.True(young.Try(propose with { EliminationMode = "2" }, "village").Ok);
        var helpless = new CaseStage { Household = CaseStage.Known(CaseStage.Episode(2024, 1), noLabour: true) };
        Assert.Equal("case.no-labour-keeps", helpless.Try(propose, "village").Error!.Code);
    }
}
