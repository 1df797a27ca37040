using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>W4 once more.</summary>
internal sealed partial class CaseReference
{
    private static readonly HashSet<string> PlanActs =
    [
        CaseActions.ProposeMeasures, CaseActions.Approve, CaseActions.SendBack, CaseActions.Withdraw, CaseActions.StartMeasure, CaseActions.NoteProgress, CaseActions.EndMeasure,
        CaseActions.MeasuresOver, CaseActions.BookingRefused,
    ];

    private readonly List<RefMeasure> measures = [];
    private bool gone, everConfirmed, defective;

    /// <summary>Statuses in the order of the plan.</summary>
    public IEnumerable<string> Measures => measures.Select(m => m.Status);

    private IEnumerable<RefMeasure> Standing => measures.Where(m => m.Status is "1" or "2");

    private string? Plan(CaseChange change, CaseStage stage)
    {
        var episodeOpen = !gone && stage.Household is { Monitored: true };
        switch (change)
        {
            case ProposeMeasures propose:
                if (!episodeOpen) return "case.no-episode";
                if (measures.Count(m => m.Status != "0") + propose.Measures.Length > 60) return "case.too-many-measures";
                measures.RemoveAll(m => m.Status == "0");
                measures.AddRange(propose.Measures.Select(m => new RefMeasure { Contract = m.Fields["Category"] == "04" }));
                return Up("P2", 3);
            case Approve:
                if (!episodeOpen) return "case.no-episode";
                foreach (var m in measures.Where(m => m.Status == "0")) (m.Status, m.Noted) = ("1", Today);
                everConfirmed = true;
                return To("P3", NoteDue());
            case SendBack back:
                return back.To is not null ? "case.bad-return" : Before(In(4));
            case Withdraw:
                return looked ? "case.already-looked-at" : sentUnder is null ? "case.wrong-step" : Before(sentUnder); // an ended plan that was taken up again has nowhere to go back to
            case StartMeasure start:
                if (Of(stage, start.MeasureId) is not { Status: "1" } begun) return "case.measure-unknown";
                (begun.Status, begun.Noted) = ("2", Today);
                return Noted();
            case NoteProgress:
                if (!Standing.Any()) return "case.measure-unknown";
                foreach (var m in Standing) m.Noted = Today;
                return Noted();
            case EndMeasure end:
                if (Of(stage, end.MeasureId) is not { Status: "1" or "2" } ended) return "case.measure-unknown";
                if (end.Status == "3" && ended.Status == "1") return "case.measure-not-started";
                ended.Status = end.Status;
                return Step == "P3" && !Standing.Any() ? Close("P4") : Noted();
            case MeasuresOver:
                return gone ? "case.nothing-due" : Over();
            default:
                return Refused(stage);
        }
    }

    private RefMeasure? Of(CaseStage stage, string id)
    {
        var at = stage.File!.Plan!.Measures.ToList().FindIndex(m => m.MeasureId == id);
        return at < 0 ? null : measures[at];
    }

    private string? Over()
    {
        gone = true;
        measures.RemoveAll(m => m.Status == "0");
        foreach (var m in measures.Where(m => m is { Status: "1", Contract: false })) m.Status = "4";
        if (!Standing.Any()) return Close(everConfirmed ? "P4" : "P0");
        return Step == "P3" ? Noted() : To("P3", NoteDue());
    }

    /// <summary>Only a refused decision takes measures back; of a refused start or end the history tells.</summary>
    private string? Refused(CaseStage stage)
    {
        if (stage.File!.Owed.FirstOrDefault()?.Change is not DecideMeasures decide || CaseSteps.IsEnd(Step)) return null;
        foreach (var id in decide.Measures.Select(m => m.MeasureId))
            if (Of(stage, id) is { } lost) lost.Status = "0";
        if (measures.TrueForAll(m => m.Status == "0")) everConfirmed = false;
        return Before(In(4));
    }

    private string? Before(RefDue due) => Standing.Any() ? To("P3", NoteDue()) : To("P1", due);

    private string? Noted()
    {
        if (Step == "P3" && NoteDue() is var due && due.On != Due!.On) (Due, urged) = (due, null);
        return null;
    }

    /// <summary>The end of the month after the oldest note.</summary>
    private RefDue NoteDue()
    {
        var oldest = Standing.Any() ? Standing.Min(m => m.Noted) : Today;
        var last = new DateOnly(oldest.Year, oldest.Month, 1).AddMonths(2).AddDays(-1);
        return new RefDue(Today, Later(last, Today.AddDays(1)));
    }

    /// <summary>Nothing decided a month after the recognition: the county hears of it, before any other escalation that is due later.</summary>
    private bool Defective(DateTimeOffset now)
    {
        if (Kind != CaseKinds.Measures || defective || everConfirmed || Step is not ("P1" or "P2") || now < CaseClock.EndOf(opened.Plan!.DefectOn)) return false;
        var escalates = Due!.Told == 0 ? Due.On.AddDays(1) : Due.ToldOn!.Value.AddDays(Due.Told < 4 ? 1 : 7);
        if (Due.Reminded && escalates <= opened.Plan.DefectOn.AddDays(1)) return false;
        (defective, Due) = (true, Due with { Reminded = true, Told = Math.Max(Due.Told, 3), ToldOn = Today });
        return true;
    }

    private sealed class RefMeasure
    {
        public string Status { get; set; } = "0";
        public DateOnly Noted { get; set; }
        public bool Contract { get; init; }
    }
}
