using System.Collections.Frozen;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>Procedures that are cases.</summary>
public static class CaseKinds
{
    /// <summary>纳入监测对象 (W1), opened by a declaration (W2: by a visit, W3: by a warning).</summary>
    public const string Recognition = "recognition";

    /// <summary>风险消除 (W5).</summary>
    public const string Elimination = "elimination";

    /// <summary>部门预警核查 (W3).</summary>
    public const string Warning = "warning";

    /// <summary>帮扶措施落实 (W4): after a recognition, for as long as its measures run.</summary>
    public const string Measures = "measures";

    public static readonly IReadOnlyList<string> All = [Recognition, Elimination, Warning, Measures];
}

/// <summary>
/// Steps of recognition and elimination: codes of list DeclareStatus. Elimination walks the same road from 20 on, under its own names. A
/// warning has the three of list WarnStatus. Measures have steps of their own: the states of list MeasureStatus are those of the single measure.
/// </summary>
public static class CaseSteps
{
    public const string Withdrawn = "00";
    public const string Waiting = "10";
    public const string Verifying = "20";
    public const string Publicity = "30";
    public const string Town = "40";
    public const string County = "50";
    public const string Booked = "60";
    public const string Done = "70";
    public const string Refused = "80";
    public const string Supplement = "90";

    public const string WarningNew = "1";
    public const string WarningTaken = "2";
    public const string WarningDone = "3";

    public const string PlanVoid = "P0";
    public const string PlanWaiting = "P1";
    public const string PlanConfirming = "P2";
    public const string PlanRunning = "P3";
    public const string PlanDone = "P4";

    private static readonly FrozenSet<string> Ends = new[] { Withdrawn, Done, Refused, WarningDone, PlanVoid, PlanDone }.ToFrozenSet();

    private static readonly FrozenDictionary<(string, string), string> Labels = new Dictionary<(string, string), string>
    {
        [(CaseKinds.Recognition, Withdrawn)] = "已撤回",
        [(CaseKinds.Recognition, Waiting)] = "待村核实",
        [(CaseKinds.Recognition, Verifying)] = "村核实中",
        [(CaseKinds.Recognition, Publicity)] = "村评议公示中",
        [(CaseKinds.Recognition, Town)] = "待乡审核",
        [(CaseKinds.Recognition, County)] = "待县复核",
        [(CaseKinds.Recognition, Booked)] = "已纳入(待录国家系统)",
        [(CaseKinds.Recognition, Done)] = "已录入国家系统",
        [(CaseKinds.Recognition, Refused)] = "不予纳入",
        [(CaseKinds.Recognition, Supplement)] = "退回补正",
        [(CaseKinds.Elimination, Withdrawn)] = "已撤回",
        [(CaseKinds.Elimination, Verifying)] = "村入户核实",
        [(CaseKinds.Elimination, Publicity)] = "村评议公示",
        [(CaseKinds.Elimination, Town)] = "乡审核",
        [(CaseKinds.Elimination, County)] = "县审定",
        [(CaseKinds.Elimination, Booked)] = "已消除(待国家系统)",
        [(CaseKinds.Elimination, Done)] = "已消除(国家系统已确认)",
        [(CaseKinds.Elimination, Refused)] = "继续监测",
        [(CaseKinds.Warning, WarningNew)] = "未受理",
        [(CaseKinds.Warning, WarningTaken)] = "受理未办结",
        [(CaseKinds.Warning, WarningDone)] = "已办结",
        [(CaseKinds.Measures, PlanVoid)] = "已撤销",
        [(CaseKinds.Measures, PlanWaiting)] = "待村制定措施",
        [(CaseKinds.Measures, PlanConfirming)] = "待乡确认措施",
        [(CaseKinds.Measures, PlanRunning)] = "措施实施中",
        [(CaseKinds.Measures, PlanDone)] = "措施已结束",
    }.ToFrozenDictionary();

    /// <summary>Every step of every kind, with the Chinese name that screens show.</summary>
    public static IEnumerable<(string Kind, string Step, string Label)> All => Labels.Select(l => (l.Key.Item1, l.Key.Item2, l.Value)).Order();

    public static string Label(string kind, string step) => Labels.GetValueOrDefault((kind, step)) ?? step;

    /// <summary>Nothing is due any more.</summary>
    public static bool IsEnd(string step) => Ends.Contains(step);

    /// <summary>At which level a step is handled, by the area of that level above the case's village; null at an end.</summary>
    /// <remarks>While an applicant is asked to complete something, the village sees to it that they do.</remarks>
    public static RegionLevel? HandlerOf(string step) => step switch
    {
        Waiting or Verifying or Publicity or Supplement or WarningNew or WarningTaken or PlanWaiting or PlanRunning => RegionLevel.Village,
        Town or PlanConfirming => RegionLevel.Town,
        County or Booked => RegionLevel.County,
        _ => null,
    };
}

/// <summary>Who acts on a case.</summary>
public enum CaseParty
{
    /// <summary>Reminders and the synchronisation.</summary>
    System = 0,

    /// <summary>The farmer, or a villager who objects; known by a phone that answered a code, or by the query code.</summary>
    Applicant = 1,

    /// <summary>Somebody with an account.</summary>
    Officer = 2,
}
