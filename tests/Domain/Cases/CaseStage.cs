using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>One case and everybody around it, with a clock that goes only where it is put.</summary>
internal sealed class CaseStage
{
    public const string Village = "411424001201", OtherVillage = "411424001202", Town = "411424001000", County = "411424000000", City = "411400000000", Province = "410000000000";
    private string id = "0123456789abcdef0123456789abcdef";
    private static readonly RegionTree Tree = new(1,
    [
        Of(Province, RegionLevel.Province, null), Of(City, RegionLevel.City, Province), Of(County, RegionLevel.County, City), Of(Town, RegionLevel.Town, County),
        Of(Village, RegionLevel.Village, Town), Of(OtherVillage, RegionLevel.Village, Town),
    ]);

    public static readonly ICaseAreas Areas = new CaseAreas(new FixedTree());

    /// <summary>Everybody who could try something.</summary>
    public static readonly IReadOnlyDictionary<string, CaseActor> Actors = new Dictionary<string, CaseActor>
    {
        ["applicant"] = CaseActor.Applicant(Village),
        ["system"] = CaseActor.System,
        ["village"] = Officer("village", Village),
        ["neighbour"] = Officer("neighbour", OtherVillage),
        ["town"] = Officer("town", Town),
        ["county"] = Officer("county", County),
        ["city"] = Officer("city", City),
        ["province"] = Officer("province", Province),
    };

    /// <summary>8:00 in Asia/Shanghai on a Monday.</summary>
    public DateTimeOffset Now { get; private set; } = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    public CaseFile? File { get; private set; }
    public CaseParameters Parameters { get; init; } = CaseParameters.Default;
    public HouseholdFacts? Household { get; set; } = Known();
    public List<(CaseMove Move, CaseFile? Before, CaseActor Actor, DateTimeOffset At)> Moves { get; } = [];
    public DateOnly Today => ChinaTime.DayOf(Now);

    public static HouseholdFacts Known(RiskEpisode? current = null, bool noLabour = false) => new("H1", Village, true, "王甲", noLabour, false, current);

    public static RiskEpisode Episode(int year, int month) => new() { EpisodeId = "E1", MonitorCategory = "1", RiskEliminated = YesNo.No, RecognizedMonth = new YearMonth(year, month) };

    /// <summary>Null for who is no officer.</summary>
    public string? ActorRegion(string actor) => Actors[actor] is { Party: CaseParty.Officer } officer ? officer.Actor.Region : null;

    public void Forward(TimeSpan by) => Now += by;
    public void Days(int days) => Now = Now.AddDays(days);

    public Outcome<CaseMove> Try(CaseChange change, string actor)
    {
        var context = new CaseContext(id, Actors[actor], Now, Parameters, Areas, DataDictionary.Shipped, CaseContent.NeedsHousehold(change) ? Household : null);
        return CaseDecision.Decide(File, change, context);
    }

    public Outcome<CaseMove> Do(CaseChange change, string actor)
    {
        var outcome = Try(change, actor);
        if (outcome.Value is not { } move) return outcome;
        Moves.Add((move, File, Actors[actor], Now));
        File = move.File;
        return outcome;
    }

    /// <summary>What was owed is paid, and the household is as it was decided.</summary>
    public void Pay()
    {
        foreach (var owed in File!.Owed)
        {
            Household ??= new HouseholdFacts(owed.HouseholdCode, File.Village, true, File.HeadName, false, false, null);
            if (owed.Change is IdentifyRisk identify) Household = Household with { Current = new RiskEpisode { EpisodeId = identify.EpisodeId, RiskEliminated = YesNo.No, RecognizedMonth = new YearMonth(Today.Year, Today.Month) } };
            if (owed.Change is EliminateRisk) Household = Household with { Current = Household.Current! with { RiskEliminated = YesNo.Yes } };
        }
        File = File with { Owed = [], OwedCases = [] };
    }

    public CaseStage Must(CaseChange change, string actor)
    {
        var outcome = Do(change, actor);
        if (!outcome.Ok) throw new InvalidOperationException($"{change.GetType().Name} by {actor} at {File?.Step}: {outcome.Error!.Code}");
        return this;
    }

    public static Declare Declaration(string certificate = "11010519491231002X") => new()
    {
        Village = Village, HouseholdCode = "H1", QueryCode = "QUERY",
        Declaration = new SelfDeclaration
        {
            ApplicantName = "王甲", ApplicantIdNumber = certificate, ApplicantPhone = "13900001234", Address = "东组", MemberCount = 3,
            ProblemTypes = ["01"], ProblemText = "住院", Authorized = true,
        },
    };

    public static readonly Judge Fitting = new()
    {
        Result = "1", Visitors = ["甲", "乙"], AuthorizationSigned = true, Opinion = "符合", Fields = FieldTexts.Of(("MonitorCategory", "1"), ("RiskType1", "01")),
    };

    public static readonly Judge Gone = new() { Result = "1", Visitors = ["甲", "乙"], Opinion = "稳定", Fields = FieldTexts.Of(("NaturalReason", "1")) };

    public StartPublicity Review() => new() { ReviewedOn = Today, ReviewAttendance = 3 };

    /// <summary>A case that stands at a step, by the shortest way there.</summary>
    public static CaseStage At(string kind, string step, CaseParameters? parameters = null)
    {
        var stage = new CaseStage { Parameters = parameters ?? CaseParameters.Default };
        if (kind == CaseKinds.Warning) return AtWarning(stage, step);
        if (kind == CaseKinds.Measures) return AtMeasures(stage, step);
        if (kind == CaseKinds.Elimination)
        {
            stage.Household = Known(Episode(2025, 1));
            stage.Must(new ProposeElimination { HouseholdCode = "H1", EliminationMode = "2", Opinion = "迁出" }, "village");
        }
        else
        {
            stage.Must(Declaration(), "applicant");
        }
        return stage.Walk(step);
    }

    /// <summary>Ill, with somebody who can work: a measure against illness and one that develops.</summary>
    public static readonly ProposeMeasures Plan = new()
    {
        Measures = [new MeasureProposal(FieldTexts.Of(("Category", "07"), ("Item", "0704"))), new MeasureProposal(FieldTexts.Of(("Category", "04"), ("Item", "0401"), ("PersonCode", "H101")))],
    };

    public string MeasureAt(int index) => File!.Plan!.Measures[index].MeasureId;

    public static CaseStage Planning(HouseholdFacts household, CaseParameters? parameters = null, DateTimeOffset? at = null)
    {
        var stage = new CaseStage { Parameters = parameters ?? CaseParameters.Default, Household = household, id = CaseIds.MeasuresOf("E1") };
        stage.Forward((at ?? stage.Now) - stage.Now);
        return stage.Must(new OpenMeasures { HouseholdCode = "H1" }, "system");
    }

    private static CaseStage AtMeasures(CaseStage stage, string step)
    {
        stage.id = CaseIds.MeasuresOf("E1");
        stage.Household = Known(Episode(2026, 3) with { RiskType1 = "01" }) with { HasLabour = true, Persons = ["H101"] };
        stage.Must(new OpenMeasures { HouseholdCode = "H1" }, "system");
        if (step == CaseSteps.PlanVoid) return stage.Must(new MeasuresOver { Reason = "已消除" }, "system");
        if (step == CaseSteps.PlanWaiting) return stage;
        stage.Must(Plan, "village");
        if (step == CaseSteps.PlanConfirming) return stage;
        stage.Must(new Approve(), "town").Pay();
        if (step == CaseSteps.PlanRunning) return stage;
        stage.Must(new EndMeasure { MeasureId = stage.MeasureAt(0), Status = "4", EndedOn = stage.Today, Opinion = "不再需要" }, "village");
        stage.Must(new EndMeasure { MeasureId = stage.MeasureAt(1), Status = "4", EndedOn = stage.Today, Opinion = "不再需要" }, "village").Pay();
        return stage;
    }

    private static CaseStage AtWarning(CaseStage stage, string step)
    {
        var warning = new DeptWarning { WarnDept = "1", WarnType = "1", BatchNo = "B1", PushedOn = stage.Today, Name = "王甲", IdNumber = "11010519491231002X" };
        stage.Must(new ReceiveWarning { Village = Village, HouseholdCode = "H1", Warning = warning }, "county");
        if (step != CaseSteps.WarningNew) stage.Must(new Accept(), "village");
        if (step == CaseSteps.WarningDone) stage.Must(new CloseWarning { Result = "5", Opinion = "可控" }, "village");
        return stage;
    }

    private CaseStage Walk(string step)
    {
        var elimination = File!.Kind == CaseKinds.Elimination;
        if (step == CaseSteps.Waiting) return this;
        if (step == CaseSteps.Withdrawn) return Must(new Withdraw(), elimination ? "village" : "applicant");
        if (!elimination) Must(new Accept(), "village");
        if (step == CaseSteps.Verifying) return this;
        if (step == CaseSteps.Supplement) return Must(new Judge { Result = "3", Opinion = "补充" }, "village");
        if (step == CaseSteps.Refused) return Must(new Judge { Result = "2", Opinion = "不符合" }, "village");
        Must(elimination ? Gone : Fitting, "village").Must(Review(), "village");
        if (step == CaseSteps.Publicity) return this;
        Days(Parameters.PublicityDays);
        Must(new EndPublicity(), "village");
        if (step == CaseSteps.Town) return this;
        Must(new Approve(), "town");
        if (step == CaseSteps.County) return this;
        Must(new Approve { DeptCompareText = "无异常" }, "county");
        Pay();
        return step == CaseSteps.Booked ? this : Must(new ConfirmNational(), "county");
    }

    private static CaseActor Officer(string account, string region) => CaseActor.Officer(new Actor(account, account, "editor", region));
    private static Region Of(string code, RegionLevel level, string? parent) => new(RegionCode.Parse(code), "区划" + code, level, parent is null ? null : RegionCode.Parse(parent));

    private sealed class FixedTree : IRegions
    {
        RegionTree IRegions.Tree => Tree;
        public Task RefreshAsync(CancellationToken ct) => Task.CompletedTask;
    }
}
